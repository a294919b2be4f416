#include "agentd/git/reading.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/text.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kLongestSaid = 2'000;
constexpr std::size_t kLongestPath = 4'096;
constexpr std::size_t kFields = 5;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

boost::json::object GitCommit::json() const {
  return {{"sha", sha},
          {"short_sha", short_sha},
          {"message", to_utf8(message)},
          {"author", to_utf8(author)},
          {"date", to_utf8(date)}};
}

std::vector<std::string> read_names(std::string_view output) {
  std::vector<std::string> names;
  while (!output.empty()) {
    const auto end = std::min(output.find('\0'), output.size());
    names.emplace_back(output.substr(0, end));
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return names;
}

std::vector<GitCommit> read_log(std::string_view output) {
  const auto fields = read_names(output);
  std::vector<GitCommit> commits;
  for (std::size_t at = 0; at + kFields <= fields.size(); at += kFields) {
    commits.push_back({fields[at], fields[at + 1], fields[at + 2], fields[at + 3], fields[at + 4]});
  }
  return commits;
}

std::string GitChange::status() const {
  std::string letters;
  for (const char c : {staged, changed}) {
    if (c != ' ') letters += c;
  }
  return letters;
}

std::vector<GitChange> read_status(std::string_view output) {
  const auto entries = read_names(output);
  std::vector<GitChange> changes;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const auto& entry = entries[at];
    if (entry.size() < 4 || entry[2] != ' ') continue;
    changes.push_back({entry[0], entry[1], entry.substr(3)});
    // A rename or copy is followed by where it came from.
    if (entry[0] == 'R' || entry[0] == 'C' || entry[1] == 'R' || entry[1] == 'C') ++at;
  }
  return changes;
}

/// `added TAB removed TAB path`; a rename has an empty path, and the old and the new one behind it.
std::vector<GitLines> read_numstat(std::string_view output) {
  const auto entries = read_names(output);
  std::vector<GitLines> counted;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const auto first = entries[at].find('\t');
    const auto second = first == std::string::npos ? first : entries[at].find('\t', first + 1);
    if (second == std::string::npos) continue;
    GitLines lines;
    const auto added = read_counts(entries[at].substr(0, first));
    const auto removed = read_counts(entries[at].substr(first + 1, second - first - 1));
    lines.path = entries[at].substr(second + 1);
    lines.binary = added.empty() || removed.empty();
    if (!lines.binary) {
      lines.added = added.front();
      lines.removed = removed.front();
    }
    if (lines.path.empty() && at + 2 < entries.size()) {
      at += 2;
      lines.path = entries[at];
    }
    counted.push_back(std::move(lines));
  }
  return counted;
}

std::vector<long> read_counts(std::string_view output) {
  std::vector<long> counts;
  for (output = trimmed(output); !output.empty(); output = trimmed(output)) {
    long number = 0;
    const auto [end, fault] = std::from_chars(output.data(), output.data() + output.size(), number);
    if (fault != std::errc()) break;
    counts.push_back(number);
    output.remove_prefix(static_cast<std::size_t>(end - output.data()));
  }
  return counts;
}

std::string without_user(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const auto host = scheme + 3;
  const auto path = std::min(url.find_first_of("/?#", host), url.size());
  // The last one: a password may have that character in it.
  const auto at = url.substr(host, path - host).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(host + at + 1));
}

std::string for_people(std::string_view said, std::string_view token) {
  auto text = to_utf8(trimmed(said));
  if (!token.empty()) {
    for (std::size_t at = 0; (at = text.find(token, at)) != std::string::npos;) text.replace(at, token.size(), "***");
  }
  for (std::size_t at = 0; (at = text.find("://", at)) != std::string::npos; at += 3) {
    const auto end = std::min(text.find_first_of(" \t\r\n'\"", at), text.size());
    const auto begin = text.find_last_of(" \t\r\n'\"", at) + 1;
    auto clean = without_user(std::string_view(text).substr(begin, end - begin));
    text.replace(begin, end - begin, clean);
  }
  if (text.size() <= kLongestSaid) return text;
  // Git says at the end what matters.
  return "..." + to_utf8(std::string_view(text).substr(text.size() - kLongestSaid));
}

std::string git_path_fault(std::string_view path) {
  if (path.empty() || path.size() > kLongestPath || path.find('\0') != std::string_view::npos) {
    return "Input should be a path of at most 4096 bytes";
  }
  if (path.front() == '-' || path.front() == '/') return "The path must be relative and not begin with '-'";
  for (const auto& part : std::filesystem::path(path)) {
    if (part == "..") return "The path must not have '..' in it";
  }
  return {};
}

}  // namespace trinity::agentd
