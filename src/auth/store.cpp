#include "auth/store.h"

#include <map>
#include <tuple>

#include "base/clock.h"

namespace trinity::auth {

namespace {

using Text = std::optional<std::string>;
using Row = std::tuple<std::int64_t, std::string, Text, std::string, Text, Text, Text, std::int64_t>;

constexpr std::size_t most_ended_sessions = 256;
constexpr const char* columns =
    "SELECT id, username, password_hash, role, name, picture, email, coalesce((SELECT version FROM "
    "trinity_token_versions WHERE user_id = users.id), 0) FROM users";

User from_row(Row row) {
  auto& [id, username, hash, role, name, picture, email, version] = row;
  User user;
  user.id = id;
  user.username = std::move(username);
  user.password_hash = std::move(hash);
  user.role = role == "admin" ? Role::admin : Role::user;
  user.name = std::move(name);
  user.picture = std::move(picture);
  user.email = std::move(email);
  user.token_version = version;
  return user;
}

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::vector<User> UserRows::all(db::Session& session) {
  std::map<std::int64_t, std::map<std::string, Time, std::less<>>> ended;
  for (auto& [id, name, until] :
       session
           .query("SELECT user_id, session, expires_at FROM trinity_ended_sessions WHERE expires_at > :a",
                  seconds_of(now()))
           .all<std::int64_t, std::string, std::int64_t>()) {
    ended[id].emplace(std::move(name), Time(std::chrono::seconds(until)));
  }
  std::vector<User> users;
  for (auto& row :
       session.query(columns).all<std::int64_t, std::string, Text, std::string, Text, Text, Text, std::int64_t>()) {
    auto& user = users.emplace_back(from_row(std::move(row)));
    if (auto found = ended.extract(user.id)) user.ended_sessions = std::move(found.mapped());
  }
  return users;
}

std::optional<User> UserRows::by_name(db::Session& session, std::string_view username) {
  auto row = session.query(std::string(columns) + " WHERE username = :a", username)
                 .one<std::int64_t, std::string, Text, std::string, Text, Text, Text, std::int64_t>();
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

std::int64_t UserRows::void_tokens(db::Session& session, std::int64_t id) {
  // Whatever ended before is void by its version now.
  session.query("DELETE FROM trinity_ended_sessions WHERE user_id = :a", id).run();
  const auto row = session
                       .query(
                           "INSERT INTO trinity_token_versions (user_id, version, changed_at) VALUES (:a, 1, :b) "
                           "ON CONFLICT (user_id) DO UPDATE SET version = version + 1, changed_at = :b "
                           "RETURNING version",
                           id, format_naive(now()))
                       .one<std::int64_t>();
  if (!row) throw db::Failure("the token version was not raised");
  return std::get<0>(*row);
}

void UserRows::end_session(db::Session& session, User& user, const std::string& ended, Time until) {
  const auto passed = now();
  std::erase_if(user.ended_sessions, [&](const auto& item) { return item.second <= passed; });
  session
      .query("DELETE FROM trinity_ended_sessions WHERE user_id = :a AND expires_at <= :b", user.id, seconds_of(passed))
      .run();
  if (user.ended_sessions.size() >= most_ended_sessions) {
    user.token_version = void_tokens(session, user.id);
    user.ended_sessions.clear();
    return;
  }
  session
      .query("INSERT OR REPLACE INTO trinity_ended_sessions (session, user_id, expires_at) VALUES (:a, :b, :c)", ended,
             user.id, seconds_of(until))
      .run();
  user.ended_sessions.insert_or_assign(ended, until);
}

void UserRows::touch_last_login(db::Session& session, std::int64_t id) {
  session.query("UPDATE users SET last_login = :a WHERE id = :b", format_naive(now()), id).run();
}

}  // namespace trinity::auth
