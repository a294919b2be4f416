#pragma once
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agentd/runtime/runtime.h"
#include "base/clock.h"

namespace trinity::agentd {

/// Totals over all chat turns since the last reset; field names of the agent API.
struct SessionTotals {
  double total_cost_usd = 0;
  std::int64_t context_tokens = 0;
  std::int64_t context_window = 200'000;
  std::int64_t message_count = 0;
  std::optional<std::string> model;
};
BOOST_DESCRIBE_STRUCT(SessionTotals, (), (total_cost_usd, context_tokens, context_window, message_count, model))

struct ChatMessage {
  std::string role;  ///< user or assistant
  std::string content;
  std::string timestamp;
};
BOOST_DESCRIBE_STRUCT(ChatMessage, (), (role, content, timestamp))

/// What a successful chat turn adds.
struct ChatTurn {
  std::string message;
  std::string answer;
  Time asked;
  Time answered;
  double cost = 0;
  std::optional<std::int64_t> context_tokens;
  bool context_is_a_maximum = false;  ///< only totals of the run are known
  std::int64_t context_window = 0;
  std::optional<Conversation> conversation;
};

/// The agent's conversation: messages, totals, and what the CLI needs to go on with it. Bounded: old messages leave the
/// history, the counts stay. No I/O.
class Session {
 public:
  struct Limits {
    std::size_t messages = 200;
    std::size_t bytes = 512 * 1024;  ///< of all messages together
  };
  Session() : Session(Limits{}) {}
  explicit Session(Limits limits) : limits_(limits) {}

  void add(ChatTurn turn);
  void reset();
  /// Grows with every reset: a turn that began before one adds nothing after it.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  [[nodiscard]] const SessionTotals& totals() const noexcept { return totals_; }
  [[nodiscard]] const std::deque<ChatMessage>& history() const noexcept { return history_; }
  [[nodiscard]] const std::optional<Conversation>& conversation() const noexcept { return conversation_; }
  /// The CLI does not know the conversation any more.
  void forget_conversation() { conversation_.reset(); }
  void set_model(std::string model) { totals_.model = std::move(model); }
  void set_window(std::int64_t window) { totals_.context_window = window; }

  /// The answer of GET /api/chat/session.
  [[nodiscard]] boost::json::object card() const;

  /// Everything that a restart must not lose, and back. What does not fit is left out. `runtime`: conversations of
  /// another one are of no use.
  [[nodiscard]] boost::json::object state(std::string_view runtime) const;
  void restore(const boost::json::object& state, std::string_view runtime);

 private:
  void keep(ChatMessage message);

  Limits limits_;
  SessionTotals totals_;
  std::deque<ChatMessage> history_;
  std::size_t history_bytes_ = 0;
  std::optional<Conversation> conversation_;
  std::uint64_t generation_ = 0;
};

}  // namespace trinity::agentd
