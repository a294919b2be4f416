#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace trinity::metering {

/// An open file that is read again and again from its start.
class Source {
 public:
  Source() = default;
  explicit Source(const std::filesystem::path& path) noexcept
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Source(Source&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Source& operator=(Source&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Source() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] bool open() const noexcept { return descriptor_ >= 0; }

  /// The file's text in `buffer`. Nothing when it is not open, or the container behind it has gone (ENODEV).
  std::optional<std::string_view> read(std::span<char> buffer) const noexcept {
    if (descriptor_ < 0) return std::nullopt;
    ssize_t got = 0;
    do {
      got = ::pread(descriptor_, buffer.data(), buffer.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return std::nullopt;
    return std::string_view(buffer.data(), static_cast<std::size_t>(got));
  }

 private:
  int descriptor_ = -1;
};

/// On the stack of those who read. Larger than any of the files that are read: memory.stat is the longest with about
/// 2 KiB; of the list of very many disks the rest is left out.
using Buffer = std::array<char, 8 * 1024>;

}  // namespace trinity::metering
