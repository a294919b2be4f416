#include "sessions/store.h"

#include "base/clock.h"
#include "base/ids.h"

namespace trinity::sessions {

namespace {

/// The newest of taken-over data, where there were several.
std::optional<std::string> active_session(db::Session& session, const SessionStore::Said& said) {
  const auto row = session
                       .query(
                           "SELECT id FROM chat_sessions WHERE agent_name = :a AND user_id = :b AND status = 'active' "
                           "ORDER BY last_message_at DESC LIMIT 1",
                           said.agent, said.user_id)
                       .one<std::string>();
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

std::string open_session(db::Session& session, const SessionStore::Said& said, const std::string& at) {
  auto id = random_base64url(16);
  session
      .query(
          "INSERT INTO chat_sessions (id, agent_name, user_id, user_email, started_at, last_message_at, message_count, "
          "total_cost, total_context_used, total_context_max, status) VALUES (:a, :b, :c, :d, :e, :e, 0, 0.0, 0, "
          "200000, 'active')",
          id, said.agent, said.user_id, said.user_email, at)
      .run();
  return id;
}

void insert(db::Session& session, const ChatMessage& message) {
  session
      .query(
          "INSERT INTO chat_messages (id, session_id, agent_name, user_id, user_email, role, content, timestamp, cost, "
          "context_used, context_max, tool_calls, execution_time_ms) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, "
          ":k, :l, :m)",
          message.id, message.session_id, message.agent_name, message.user_id, message.user_email, message.role,
          message.content, message.timestamp, message.cost, message.context_used, message.context_max,
          message.tool_calls, message.execution_time_ms)
      .run();
}

void count(db::Session& session, const ChatMessage& message) {
  session
      .query(
          "UPDATE chat_sessions SET last_message_at = :a, message_count = COALESCE(message_count, 0) + 1, total_cost = "
          "COALESCE(total_cost, 0) + :b, total_context_used = COALESCE(:c, total_context_used), total_context_max = "
          "COALESCE(:d, total_context_max) WHERE id = :e",
          message.timestamp, message.cost.value_or(0), message.context_used, message.context_max, message.session_id)
      .run();
}

}  // namespace

std::string answer_id(const std::string& reply_to) {
  // Ids are random: one with its first bit turned is nobody else's either.
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  auto id = reply_to;
  const auto digit = id.empty() ? std::string_view::npos : alphabet.find(id.front());
  if (digit == std::string_view::npos) return "A" + id;
  id.front() = alphabet[digit ^ 32U];
  return id;
}

Task<Opened> SessionStore::add_question(Call call, Said said) {
  auto job = [&](db::Session& session) {
    ChatMessage message;
    message.id = random_base64url(16);
    message.timestamp = format_naive(now());
    auto open = active_session(session, said);
    message.session_id = open ? std::move(*open) : open_session(session, said, message.timestamp);
    message.agent_name = said.agent;
    message.user_id = said.user_id;
    message.user_email = said.user_email;
    message.role = "user";
    message.content = said.content;
    insert(session, message);
    count(session, message);
    return Opened{message.session_id, message.id};
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<std::string> SessionStore::add_answer(Call call, std::string session_id, std::string reply_to, Answer answer) {
  auto job = [&](db::Session& session) {
    ChatMessage message;
    message.id = answer_id(reply_to);
    const auto stands =
        session.query("SELECT 1 FROM chat_messages WHERE id = :a", message.id).one<std::int64_t>().has_value();
    if (stands) return message.id;
    const auto row =
        session.query("SELECT agent_name, user_id, user_email FROM chat_sessions WHERE id = :a", session_id)
            .one<std::string, std::int64_t, std::string>();
    if (!row) return std::string();
    message.session_id = session_id;
    std::tie(message.agent_name, message.user_id, message.user_email) = *row;
    message.role = "assistant";
    message.content = answer.content;
    message.timestamp = format_naive(now());
    message.cost = answer.cost;
    message.context_used = answer.context_used;
    message.context_max = answer.context_max;
    message.tool_calls = answer.tool_calls;
    message.execution_time_ms = answer.execution_time_ms;
    insert(session, message);
    count(session, message);
    return message.id;
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<> SessionStore::close(Call call, std::string session_id) {
  auto job = [&](db::Session& session) {
    session.query("UPDATE chat_sessions SET status = 'closed' WHERE id = :a", session_id).run();
  };
  co_await database_.write(call, std::move(job));
}

}  // namespace trinity::sessions
