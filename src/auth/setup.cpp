#include "auth/setup.h"

#include <sodium.h>

#include <algorithm>

#include "auth/store.h"
#include "base/errors.h"
#include "base/log.h"

namespace trinity::auth {

namespace {

constexpr std::string_view setting = "setup_completed";
constexpr std::size_t shortest_password = 8;  // characters

std::size_t characters(std::string_view utf8) {
  // Bytes 10xxxxxx continue a character.
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

[[noreturn]] void refuse_finished() {
  throw Forbidden("Setup already completed. Password cannot be changed through this endpoint.");
}

void check(const AdminPasswordRequest& request) {
  if (characters(request.password) < shortest_password) throw BadRequest("Password must be at least 8 characters");
  if (request.password.size() > longest_password) throw BadRequest("Password must be at most 4096 bytes");
  if (request.password != request.confirm_password) throw BadRequest("Passwords do not match");
}

/// The administrator's row with the new password, made when missing.
User store_administrator(db::Session& session, const std::string& username, const std::string& hash) {
  auto user = UserRows::by_name(session, username);
  if (!user) return UserRows::insert(session, username, hash, Role::admin);
  if (!UserRows::set_password(session, user->id, hash, Role::admin)) {
    throw db::Failure("the administrator's password was not stored");
  }
  // Whoever held a token under the old password is signed out.
  user->token_version = UserRows::void_tokens(session, user->id);
  user->password_hash = hash;
  user->role = Role::admin;
  return *user;
}

}  // namespace

SetupStatus Setup::status() const {
  return {settings_.values()->is_exactly(setting, "true")};
}

void Setup::prepare(Call call) {
  const auto user = users_.by_name(administrator_.username);
  if (!user && !administrator_.password.empty()) make_administrator(call);
  if (user && user->password_hash && is_plain_text(*user->password_hash)) hash_plain_password(call, *user);
  if (!status().setup_completed) {
    log::warn({"auth", call.id()},
              "first-time setup is open: whoever reaches this server may set the administrator's password");
  }
}

void Setup::make_administrator(Call call) {
  const std::string hash = hash_password(administrator_.password);
  auto job = [&](db::Session& session) {
    return UserRows::insert(session, administrator_.username, hash, Role::admin);
  };
  auto publish = [this](const User& made) { users_.put(made); };
  database_.write_now(call, std::move(job), std::move(publish));
  log::info({"auth", call.id()}, "made the administrator of the configuration");
}

void Setup::hash_plain_password(Call call, const User& user) {
  const std::string stored = *user.password_hash;
  const std::string& given = administrator_.password;
  const bool equal = stored.size() == given.size() && sodium_memcmp(stored.data(), given.data(), given.size()) == 0;
  if (given.empty() || !equal) {
    log::warn({"auth", call.id()}, "the administrator's stored password is not hashed and cannot be used to sign in");
    return;
  }
  User changed = user;
  changed.password_hash = hash_password(given);
  auto job = [&](db::Session& session) {
    return UserRows::replace_password(session, user.id, stored, *changed.password_hash);
  };
  auto publish = [&](bool replaced) {
    if (replaced) users_.put(changed);
  };
  database_.write_now(call, std::move(job), std::move(publish));
  log::info({"auth", call.id()}, "replaced the administrator's plain-text password by its hash");
}

Task<> Setup::set_admin_password(Call call, AdminPasswordRequest request) {
  if (status().setup_completed) refuse_finished();
  check(request);
  auto work = [&request] { return hash_password(request.password); };
  const std::string hash = co_await hasher_.run(std::move(work));
  auto job = [this, &hash](db::Session& session) {
    // Looked at again under the write lock: of two who race, one wins.
    if (settings::SettingsStore::saved(session, setting) == "true") refuse_finished();
    User user = store_administrator(session, administrator_.username, hash);
    settings::SettingsStore::save(session, setting, "true");
    return user;
  };
  auto publish = [this](const User& user) {
    users_.put(user);
    settings_.publish(setting, "true");
  };
  co_await database_.write(call, std::move(job), std::move(publish));
  log::info({"auth", call.id()}, "first-time setup is finished");
}

}  // namespace trinity::auth
