#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/caller.h"
#include "base/clock.h"

namespace trinity::auth {

/// A row of table users, as far as requests need it. Immutable once in the directory.
struct User {
  std::int64_t id = 0;
  std::string username;
  std::optional<std::string> password_hash;  ///< null for users who sign in by e-mailed code
  Role role = Role::user;
  std::optional<std::string> name;
  std::optional<std::string> picture;
  std::optional<std::string> email;
  /// Tokens of another version are void: raised to sign the user out everywhere.
  std::int64_t token_version = 0;
  /// Sign-ins that were ended before their tokens expire, and when the last of those does. At most 256.
  std::map<std::string, Time, std::less<>> ended_sessions;
  std::shared_ptr<const Caller> caller;  ///< filled by the directory: the identity that requests carry
};

[[nodiscard]] inline const char* word_of(Role role) noexcept {
  return role == Role::admin ? "admin" : "user";
}

// The schemas of the contract.
struct Token {
  std::string access_token;
  std::string token_type = "bearer";
};
BOOST_DESCRIBE_STRUCT(Token, (), (access_token, token_type))

struct AuthMode {
  bool email_auth_enabled = true;
  bool setup_completed = false;
};
BOOST_DESCRIBE_STRUCT(AuthMode, (), (email_auth_enabled, setup_completed))

struct TokenValidation {
  std::string status = "valid";
  std::string user;
};
BOOST_DESCRIBE_STRUCT(TokenValidation, (), (status, user))

struct UserProfile {
  std::string username;
  std::optional<std::string> email;
  std::optional<std::string> name;
  std::optional<std::string> picture;
  std::string role;
};
BOOST_DESCRIBE_STRUCT(UserProfile, (), (username, email, name, picture, role))

struct SetupStatus {
  bool setup_completed = false;
};
BOOST_DESCRIBE_STRUCT(SetupStatus, (), (setup_completed))

struct AdminPasswordRequest {
  std::string password;
  std::string confirm_password;
};
BOOST_DESCRIBE_STRUCT(AdminPasswordRequest, (), (password, confirm_password))

struct SuccessFlag {
  bool success = true;
};
BOOST_DESCRIBE_STRUCT(SuccessFlag, (), (success))

}  // namespace trinity::auth
