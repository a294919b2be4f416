#include "vault/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "base/ids.h"
#include "vault/secret.h"

namespace trinity::vault {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} * 1024;
constexpr mode_t others = 0077;
constexpr std::string_view heading =
    "# Master keys of Trinity's vault, the newest last. Without this file no stored secret can be read:\n"
    "# keep a copy of it apart from the copies of the database.\n";

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& file, int reason) {
  throw std::runtime_error(fmt::format("{} {}: {}", what, file.string(), std::generic_category().message(reason)));
}

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

void write_all(const Descriptor& out, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const auto written = ::write(out.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("cannot write the key file", file, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(out.number()) != 0) fail("cannot write the key file", file, errno);
}

void flush_folder(const std::filesystem::path& folder) {
  const Descriptor open(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.number() < 0 || ::fsync(open.number()) != 0) fail("cannot write the folder", folder, errno);
}

std::string text_of(const Keys& keys) {
  std::string text(heading);
  text.reserve(text.size() + keys.size() * (key_bytes * 2 + 32));
  for (const auto& key : keys) {
    auto digits = hex(key->bytes());
    text.append(key->id()).append(" ").append(digits).append("\n");
    wipe(digits);
  }
  return text;
}

std::string read_whole(const Descriptor& in, const std::filesystem::path& file) {
  std::string text;
  text.reserve(most_bytes + 1);  // so that it never moves and leaves keys behind
  std::array<char, 4096> piece{};
  while (text.size() <= most_bytes) {
    const auto count = ::read(in.number(), piece.data(), std::min(piece.size(), most_bytes + 1 - text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot read the key file", file, errno);
    if (count == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  sodium_memzero(piece.data(), piece.size());
  return text;
}

std::shared_ptr<const MasterKey> key_of_line(std::string_view line, std::string_view name, std::size_t number) {
  const auto blank = line.find(' ');
  auto key = blank == std::string_view::npos ? nullptr : MasterKey::from_text(line.substr(blank + 1));
  if (!key) throw std::runtime_error(fmt::format("the key file {} is damaged: line {} is no key", name, number));
  if (key->id() != line.substr(0, blank))
    throw std::runtime_error(
        fmt::format("the key file {} is damaged: in line {} the key and its id do not belong together", name, number));
  return key;
}

}  // namespace

Keys parse_key_file(std::string_view text, std::string_view name) {
  Keys keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    keys.push_back(key_of_line(line, name, number));
  }
  if (keys.empty()) throw std::runtime_error(fmt::format("the key file {} holds no key", name));
  return keys;
}

std::optional<Keys> read_key_file(const std::filesystem::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.number() < 0 && errno == ENOENT) return std::nullopt;
  if (in.number() < 0) fail("cannot read the key file", file, errno);
  struct stat facts{};
  if (::fstat(in.number(), &facts) != 0) fail("cannot look at the key file", file, errno);
  if (!S_ISREG(facts.st_mode)) throw std::runtime_error("the key file " + file.string() + " is no file");
  if ((facts.st_mode & others) != 0)
    throw std::runtime_error(fmt::format(
        "the key file {0} must be for its owner alone, who runs the server: its mode is {1:04o}; run chmod 600 {0}",
        file.string(), facts.st_mode & 07777));
  auto text = read_whole(in, file);
  if (text.size() > most_bytes) throw std::runtime_error("the key file " + file.string() + " is too long");
  try {
    auto keys = parse_key_file(text, file.string());
    wipe(text);
    return keys;
  } catch (...) {
    wipe(text);
    throw;
  }
}

void write_key_file(const std::filesystem::path& file, const Keys& keys) {
  const auto folder = file.parent_path();
  std::error_code fault;
  if (!folder.empty()) std::filesystem::create_directories(folder, fault);
  if (fault) fail("cannot make the folder", folder, fault.value());
  auto draft = file;
  draft += ".new";
  ::unlink(draft.c_str());  // left by a program that was killed
  auto text = text_of(keys);
  try {
    const Descriptor out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.number() < 0) fail("cannot make the key file", draft, errno);
    write_all(out, text, draft);
  } catch (...) {
    wipe(text);
    ::unlink(draft.c_str());
    throw;
  }
  wipe(text);
  if (::rename(draft.c_str(), file.c_str()) != 0) fail("cannot name the key file", file, errno);
  flush_folder(folder);
}

}  // namespace trinity::vault
