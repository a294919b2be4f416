#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "auth/tokens.h"
#include "auth/users.h"
#include "base/caller.h"
#include "base/clock.h"

namespace trinity::auth {

/// A token that is good now.
struct Verified {
  std::shared_ptr<const Caller> caller;
  Time expires_at;
  std::string mode;
  std::int64_t version = 0;
  std::string session{};  ///< the sign-in; empty in tokens without one
};

/// Verified tokens in memory: a token that was seen costs neither SQL nor a signature check. Only what the signature
/// says is kept; the user is looked up in the directory at each use, so a changed or removed user and a sign-out count
/// at once. Keeps at most `capacity` tokens, the recently used ones. Any thread.
class TokenVerifier {
 public:
  enum class State {
    no_token,  ///< not a token of ours, or expired, or for another use
    void_now,  ///< signed by us, but its user was signed out since
    no_user,   ///< signed by us, but the user does not exist
    good
  };
  struct Answer {
    State state = State::no_token;
    Verified verified{};
  };

  TokenVerifier(const TokenSigner& signer, const UserDirectory& users, std::size_t capacity = 4096)
      : signer_(signer), users_(users), half_(capacity / 2) {}
  TokenVerifier(const TokenVerifier&) = delete;
  TokenVerifier& operator=(const TokenVerifier&) = delete;

  [[nodiscard]] Answer look(std::string_view token, TokenUse use, Time at = now());

  /// An access token, for sockets and sub-requests. Nothing unless it is good.
  [[nodiscard]] std::optional<Verified> verify(std::string_view token) { return good(look(token, TokenUse::access)); }
  /// The value of the session cookie.
  [[nodiscard]] std::optional<Verified> verify_session(std::string_view cookie) {
    return good(look(cookie, TokenUse::session));
  }

  /// Tokens remembered now, for tests and metrics.
  [[nodiscard]] std::size_t size() const;

 private:
  /// A digest stands for the token: no token stays in memory, and looking one up does not compare secrets bytewise.
  using Digest = std::array<unsigned char, 32>;
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
      std::size_t front = 0;
      std::memcpy(&front, digest.data(), sizeof(front));
      return front;
    }
  };
  using Known = std::unordered_map<Digest, std::shared_ptr<const Claims>, DigestHash>;

  static std::optional<Verified> good(Answer answer);
  [[nodiscard]] std::shared_ptr<const Claims> claims_of(std::string_view token, Time at);
  [[nodiscard]] std::shared_ptr<const Claims> recall(const Digest& digest);
  void remember(const Digest& digest, std::shared_ptr<const Claims> claims);
  /// With the mutex held; returns what fell out of memory.
  [[nodiscard]] Known keep(const Digest& digest, std::shared_ptr<const Claims> claims);

  const TokenSigner& signer_;
  const UserDirectory& users_;
  const std::size_t half_;
  mutable std::mutex mutex_;
  // Two generations: when the young one is full it becomes the old one, and what was not used since is dropped.
  Known young_;
  Known old_;
};

}  // namespace trinity::auth
