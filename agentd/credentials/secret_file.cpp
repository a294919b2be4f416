#include "agentd/credentials/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/ids.h"

namespace trinity::agentd {

namespace {

constexpr int kFolderMode = 0700;
constexpr int kFileMode = 0600;

class Opened {
 public:
  explicit Opened(int number) noexcept : number_(number) {}
  Opened(Opened&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Opened& operator=(Opened&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Opened() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

std::unexpected<std::string> fault_at(const std::filesystem::path& place) {
  // A link is refused as something that is no folder.
  const bool link = errno == ELOOP || errno == ENOTDIR;
  return std::unexpected(
      fmt::format("{}: {}", place.string(), link ? "a link or no folder stands in the way" : std::strerror(errno)));
}

/// Opens the folder that holds `path`, step by step from the root. With `make`, missing ones are made.
std::expected<Opened, std::string> folder_of(const std::filesystem::path& root, const std::filesystem::path& path,
                                             bool make) {
  Opened here(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (here.number() < 0) return fault_at(root);
  std::filesystem::path so_far;
  for (const auto& part : path.parent_path()) {
    so_far /= part;
    if (make && ::mkdirat(here.number(), part.c_str(), kFolderMode) != 0 && errno != EEXIST) return fault_at(so_far);
    Opened next(::openat(here.number(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next.number() < 0) return fault_at(so_far);
    here = std::move(next);
  }
  return here;
}

bool write_all(int file, std::string_view rest) {
  while (!rest.empty()) {
    const auto n = ::write(file, rest.data(), rest.size());
    if (n > 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::expected<void, std::string> write_secret_file(const std::filesystem::path& root, const std::filesystem::path& path,
                                                   std::string_view content) {
  const auto folder = folder_of(root, path, true);
  if (!folder) return std::unexpected(folder.error());
  const auto name = path.filename();
  const auto beside = name.string().substr(0, 200) + "." + random_base64url(6);
  const Opened file(
      ::openat(folder->number(), beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (file.number() < 0) return fault_at(path);
  if (write_all(file.number(), content) &&
      ::renameat(folder->number(), beside.c_str(), folder->number(), name.c_str()) == 0) {
    return {};
  }
  auto fault = fault_at(path);
  ::unlinkat(folder->number(), beside.c_str(), 0);
  return fault;
}

std::expected<void, std::string> remove_secret_file(const std::filesystem::path& root,
                                                    const std::filesystem::path& path) {
  const auto folder = folder_of(root, path, false);
  if (!folder) return errno == ENOENT ? std::expected<void, std::string>() : std::unexpected(folder.error());
  if (::unlinkat(folder->number(), path.filename().c_str(), 0) == 0 || errno == ENOENT) return {};
  return fault_at(path);
}

}  // namespace trinity::agentd
