#pragma once
#include <string>

#include "auth/passwords.h"
#include "auth/types.h"
#include "auth/users.h"
#include "base/call.h"
#include "base/task.h"
#include "db/database.h"
#include "settings/store.h"

namespace trinity::auth {

/// First-time setup and the administrator of the configuration. Any thread.
class Setup {
 public:
  struct Administrator {
    std::string username = "admin";  ///< ADMIN_USERNAME
    std::string password;            ///< ADMIN_PASSWORD; empty: none given
  };

  /// All must outlive it.
  Setup(db::Database& database, settings::SettingsStore& settings, UserDirectory& users, PasswordHasher& hasher,
        Administrator administrator)
      : database_(database),
        settings_(settings),
        users_(users),
        hasher_(hasher),
        administrator_(std::move(administrator)) {}

  /// At start, after users and settings were loaded: makes the administrator when a password is given and there is no
  /// such user; turns an old plain-text password that equals the given one into its hash. Never overwrites a password.
  /// Warns while setup is open. Blocks for the time of a hash.
  void prepare(Call call);

  [[nodiscard]] SetupStatus status() const;

  /// Sets the administrator's password once, and finishes setup, in one transaction; makes the administrator when
  /// missing. Throws Forbidden when setup is finished, BadRequest for a short password or one that differs from its
  /// repetition.
  Task<> set_admin_password(Call call, AdminPasswordRequest request);

 private:
  void make_administrator(Call call);
  void hash_plain_password(Call call, const User& user);

  db::Database& database_;
  settings::SettingsStore& settings_;
  UserDirectory& users_;
  PasswordHasher& hasher_;
  Administrator administrator_;
};

}  // namespace trinity::auth
