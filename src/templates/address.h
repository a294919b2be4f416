#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::templates {

/// Where repositories may come from.
struct GitPlaces {
  /// What `github:owner/repo` stands below; without slash at the end.
  std::string github = "https://github.com";
  /// `host`, `host:port` (https); `http://host:port`; `file:/folder`. Everything else is refused.
  std::vector<std::string> hosts{"github.com"};
};

/// A repository that may be read, taken apart and checked. No user name, no password, nothing that is escaped.
struct RepositoryAddress {
  enum class Transport { https, http, file };
  Transport transport = Transport::https;
  std::string origin;  ///< scheme, host and port: "https://git.example.com:8443"; empty for files
  std::string path;    ///< begins with a slash, has none at the end
  std::string branch;  ///< what stands behind `@`; empty: not named
  std::string github;  ///< owner/repo of a `github:` template; empty for others

  [[nodiscard]] std::string url() const;
  /// For people and lists: `owner/repo`, `host/team/repo`, `file:/folder/repo`; without `.git`.
  [[nodiscard]] std::string shown() const;
  bool operator==(const RepositoryAddress&) const = default;
};

/// Begins with `github:` or `git:`.
[[nodiscard]] bool is_repository(std::string_view template_id) noexcept;

/// `github:owner/repo[@branch]`, `git:https://host[:port]/path[@branch]`, `git:http://...`,
/// `git:file:///path[@branch]`, as far as `places` allows it. The error is a text for people that says what is allowed.
/// Pure.
[[nodiscard]] std::expected<RepositoryAddress, std::string> parse_repository(std::string_view template_id,
                                                                             const GitPlaces& places);

/// By git's own rules, at most 200 bytes, and never one that could be taken for an option.
[[nodiscard]] bool is_branch_name(std::string_view text) noexcept;

/// Why that is no entry of GitPlaces::hosts; empty: it is one.
[[nodiscard]] std::string host_entry_fault(std::string_view entry);

}  // namespace trinity::templates
