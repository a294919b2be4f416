#include "agentd/home/writing.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>

#include <cerrno>
#include <cstring>

#include "agentd/home/reading.h"
#include "base/errors.h"
#include "base/ids.h"

namespace trinity::agentd {

namespace {

/// No file of people's is called so, and it does not depend on how long the name is.
std::string temporary_name() {
  return ".trinity-new-" + random_base64url(9);
}

bool is_free(int folder, const std::string& name) {
  struct stat about{};
  return ::fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

}  // namespace

FileWriter::FileWriter(Descriptor folder, std::string name, mode_t mode)
    : folder_(std::move(folder)), name_(std::move(name)) {
  auto beside = temporary_name();
  file_ = Descriptor(
      ::openat(folder_.number(), beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0700));
  if (!file_) throw Failed(system_reason());
  beside_ = std::move(beside);
  // Not through the mask for new files: the mode is that of the file whose place it takes.
  ::fchmod(file_.number(), mode & 07777);
}

FileWriter::~FileWriter() {
  if (!beside_.empty() && folder_) ::unlinkat(folder_.number(), beside_.c_str(), 0);
}

void FileWriter::append(std::string_view bytes, std::uint64_t most) {
  size_ += bytes.size();
  if (size_ > most) throw PayloadTooLarge(fmt::format("Content too large (max {} bytes)", most));
  while (!bytes.empty()) {
    const auto n = ::write(file_.number(), bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      throw Failed(system_reason());
    }
  }
}

void FileWriter::clear() {
  size_ = 0;
  if (::ftruncate(file_.number(), 0) != 0 || ::lseek(file_.number(), 0, SEEK_SET) != 0) throw Failed(system_reason());
}

FileWriter::Written FileWriter::finish(bool anew, std::string_view asked) {
  if (anew) {
    move_to_free_name(folder_.number(), beside_, folder_.number(), name_, asked);
  } else if (::renameat(folder_.number(), beside_.c_str(), folder_.number(), name_.c_str()) != 0) {
    throw Failed(system_reason());
  }
  beside_.clear();
  struct stat about{};
  if (::fstat(file_.number(), &about) != 0) throw Failed(system_reason());
  return {static_cast<std::uint64_t>(about.st_size), modified_of(about), tag_of(about)};
}

void move_to_free_name(int from, const std::string& name, int to, const std::string& free_name,
                       std::string_view asked) {
  int fault = ::renameat2(from, name.c_str(), to, free_name.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
  if (fault == EINVAL || fault == ENOSYS) {
    // Into itself, or a file system that cannot promise it.
    fault = EEXIST;
    if (is_free(to, free_name)) fault = ::renameat(from, name.c_str(), to, free_name.c_str()) == 0 ? 0 : errno;
  }
  if (fault == 0) return;
  if (fault == EEXIST || fault == ENOTEMPTY) throw Conflict(fmt::format("Already exists: {}", asked));
  if (fault == EINVAL) throw BadRequest(fmt::format("A folder cannot be moved into itself: {}", asked));
  if (fault == EXDEV) throw BadRequest(fmt::format("Cannot move to another file system: {}", asked));
  if (fault == EBUSY) throw Forbidden(fmt::format("In use by the system: {}", asked));
  throw Failed(std::strerror(fault));
}

}  // namespace trinity::agentd
