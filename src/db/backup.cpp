#include "db/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "db/connection.h"
#include "db/errors.h"

namespace trinity::db {

namespace {

constexpr std::chrono::milliseconds lock_limit{10'000};

[[noreturn]] void refuse(const std::string& what, const std::filesystem::path& file, int reason) {
  throw Failure(fmt::format("{} {}: {}", what, file.string(), std::generic_category().message(reason)));
}

/// The unfinished copy, held by one backup at a time. Removed unless it got its name.
class Partial {
 public:
  explicit Partial(std::filesystem::path copy)
      : path_(std::move(copy += ".partial")),
        open_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (open_ < 0) refuse("cannot make the copy", path_, errno);
    try {
      hold();
    } catch (...) {
      ::close(open_);
      throw;
    }
  }
  ~Partial() {
    ::unlink(path_.c_str());
    ::close(open_);
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void hold() const {
    struct stat held{};
    struct stat named{};
    // The one before may have taken the name away between our opening and locking it.
    if (::flock(open_, LOCK_EX | LOCK_NB) != 0 || ::fstat(open_, &held) != 0 || ::stat(path_.c_str(), &named) != 0 ||
        held.st_ino != named.st_ino)
      throw Failure(fmt::format("another backup to {} is being made", path_.string()));
    // Left by a copy that was cut off.
    if (::ftruncate(open_, 0) != 0 || ::fchmod(open_, 0600) != 0) refuse("cannot make the copy", path_, errno);
  }

  std::filesystem::path path_;
  int open_ = -1;
};

/// The database itself, by whatever name, and what SQLite keeps beside it.
void check_name(const std::filesystem::path& file, const std::filesystem::path& copy) {
  for (const auto* ending : {"", "-wal", "-shm", "-journal"}) {
    auto own = file;
    own += ending;
    std::error_code ignored;
    const bool same =
        std::filesystem::weakly_canonical(own, ignored) == std::filesystem::weakly_canonical(copy, ignored);
    if (same || std::filesystem::equivalent(own, copy, ignored))
      throw Failure(fmt::format("{} belongs to the database; name another file for the copy", copy.string()));
  }
}

/// A link, not a rename, unless asked for: a file that came meanwhile is not overwritten.
void give_name(const std::filesystem::path& partial, const std::filesystem::path& copy, Existing existing) {
  if (existing == Existing::keep) {
    if (::link(partial.c_str(), copy.c_str()) == 0) return;
    const int reason = errno;
    // Some file systems have no links.
    if (reason != EPERM && reason != ENOTSUP) refuse("cannot name the copy", copy, reason);
  }
  if (::rename(partial.c_str(), copy.c_str()) != 0) refuse("cannot name the copy", copy, errno);
}

void flush_to_disk(const std::filesystem::path& path) {
  const int open = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool flushed = open >= 0 && ::fsync(open) == 0;
  const int reason = errno;
  if (open >= 0) ::close(open);
  if (!flushed) refuse("cannot write the copy to the disk:", path, reason);
}

}  // namespace

std::uint64_t back_up(const std::filesystem::path& file, const std::filesystem::path& copy, Existing existing) {
  RawConnection connection(file, lock_limit);
  check_name(file, copy);
  std::error_code ignored;
  if (existing == Existing::keep && std::filesystem::exists(copy, ignored)) refuse("will not overwrite", copy, EEXIST);
  if (std::filesystem::is_directory(copy, ignored)) refuse("will not overwrite", copy, EISDIR);
  const Partial partial(copy);
  // Reads one state of the file, writers beside it go on.
  const int code = connection.run("VACUUM INTO ?1", partial.path().string(), nullptr);
  if (code != SQLITE_DONE) throw Failure("no copy was made: " + connection.explain(code));
  flush_to_disk(partial.path());
  const auto size = std::filesystem::file_size(partial.path());
  give_name(partial.path(), copy, existing);
  flush_to_disk(copy.parent_path().empty() ? "." : copy.parent_path());
  return size;
}

}  // namespace trinity::db
