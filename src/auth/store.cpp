#include "auth/store.h"

#include <tuple>

#include "base/clock.h"

namespace trinity::auth {

namespace {

using Text = std::optional<std::string>;
using Row = std::tuple<std::int64_t, std::string, Text, std::string, Text, Text, Text>;

User from_row(Row row) {
  auto& [id, username, hash, role, name, picture, email] = row;
  User user;
  user.id = id;
  user.username = std::move(username);
  user.password_hash = std::move(hash);
  user.role = role == "admin" ? Role::admin : Role::user;
  user.name = std::move(name);
  user.picture = std::move(picture);
  user.email = std::move(email);
  return user;
}

}  // namespace

std::vector<User> UserRows::all(db::Session& session) {
  std::vector<User> users;
  for (auto& row : session.query("SELECT id, username, password_hash, role, name, picture, email FROM users")
                       .all<std::int64_t, std::string, Text, std::string, Text, Text, Text>()) {
    users.push_back(from_row(std::move(row)));
  }
  return users;
}

std::optional<User> UserRows::by_name(db::Session& session, std::string_view username) {
  auto row = session
                 .query("SELECT id, username, password_hash, role, name, picture, email FROM users WHERE username = :a",
                        username)
                 .one<std::int64_t, std::string, Text, std::string, Text, Text, Text>();
  if (!row) return std::nullopt;
  return from_row(std::move(*row));
}

User UserRows::insert(db::Session& session, std::string_view username, std::string_view password_hash, Role role) {
  const auto row = session
                       .query(
                           "INSERT INTO users (username, password_hash, role, created_at, updated_at) "
                           "VALUES (:a, :b, :c, :d, :d) RETURNING id",
                           username, password_hash, word_of(role), format_naive(now()))
                       .one<std::int64_t>();
  if (!row) throw db::Failure("the new user has no id");
  User user;
  user.id = std::get<0>(*row);
  user.username = username;
  user.password_hash = password_hash;
  user.role = role;
  return user;
}

bool UserRows::set_password(db::Session& session, std::int64_t id, std::string_view password_hash, Role role) {
  return session
             .query("UPDATE users SET password_hash = :a, role = :b, updated_at = :c WHERE id = :d", password_hash,
                    word_of(role), format_naive(now()), id)
             .run() == 1;
}

bool UserRows::replace_password(db::Session& session, std::int64_t id, std::string_view old_hash,
                                std::string_view new_hash) {
  return session
             .query("UPDATE users SET password_hash = :a, updated_at = :b WHERE id = :c AND password_hash = :d",
                    new_hash, format_naive(now()), id, old_hash)
             .run() == 1;
}

void UserRows::touch_last_login(db::Session& session, std::int64_t id) {
  session.query("UPDATE users SET last_login = :a WHERE id = :b", format_naive(now()), id).run();
}

}  // namespace trinity::auth
