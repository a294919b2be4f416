#include "db/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
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

/// Removes the unfinished copy unless it got its name.
class Partial {
 public:
  explicit Partial(std::filesystem::path copy) : path_(std::move(copy)) {
    path_ += ".partial";
    // Left by a copy that was cut off.
    ::unlink(path_.c_str());
    const int made = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0) refuse("cannot make the copy", path_, errno);
    ::close(made);
  }
  ~Partial() { ::unlink(path_.c_str()); }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

void flush_to_disk(const std::filesystem::path& path) {
  const int open = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool flushed = open >= 0 && ::fsync(open) == 0;
  const int reason = errno;
  if (open >= 0) ::close(open);
  if (!flushed) refuse("cannot write the copy to the disk:", path, reason);
}

}  // namespace

std::uint64_t back_up(const std::filesystem::path& file, const std::filesystem::path& copy) {
  RawConnection connection(file, lock_limit);
  if (std::error_code ignored; std::filesystem::exists(copy, ignored)) refuse("will not overwrite", copy, EEXIST);
  const Partial partial(copy);
  // Reads one state of the file, writers beside it go on.
  const int code = connection.run("VACUUM INTO ?1", partial.path().string(), nullptr);
  if (code != SQLITE_DONE) throw Failure("no copy was made: " + connection.explain(code));
  flush_to_disk(partial.path());
  const auto size = std::filesystem::file_size(partial.path());
  // A link, not a rename: a file that came meanwhile is not overwritten.
  if (::link(partial.path().c_str(), copy.c_str()) != 0) {
    const int reason = errno;
    if (reason != EPERM && reason != ENOTSUP) refuse("cannot name the copy", copy, reason);
    // Some file systems have no links.
    if (::rename(partial.path().c_str(), copy.c_str()) != 0) refuse("cannot name the copy", copy, errno);
  }
  flush_to_disk(copy.parent_path().empty() ? "." : copy.parent_path());
  return size;
}

}  // namespace trinity::db
