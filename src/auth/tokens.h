#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace trinity::auth {

/// How long tokens and sessions live. No renewal, no leeway.
inline constexpr std::chrono::hours token_life{24 * 7};

/// What a signed token is for. A session token stands in the HttpOnly cookie and is good for nothing else; it carries
/// the claim `use: session`, which access tokens do not have.
enum class TokenUse { access, session };

struct Claims {
  std::optional<std::string> subject;  ///< user name; absent in tokens that were signed without one
  std::string mode;                    ///< `admin` (password) or `email` (code); read by the web UI only
  TokenUse use = TokenUse::access;
  Time expires_at{};         ///< whole seconds
  std::int64_t version = 0;  ///< of the user's tokens; claim `ver`, left out and read as 0
  std::string session{};     ///< the sign-in that this token comes from; claim `sid`; empty in tokens without one
};

/// Signs and reads JWTs with HS256. Any thread.
class TokenSigner {
 public:
  /// Throws std::invalid_argument when the key is empty.
  explicit TokenSigner(std::string key);

  [[nodiscard]] std::string sign(const Claims& claims) const;
  /// Nothing when it is no token of ours: malformed, another algorithm, forged, without expiry, or expired at `at`.
  [[nodiscard]] std::optional<Claims> read(std::string_view token, Time at) const;

 private:
  std::string key_;
};

}  // namespace trinity::auth
