#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace trinity::sessions {

/// A stored conversation of a person with an agent (the contract's ChatSession). Times are naive UTC.
struct ChatSession {
  std::string id;
  std::string agent_name;
  std::int64_t user_id = 0;
  std::string user_email;  ///< or user name
  std::string started_at;
  std::string last_message_at;
  std::int64_t message_count = 0;       ///< of both roles
  double total_cost = 0;                ///< USD
  std::int64_t total_context_used = 0;  ///< of the latest answer that told it
  std::int64_t total_context_max = 200'000;
  std::string status;  ///< active, closed
  bool operator==(const ChatSession&) const = default;
};
BOOST_DESCRIBE_STRUCT(ChatSession, (),
                      (id, agent_name, user_id, user_email, started_at, last_message_at, message_count, total_cost,
                       total_context_used, total_context_max, status))

/// The contract's StoredChatMessage. What only answers have is nothing else.
struct ChatMessage {
  std::string id;
  std::string session_id;
  std::string agent_name;
  std::int64_t user_id = 0;
  std::string user_email;
  std::string role;  ///< user, assistant
  std::string content;
  std::string timestamp;
  std::optional<double> cost;
  std::optional<std::int64_t> context_used;
  std::optional<std::int64_t> context_max;
  std::optional<std::string> tool_calls;  ///< JSON text of ToolLogEntry objects
  std::optional<std::int64_t> execution_time_ms;
  bool operator==(const ChatMessage&) const = default;
};
BOOST_DESCRIBE_STRUCT(ChatMessage, (),
                      (id, session_id, agent_name, user_id, user_email, role, content, timestamp, cost, context_used,
                       context_max, tool_calls, execution_time_ms))

/// Where a message of a person was put.
struct Opened {
  std::string session_id;
  std::string message_id;
};

/// What an agent said.
struct Answer {
  std::string content;
  std::optional<double> cost{};
  std::optional<std::int64_t> context_used{};
  std::optional<std::int64_t> context_max{};
  std::string tool_calls = "[]";  ///< JSON text
  std::int64_t execution_time_ms = 0;
};

}  // namespace trinity::sessions
