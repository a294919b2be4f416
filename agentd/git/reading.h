#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::agentd {

/// What git prints, in forms that programs can read. Pure; odd output gives less, never a fault.

/// Five fields, each ended by a zero byte: for `log -z --format=`.
inline constexpr const char* kCommitFormat = "--format=%H%x00%h%x00%s%x00%an%x00%ai";

struct GitCommit {
  std::string sha;
  std::string short_sha;
  std::string message;
  std::string author;
  std::string date;
  [[nodiscard]] boost::json::object json() const;
};
[[nodiscard]] std::vector<GitCommit> read_log(std::string_view output);

/// An entry of `status --porcelain=v1 -z`.
struct GitChange {
  char staged = ' ';   ///< first column
  char changed = ' ';  ///< second column
  std::string path;    ///< bytes of the file system
  /// The two letters without blanks.
  [[nodiscard]] std::string status() const;
  [[nodiscard]] bool is_staged() const noexcept { return staged != ' ' && staged != '?' && staged != '!'; }
};
[[nodiscard]] std::vector<GitChange> read_status(std::string_view output);

/// An entry of `diff --numstat -z`: how many lines of a file are new, how many are gone.
struct GitLines {
  std::string path;
  long added = 0;
  long removed = 0;
  bool binary = false;  ///< nothing is counted
};
[[nodiscard]] std::vector<GitLines> read_numstat(std::string_view output);

/// Texts between zero bytes.
[[nodiscard]] std::vector<std::string> read_names(std::string_view output);
/// The numbers of a line, as far as there are any.
[[nodiscard]] std::vector<long> read_counts(std::string_view output);

/// Without name and password, whatever the host.
[[nodiscard]] std::string without_user(std::string_view url);
/// What git says, for people: UTF-8, at most 2,000 bytes, without names and passwords in addresses and without `token`.
[[nodiscard]] std::string for_people(std::string_view said, std::string_view token);

/// Why that path of a request is not given to git; empty: it may be.
[[nodiscard]] std::string git_path_fault(std::string_view path);

}  // namespace trinity::agentd
