#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "outbound/client.h"

namespace trinity::outbound {

/// What GitHub said instead of yes, or why it could not be asked.
struct GitHubFault {
  std::optional<Fault> transport;  ///< nothing: GitHub answered
  unsigned status = 0;             ///< of GitHub's answer; 0 without one
  std::string message;  ///< GitHub's own words or the transport's, for people; one line, at most 300 characters

  [[nodiscard]] bool timed_out() const noexcept { return transport && transport->trouble == Trouble::timeout; }
};

struct GitHubUser {
  std::string login;
  std::optional<std::string> scopes;  ///< header X-OAuth-Scopes as it came; classic tokens have it
};

struct GitHubRepository {
  std::string full_name;  ///< "owner/name"
  bool is_private = false;
  std::string default_branch;
  std::int64_t size = 0;  ///< KiB; 0 for one that was just made (and for some small ones)
};

enum class GitHubOwner { user, organization };

struct NewRepository {
  std::string owner;
  std::string name;
  GitHubOwner kind = GitHubOwner::user;
  bool is_private = true;
  std::optional<std::string> description{};
};

/// The few calls of GitHub's API that Trinity makes. The token goes into the Authorization header and nowhere else. Any
/// I/O thread.
class GitHub {
 public:
  template <class T>
  using Result = std::expected<T, GitHubFault>;

  /// `base`: "https://api.github.com", without slash at its end. `client` must outlive it.
  GitHub(Client& client, std::string base);

  /// Whose token it is.
  Task<Result<GitHubUser>> user(Call call, std::string token);
  /// Whether the token may list repositories at all.
  Task<Result<bool>> lists_repositories(Call call, std::string token);
  /// Nothing: there is none, or the token may not see it.
  Task<Result<std::optional<GitHubRepository>>> repository(Call call, std::string token, std::string owner,
                                                           std::string name);
  Task<Result<GitHubOwner>> owner_kind(Call call, std::string token, std::string owner);
  Task<Result<GitHubRepository>> create_repository(Call call, std::string token, NewRepository wanted);

 private:
  Task<Result<Answer>> ask(Call call, Request request, std::string token);
  [[nodiscard]] Request get(const std::string& path) const;

  Client& client_;
  std::string base_;
};

}  // namespace trinity::outbound
