#include "app/config_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <stdexcept>

namespace trinity::app {

namespace {

constexpr std::size_t largest_file = 1'000'000;
constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view without_comment(std::string_view text) {
  for (auto at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    if (at == 0 || blanks.find(text[at - 1]) != std::string_view::npos) return text.substr(0, at);
  }
  return text;
}

struct Value {
  std::string_view text;
  bool whole = true;  ///< false: a quote without its end, or text after it
};

Value value_of(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('"')) return {trim(without_comment(text))};
  const auto end = text.find('"', 1);
  if (end == std::string_view::npos) return {{}, false};
  return {text.substr(1, end - 1), trim(without_comment(text.substr(end + 1))).empty()};
}

/// Closes at the end of the scope.
struct Descriptor {
  int number;
  explicit Descriptor(int n) : number(n) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

std::string read_all(int from, const std::filesystem::path& path) {
  std::string text(largest_file + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto count = ::read(from, text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::runtime_error(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  if (filled > largest_file) throw std::runtime_error(path.string() + " is larger than 1 MB");
  text.resize(filled);
  return text;
}

}  // namespace

ConfigFile parse_config_text(std::string_view text) {
  ConfigFile file;
  std::map<std::string, int, std::less<>> seen;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (trim(without_comment(whole)).empty()) continue;
    const auto mark = whole.find('=');
    const auto key = trim(whole.substr(0, mark));
    // The line itself is not repeated: it may hold a secret.
    if (mark == std::string_view::npos || key.empty() || key.find_first_of(" \t#[]\"") != std::string_view::npos) {
      file.faults.push_back(fmt::format("line {}: expected 'key = value'", line));
      continue;
    }
    const auto value = value_of(whole.substr(mark + 1));
    if (!value.whole) {
      file.faults.push_back(
          fmt::format("line {}: the quotes around the value of '{}' are not closed at its end", line, key));
      continue;
    }
    const auto [first, fresh] = seen.emplace(key, line);
    if (!fresh)
      file.faults.push_back(fmt::format("line {}: '{}' was already set in line {}", line, key, first->second));
    if (fresh) file.entries.push_back({std::string(key), std::string(value.text), line});
  }
  return file;
}

ConfigFile read_config_file(const std::filesystem::path& path) {
  // Not blocking: a pipe in its place must not hold the start up.
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.number < 0)
    throw std::runtime_error(fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  struct stat status{};
  if (::fstat(opened.number, &status) != 0 || !S_ISREG(status.st_mode))
    throw std::runtime_error(path.string() + " is no plain file");
  auto file = parse_config_text(read_all(opened.number, path));
  file.mode = status.st_mode & 0777U;
  file.for_owner_only = (file.mode & 0077U) == 0 && (status.st_uid == ::geteuid() || status.st_uid == 0);
  return file;
}

std::string file_value(const std::string& value) {
  const bool plain =
      trim(value).size() == value.size() && value.find('#') == std::string::npos && !value.starts_with('"');
  return plain || value.find('"') != std::string::npos ? value : '"' + value + '"';
}

}  // namespace trinity::app
