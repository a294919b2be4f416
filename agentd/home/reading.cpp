#include "agentd/home/reading.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agentd/home/utf8_check.h"
#include "base/errors.h"

namespace trinity::agentd {

namespace {

/// Below what the heap gives back to the system at once, so that a long file does not cost a mapping per piece.
constexpr std::size_t piece_size = 48 * 1024;

/// Up to `most` bytes; fewer at the end of the file only.
std::string read_piece(int file, std::uint64_t at, std::size_t most) {
  std::string piece(most, '\0');
  std::size_t done = 0;
  while (done < most) {
    const auto n = ::pread(file, piece.data() + done, most - done, static_cast<off_t>(at + done));
    if (n == 0) break;
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      throw Failed(system_reason());
    }
  }
  piece.resize(done);
  return piece;
}

class FileBytes final : public http::BodySource {
 public:
  FileBytes(OpenFile file, std::uint64_t first, std::uint64_t length, BlockingPool& pool)
      : file_(std::move(file)), at_(first), left_(length), pool_(pool) {}

  Task<std::string> read() override {
    if (left_ == 0) co_return std::string();
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_size));
    auto job = [number = file_.descriptor.number(), at = at_, most] { return read_piece(number, at, most); };
    auto piece = co_await pool_.run(std::move(job));
    at_ += piece.size();
    left_ = piece.empty() ? 0 : left_ - piece.size();
    co_return piece;
  }

 private:
  OpenFile file_;
  std::uint64_t at_;
  std::uint64_t left_;
  BlockingPool& pool_;
};

class FileText final : public http::BodySource {
 public:
  FileText(std::shared_ptr<http::BodySource> bytes) : bytes_(std::move(bytes)) {}

  Task<std::string> read() override {
    while (!ended_) {
      const auto piece = co_await bytes_->read();
      ended_ = piece.empty();
      auto text = ended_ ? check_.finish() : check_.clean(piece);
      if (!text.empty()) co_return text;
    }
    co_return std::string();
  }

 private:
  std::shared_ptr<http::BodySource> bytes_;
  Utf8Check check_;
  bool ended_ = false;
};

}  // namespace

std::string tag_of(const struct stat& about) {
  return fmt::format("\"{:x}-{:x}-{:x}{:08x}\"", about.st_ino, about.st_size, about.st_mtim.tv_sec,
                     about.st_mtim.tv_nsec);
}

Time modified_of(const struct stat& about) {
  return Time(std::chrono::seconds(about.st_mtim.tv_sec)) + std::chrono::microseconds(about.st_mtim.tv_nsec / 1000);
}

OpenFile open_file(const Place& place, std::string_view asked) {
  if (!place.is_there()) throw NotFound(fmt::format("File not found: {}", asked));
  if (!place.is_file()) throw BadRequest(fmt::format("Not a file: {}", asked));
  // O_NONBLOCK: should a pipe have taken the file's place, nobody waits for its other end.
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  OpenFile file;
  file.descriptor = Descriptor(::openat(place.folder.number(), place.name().c_str(), flags));
  if (!file.descriptor) {
    if (errno == ENOENT) throw NotFound(fmt::format("File not found: {}", asked));
    if (errno == ELOOP) throw BadRequest(fmt::format("Not a file: {}", asked));
    throw Failed(system_reason());
  }
  struct stat about{};
  if (::fstat(file.descriptor.number(), &about) != 0) throw Failed(system_reason());
  if (!S_ISREG(about.st_mode)) throw BadRequest(fmt::format("Not a file: {}", asked));
  file.size = static_cast<std::uint64_t>(about.st_size);
  if (file.size > largest_file) {
    throw PayloadTooLarge(fmt::format("File too large: {} bytes (max {})", file.size, largest_file));
  }
  file.modified = modified_of(about);
  file.tag = tag_of(about);
  return file;
}

std::shared_ptr<http::BodySource> bytes_of(OpenFile file, std::uint64_t first, std::uint64_t length,
                                           BlockingPool& pool) {
  return std::make_shared<FileBytes>(std::move(file), first, length, pool);
}

std::shared_ptr<http::BodySource> text_of(OpenFile file, BlockingPool& pool) {
  const auto size = file.size;
  return std::make_shared<FileText>(bytes_of(std::move(file), 0, size, pool));
}

bool is_text(const OpenFile& file) {
  Utf8Check check;
  for (std::uint64_t at = 0; check.sound();) {
    const auto piece = read_piece(file.descriptor.number(), at, piece_size);
    if (piece.empty()) break;
    if (piece.find('\0') != std::string::npos) return false;
    static_cast<void>(check.clean(piece));
    at += piece.size();
  }
  static_cast<void>(check.finish());
  return check.sound();
}

}  // namespace trinity::agentd
