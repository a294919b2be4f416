#include "auth/secret_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"

namespace trinity::auth {

namespace {

constexpr std::size_t key_bytes = 32;

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& file) {
  throw Internal(what + " " + file.string() + ": " + std::generic_category().message(errno));
}

/// A descriptor that closes itself.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

void write_private(const std::filesystem::path& file, const std::string& text) {
  const Descriptor out{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (out.number < 0) fail("cannot make the key file", file);
  const auto written = ::write(out.number, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || ::fsync(out.number) != 0) fail("cannot write the key file", file);
}

/// Under a name of its own first and then linked, so that nobody ever reads half a key and the first maker wins.
void make_once(const std::filesystem::path& file) {
  if (std::error_code fault; !file.parent_path().empty())
    std::filesystem::create_directories(file.parent_path(), fault);
  auto draft = file;
  draft += "." + random_hex(8);
  write_private(draft, random_hex(key_bytes) + "\n");
  const int linked = ::link(draft.c_str(), file.c_str());
  const int reason = errno;
  ::unlink(draft.c_str());
  errno = reason;
  if (linked != 0 && reason != EEXIST) fail("cannot make the key file", file);
}

void keep_private(const std::filesystem::path& file) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) != 0) fail("cannot look at the key file", file);
  if ((facts.st_mode & 0077) == 0) return;
  log::warn("auth", "the key file {} was open to others; closing it", file.string());
  if (::chmod(file.c_str(), 0600) != 0) fail("cannot close the key file to others", file);
}

std::string read_key(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string key;
  if (!(in >> key)) fail("cannot read the key file", file);
  if (key.size() < key_bytes) throw Internal("the key file " + file.string() + " is too short to be a key");
  return key;
}

}  // namespace

std::string secret_key(const std::string& from_environment, const std::filesystem::path& file) {
  if (!from_environment.empty()) return from_environment;
  if (!std::filesystem::exists(file)) make_once(file);
  keep_private(file);
  return read_key(file);
}

}  // namespace trinity::auth
