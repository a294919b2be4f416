#include "agentd/session.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "agentd/runtime/fields.h"
#include "agentd/text.h"
#include "json/encode.h"

namespace trinity::agentd {

using boost::json::object;

void Session::add(ChatTurn turn) {
  keep({"user", std::move(turn.message), format_z(turn.asked)});
  keep({"assistant", std::move(turn.answer), format_z(turn.answered)});
  totals_.message_count += 2;
  totals_.total_cost_usd += turn.cost;
  if (turn.context_tokens) {
    totals_.context_tokens =
        turn.context_is_a_maximum ? std::max(totals_.context_tokens, *turn.context_tokens) : *turn.context_tokens;
  }
  if (turn.context_window > 0) totals_.context_window = turn.context_window;
  conversation_ = std::move(turn.conversation);
}

void Session::keep(ChatMessage message) {
  if (message.content.size() > limits_.bytes / 4) {
    message.content = first_characters(std::string_view(message.content).substr(0, limits_.bytes / 4), limits_.bytes) +
                      "\n[The message is longer; this is its beginning.]";
  }
  history_bytes_ += message.content.size();
  history_.push_back(std::move(message));
  while (history_.size() > limits_.messages || history_bytes_ > limits_.bytes) {
    history_bytes_ -= history_.front().content.size();
    history_.pop_front();
  }
}

void Session::reset() {
  auto model = std::move(totals_.model);
  const auto window = totals_.context_window;
  totals_ = {};
  totals_.model = std::move(model);
  totals_.context_window = window;
  history_.clear();
  history_bytes_ = 0;
  conversation_.reset();
  ++generation_;
}

object Session::card() const {
  const auto window = static_cast<double>(totals_.context_window);
  const auto percent = window > 0 ? std::round(static_cast<double>(totals_.context_tokens) / window * 1000) / 10 : 0;
  return {{"session_started", totals_.message_count > 0}, {"message_count", totals_.message_count},
          {"total_cost_usd", totals_.total_cost_usd},     {"context_tokens", totals_.context_tokens},
          {"context_window", totals_.context_window},     {"context_percent", percent},
          {"model", json::encode(totals_.model)}};
}

object Session::state(std::string_view runtime) const {
  object made{{"version", 1},
              {"runtime", runtime},
              {"total_cost_usd", totals_.total_cost_usd},
              {"context_tokens", totals_.context_tokens},
              {"context_window", totals_.context_window},
              {"message_count", totals_.message_count}};
  boost::json::array history;
  for (const auto& message : history_) history.push_back(json::encode(message));
  made["history"] = std::move(history);
  if (conversation_) {
    made["conversation"] = {{"id", conversation_->id},
                            {"cost", conversation_->cost},
                            {"input_tokens", conversation_->tokens.input},
                            {"output_tokens", conversation_->tokens.output},
                            {"cache_read_tokens", conversation_->tokens.cache_read},
                            {"cache_creation_tokens", conversation_->tokens.cache_creation}};
  }
  return made;
}

void Session::restore(const object& state, std::string_view runtime) {
  totals_.total_cost_usd = amount_of(state, "total_cost_usd").value_or(0);
  totals_.context_tokens = whole_of(state, "context_tokens").value_or(0);
  totals_.message_count = whole_of(state, "message_count").value_or(0);
  if (const auto* messages = array_of(state, "history")) {
    for (const auto& item : *messages) {
      const auto* message = item.if_object();
      if (message == nullptr) continue;
      keep({text_of(*message, "role"), text_of(*message, "content"), text_of(*message, "timestamp")});
    }
  }
  if (text_of(state, "runtime") != runtime) return;
  if (const auto window = whole_of(state, "context_window"); window && *window > 0) totals_.context_window = *window;
  const auto* kept = object_of(state, "conversation");
  if (kept == nullptr || text_of(*kept, "id").empty()) return;
  Conversation conversation{text_of(*kept, "id"), amount_of(*kept, "cost").value_or(0), {}};
  conversation.tokens.input = whole_of(*kept, "input_tokens").value_or(0);
  conversation.tokens.output = whole_of(*kept, "output_tokens").value_or(0);
  conversation.tokens.cache_read = whole_of(*kept, "cache_read_tokens").value_or(0);
  conversation.tokens.cache_creation = whole_of(*kept, "cache_creation_tokens").value_or(0);
  conversation_ = std::move(conversation);
}

}  // namespace trinity::agentd
