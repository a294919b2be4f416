#pragma once
#include <string>
#include <string_view>

#include "auth/limiter.h"
#include "auth/passwords.h"
#include "auth/tokens.h"
#include "auth/types.h"
#include "auth/users.h"
#include "auth/verifier.h"
#include "base/call.h"
#include "base/task.h"
#include "db/database.h"
#include "settings/store.h"

namespace trinity::auth {

/// What a sign-in gives: the access token for the client and the signed value of the browser's session cookie.
struct SignedIn {
  Token token;
  std::string session;
};

/// Signing in with a password or with the session cookie, and what clients ask about both. Any thread.
class SignIn {
 public:
  /// What it works with; all must outlive it.
  struct Parts {
    db::Database& database;
    settings::SettingsStore& settings;
    UserDirectory& users;
    PasswordHasher& hasher;
    SignInLimiter& limiter;
    const TokenSigner& signer;
    TokenVerifier& verifier;
  };
  /// `email_by_default`: EMAIL_AUTH_ENABLED, which counts while the setting is absent.
  SignIn(Parts parts, bool email_by_default) : parts_(parts), email_by_default_(email_by_default) {}

  /// Throws Forbidden `setup_required` before first-time setup, TooManyRequests beyond the limits of wrong passwords,
  /// Unauthorized for an unknown user, one without password, or a wrong password: one and the same answer.
  Task<SignedIn> with_password(Call call, std::string username, std::string password, std::string address);

  /// A fresh token with the mode of the session. Throws Unauthorized `Not authenticated`.
  [[nodiscard]] SignedIn with_session(std::string_view cookie) const;

  /// Ends the sign-in that the session cookie comes from: its cookie and every token that was made from it are void. An
  /// unknown or void cookie is no fault.
  Task<> end_session(Call call, std::string cookie);

  /// Makes every token and session of the user void: after a change of the password, say, or on their wish. Throws
  /// NotFound.
  Task<> sign_out_everywhere(Call call, std::int64_t user_id);

  [[nodiscard]] AuthMode mode() const;
  /// Throws Unauthorized when the user is gone meanwhile.
  [[nodiscard]] UserProfile profile(const Caller& caller) const;
  /// For reverse proxies. Throws Unauthorized `No token provided` for an empty text, else `Invalid token`.
  [[nodiscard]] TokenValidation validate(std::string_view token) const;

 private:
  struct Attempt {
    bool right = false;
    bool limited = false;
    std::chrono::seconds retry_after{0};
    std::string new_hash;  ///< not empty when the stored hash is outdated
  };

  [[nodiscard]] Attempt attempt(const User* user, std::string_view username, std::string_view password,
                                std::string_view address);
  Task<> record(Call call, std::shared_ptr<const User> user, std::string new_hash);
  /// `origin`: who, how, in which sign-in and version; its use and expiry are set here.
  [[nodiscard]] SignedIn issue(Claims origin) const;

  Parts parts_;
  bool email_by_default_;
};

}  // namespace trinity::auth
