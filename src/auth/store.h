#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/types.h"
#include "db/session.h"

namespace trinity::auth {

/// Statements on table users. They run inside the caller's transaction.
struct UserRows {
  [[nodiscard]] static std::vector<User> all(db::Session& session);
  [[nodiscard]] static std::optional<User> by_name(db::Session& session, std::string_view username);

  /// Makes a user without e-mail address. Throws db::ConstraintViolation when the name is taken.
  [[nodiscard]] static User insert(db::Session& session, std::string_view username, std::string_view password_hash,
                                   Role role);
  /// False when there is no such user.
  static bool set_password(db::Session& session, std::int64_t id, std::string_view password_hash, Role role);
  /// Only when the stored hash is still `old_hash`: a change made meanwhile wins.
  static bool replace_password(db::Session& session, std::int64_t id, std::string_view old_hash,
                               std::string_view new_hash);
  /// Raises the user's token version, so that every token made before is void, and returns it.
  [[nodiscard]] static std::int64_t void_tokens(db::Session& session, std::int64_t id);
  /// Remembers until `until` that this sign-in was ended. When 256 of the user's are remembered already, every token of
  /// the user is made void instead. Changes `user` as the tables are changed.
  static void end_session(db::Session& session, User& user, const std::string& ended, Time until);
  static void touch_last_login(db::Session& session, std::int64_t id);
};

}  // namespace trinity::auth
