// The reading half of the store.
#include <fmt/format.h>

#include "sessions/store.h"

namespace trinity::sessions {

namespace {

using Text = std::string;
using MaybeText = std::optional<std::string>;
using MaybeInt = std::optional<std::int64_t>;

constexpr const char* session_columns =
    "id, agent_name, user_id, user_email, started_at, last_message_at, COALESCE(message_count, 0), "
    "COALESCE(total_cost, 0.0), COALESCE(total_context_used, 0), COALESCE(total_context_max, 200000), "
    "COALESCE(status, 'closed')";
constexpr const char* message_columns =
    "id, session_id, agent_name, user_id, user_email, role, content, timestamp, cost, context_used, context_max, "
    "tool_calls, execution_time_ms";
/// Later than any time.
constexpr const char* never = "~";

std::vector<ChatSession> sessions_from(db::Query query) {
  std::vector<ChatSession> made;
  for (auto& row :
       query.all<Text, Text, std::int64_t, Text, Text, Text, std::int64_t, double, std::int64_t, std::int64_t, Text>())
    made.push_back(std::make_from_tuple<ChatSession>(std::move(row)));
  return made;
}

std::vector<ChatMessage> messages_from(db::Query query) {
  std::vector<ChatMessage> made;
  for (auto& row : query.all<Text, Text, Text, std::int64_t, Text, Text, Text, Text, std::optional<double>, MaybeInt,
                             MaybeInt, MaybeText, MaybeInt>())
    made.push_back(std::make_from_tuple<ChatMessage>(std::move(row)));
  return made;
}

/// A condition and what it binds.
struct Condition {
  std::string sql;
  std::vector<db::Param> values;

  /// `text` has {} where the value stands.
  void add(std::string_view text, db::Param value) {
    values.push_back(std::move(value));
    sql += fmt::format(fmt::runtime(text), fmt::format(":{}", static_cast<char>('a' + values.size() - 1)));
  }
};

/// Nothing: Which::before is unknown. The order is (time, id), both descending.
std::optional<Condition> condition_of(db::Session& session, const SessionStore::Which& which, const char* table,
                                      const char* time) {
  Condition made;
  made.add("agent_name = {}", which.agent);
  if (which.user_id) made.add(" AND user_id = {}", *which.user_id);
  if (which.session_id) made.add(" AND session_id = {}", *which.session_id);
  if (!which.before) return made;
  const auto place =
      session.query(fmt::format("SELECT {} FROM {} WHERE id = :a", time, table), *which.before).one<MaybeText>();
  if (!place) return std::nullopt;
  const auto at = std::get<0>(*place).value_or(never);
  made.add(fmt::format(" AND {} <= {{}}", time), at);
  made.add(fmt::format(" AND ({} < {{}}", time), at);
  made.add(" OR id < {})", *which.before);
  return made;
}

/// How many of them fit into one answer.
std::int64_t fitting(db::Session& session, Condition condition, std::int64_t limit) {
  condition.add(" ORDER BY timestamp DESC, id DESC LIMIT {}", limit);
  std::int64_t bytes = 0;
  std::int64_t fit = 0;
  auto query = session.query_with(
      "SELECT LENGTH(content) + LENGTH(COALESCE(tool_calls, '')) FROM chat_messages WHERE " + condition.sql,
      condition.values);
  for (const auto& [size] : query.all<std::int64_t>()) {
    bytes += size;
    if (fit > 0 && bytes > SessionStore::most_bytes) break;
    ++fit;
  }
  return fit;
}

/// For LIKE with the escape sign \.
std::string pattern_of(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

Task<std::optional<ChatSession>> SessionStore::find(Call call, std::string session_id) {
  auto job = [&](db::Session& session) {
    return sessions_from(
        session.query(fmt::format("SELECT {} FROM chat_sessions WHERE id = :a", session_columns), session_id));
  };
  auto found = co_await database_.read(call, std::move(job));
  if (found.empty()) co_return std::nullopt;
  co_return std::move(found.front());
}

Task<std::optional<std::vector<ChatSession>>> SessionStore::sessions(Call call, Which which,
                                                                     std::optional<std::string> status) {
  auto job = [&](db::Session& session) -> std::optional<std::vector<ChatSession>> {
    auto condition = condition_of(session, which, "chat_sessions", "last_message_at");
    if (!condition) return std::nullopt;
    if (status) condition->add(" AND COALESCE(status, 'closed') = {}", *status);
    condition->add(" ORDER BY last_message_at DESC, id DESC LIMIT {}", which.limit);
    return sessions_from(session.query_with(
        fmt::format("SELECT {} FROM chat_sessions WHERE {}", session_columns, condition->sql), condition->values));
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::optional<std::vector<ChatMessage>>> SessionStore::messages(Call call, Which which) {
  auto job = [&](db::Session& session) -> std::optional<std::vector<ChatMessage>> {
    auto condition = condition_of(session, which, "chat_messages", "timestamp");
    if (!condition) return std::nullopt;
    const auto limit = fitting(session, *condition, which.limit);
    condition->add(" ORDER BY timestamp DESC, id DESC LIMIT {}", limit);
    return messages_from(session.query_with(
        fmt::format("SELECT {} FROM chat_messages WHERE {}", message_columns, condition->sql), condition->values));
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::optional<SessionStore::Found>> SessionStore::search(Call call, Which which, std::string text) {
  auto job = [&](db::Session& session) -> std::optional<Found> {
    auto condition = condition_of(session, which, "chat_messages", "timestamp");
    if (!condition) return std::nullopt;
    auto last = *condition;
    condition->add(" ORDER BY timestamp DESC, id DESC LIMIT {}", most_searched);
    auto sql = fmt::format("SELECT {0} FROM (SELECT {0} FROM chat_messages WHERE {1}) AS newest", message_columns,
                           condition->sql);
    Condition rest{{}, condition->values};
    rest.add(" WHERE lower(content) LIKE lower({}) ESCAPE '\\'", pattern_of(text));
    rest.add(" ORDER BY timestamp DESC, id DESC LIMIT {}", which.limit);
    Found found{messages_from(session.query_with(sql + rest.sql, rest.values)), std::nullopt};
    if (std::ssize(found.messages) == which.limit) {
      found.next = found.messages.back().id;
      return found;
    }
    last.add(" ORDER BY timestamp DESC, id DESC LIMIT 1 OFFSET {}", most_searched - 1);
    const auto end =
        session.query_with("SELECT id FROM chat_messages WHERE " + last.sql, last.values).one<std::string>();
    if (end) found.next = std::get<0>(*end);
    return found;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::int64_t> SessionStore::size_of(Call call, std::string session_id) {
  auto job = [&](db::Session& session) {
    return session
        .query(
            "SELECT COALESCE(SUM(LENGTH(content) + LENGTH(COALESCE(tool_calls, '')) + 256), 0) FROM chat_messages "
            "WHERE session_id = :a",
            session_id)
        .one<std::int64_t>();
  };
  const auto row = co_await database_.read(call, std::move(job));
  co_return row ? std::get<0>(*row) : 0;
}

Task<std::vector<ChatMessage>> SessionStore::transcript(Call call, std::string session_id) {
  auto job = [&](db::Session& session) {
    return messages_from(session.query(
        fmt::format("SELECT {} FROM chat_messages WHERE session_id = :a ORDER BY timestamp, id", message_columns),
        session_id));
  };
  co_return co_await database_.read(call, std::move(job));
}

}  // namespace trinity::sessions
