#include "agentd/runtime/claude_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "agentd/runtime/fields.h"
#include "base/ids.h"

namespace trinity::agentd {

namespace {

using boost::json::object;

/// A tool's output: the content itself, or the first text in a list of blocks.
std::string output_of(const object& block) {
  if (const auto* content = array_of(block, "content")) {
    for (const auto& item : *content) {
      const auto* part = item.if_object();
      if (part != nullptr && text_of(*part, "type") == "text") return text_of(*part, "text");
    }
    return {};
  }
  return text_of(block, "content");
}

event::Tokens tokens_of(const object& usage) {
  event::Tokens tokens;
  tokens.cache_creation = whole_of(usage, "cache_creation_input_tokens").value_or(0);
  tokens.cache_read = whole_of(usage, "cache_read_input_tokens").value_or(0);
  tokens.input = whole_of(usage, "input_tokens").value_or(0) + tokens.cache_creation + tokens.cache_read;
  tokens.output = whole_of(usage, "output_tokens").value_or(0);
  return tokens;
}

event::ToolStart tool_start(const object& block) {
  event::ToolStart start{text_of(block, "id"), text_of(block, "name"), {}};
  if (start.id.empty()) start.id = random_uuid();
  if (start.name.empty()) start.name = "Unknown";
  if (const auto* input = object_of(block, "input")) start.input = *input;
  return start;
}

/// The id of the call whose result a line holds.
std::string result_in(const object& line) {
  const auto* message = object_of(line, "message");
  const auto* content = message != nullptr ? array_of(*message, "content") : nullptr;
  if (content == nullptr || content->empty() || !content->front().is_object()) return {};
  const auto& block = content->front().get_object();
  return text_of(block, "type") == "tool_result" ? text_of(block, "tool_use_id") : std::string();
}

std::string cause_of(const object& line, const std::string& answer) {
  if (!answer.empty()) return answer;
  if (const auto* errors = array_of(line, "errors")) {
    std::string joined;
    for (const auto& error : *errors) {
      if (!error.is_string()) continue;
      if (!joined.empty()) joined += "; ";
      joined += std::string_view(error.get_string());
    }
    if (!joined.empty()) return joined;
  }
  return text_of(line, "subtype");
}

/// A sub-agent's text is not the agent's answer and its usage not the agent's context; its tool calls count.
bool is_own(const object& line) {
  const auto* parent = line.if_contains("parent_tool_use_id");
  return parent == nullptr || parent->is_null();
}

constexpr std::string_view kPiece = R"({"type":"stream_event")";

/// Comes before every call of the provider, and only with the pieces.
bool announces_call(const object& line, std::string_view type) {
  return type == "system" && text_of(line, "subtype") == "status" && text_of(line, "status") == "requesting";
}

}  // namespace

void ClaudeLines::line(std::string_view line, bool cut, Reading& into) {
  if (line.empty()) return;
  const auto found = cut ? std::nullopt : object_in(line);
  if (!found && line.starts_with(kPiece)) return;
  if (!found) {
    into.events.emplace_back(event::Notice{fmt::format("a line that is no JSON: {}", line.substr(0, 100))});
    return;
  }
  const auto type = text_of(*found, "type");
  if (type == "stream_event") {
    piece(*found, into);
    return;
  }
  if (announces_call(*found, type)) return;
  into.shown.push_back({std::string(line), result_in(*found)});
  object(*found, into);
  into.shown.back().ends_text = std::any_of(into.events.begin(), into.events.end(), [](const Event& event) {
    return std::holds_alternative<event::Text>(event);
  });
}

void ClaudeLines::piece(const boost::json::object& line, Reading& into) {
  const auto* event = object_of(line, "event");
  if (event == nullptr || !is_own(line)) return;
  const auto type = text_of(*event, "type");
  if (type == "message_start") {
    // What an attempt before this one had written is void.
    into.pieces.push_back({{}, true});
  } else if (type == "content_block_start") {
    const auto* block = object_of(*event, "content_block");
    if (block != nullptr && text_of(*block, "type") == "text") into.pieces.push_back({text_of(*block, "text"), true});
  } else if (type == "content_block_delta") {
    const auto* delta = object_of(*event, "delta");
    if (delta != nullptr && text_of(*delta, "type") == "text_delta") into.pieces.push_back({text_of(*delta, "text")});
  }
}

void ClaudeLines::object(const boost::json::object& line, Reading& into) {
  const auto type = text_of(line, "type");
  if (type == "assistant" || type == "user") {
    message(line, type == "assistant", into);
  } else if (type == "system" || type == "init") {
    system(line, into);
  } else if (type == "result") {
    result(line, into);
  } else if (type == "error") {
    auto text = text_of(line, "message");
    if (const auto* error = object_of(line, "error"); text.empty() && error != nullptr)
      text = text_of(*error, "message");
    if (!text.empty()) into.events.emplace_back(event::Error{std::move(text)});
  }
}

void ClaudeLines::system(const boost::json::object& line, Reading& into) {
  const auto subtype = text_of(line, "type") == "init" ? "init" : text_of(line, "subtype");
  if (subtype == "init") {
    main_model_ = text_of(line, "model");
    if (auto id = text_of(line, "session_id"); !id.empty()) into.events.emplace_back(event::Session{id, main_model_});
  } else if (subtype == "api_retry") {
    into.events.emplace_back(event::Notice{fmt::format("the provider answered {}, attempt {} follows",
                                                       whole_of(line, "error_status").value_or(0),
                                                       whole_of(line, "attempt").value_or(0) + 1)});
  } else if (subtype == "compact_boundary") {
    into.events.emplace_back(event::Notice{"the context was compacted"});
  }
}

void ClaudeLines::message(const boost::json::object& line, bool from_assistant, Reading& into) {
  const auto* message = object_of(line, "message");
  if (message == nullptr) return;
  const bool own = is_own(line);
  if (from_assistant && own) call_tokens(*message, into);
  const auto* content = array_of(*message, "content");
  if (content == nullptr) return;
  for (const auto& item : *content) {
    const auto* block = item.if_object();
    if (block == nullptr) continue;
    const auto type = text_of(*block, "type");
    if (type == "text" && from_assistant && own) {
      if (auto text = text_of(*block, "text"); !text.empty()) into.events.emplace_back(event::Text{std::move(text)});
    } else if (type == "thinking" && own) {
      if (auto text = text_of(*block, "thinking"); !text.empty()) {
        into.events.emplace_back(event::Thinking{std::move(text)});
      }
    } else if (type == "tool_use") {
      into.events.emplace_back(tool_start(*block));
    } else if (type == "tool_result") {
      into.events.emplace_back(
          event::ToolEnd{text_of(*block, "tool_use_id"), output_of(*block), is_true(*block, "is_error")});
    }
  }
}

/// Several lines may belong to one call and repeat its usage; it is the last call that counts, so that does no harm.
void ClaudeLines::call_tokens(const boost::json::object& message, Reading& into) {
  const auto* usage = object_of(message, "usage");
  if (usage == nullptr) return;
  const auto tokens = tokens_of(*usage);
  // Messages that the CLI made up itself (an API error) carry zeros.
  if (tokens.input > 0) into.events.emplace_back(event::CallTokens{tokens});
}

/// A resumed conversation is reported with all its turns; what is new stands beside the total, or is the difference.
std::optional<double> ClaudeLines::cost_of(const boost::json::object& line) {
  const auto total = amount_of(line, "total_cost_usd");
  if (total) cost_reported_ = total;
  if (const auto* since = object_of(line, "model_usage_since_last_result")) {
    double sum = 0;
    for (const auto& [model, usage] : *since) {
      if (const auto* entry = usage.if_object()) sum += amount_of(*entry, "costUSD").value_or(0);
    }
    return sum;
  }
  if (!total) return std::nullopt;
  return *total >= cost_before_ ? *total - cost_before_ : *total;
}

/// Helper models may come first: the window is that of the main model, else of the one that wrote most.
std::optional<std::int64_t> ClaudeLines::window_of(const boost::json::object& line) const {
  const auto* usage = object_of(line, "modelUsage");
  if (usage == nullptr) return std::nullopt;
  if (const auto* entry = object_of(*usage, main_model_)) {
    if (const auto window = whole_of(*entry, "contextWindow")) return window;
  }
  std::optional<std::int64_t> window;
  std::int64_t most = -1;
  for (const auto& [model, value] : *usage) {
    const auto* entry = value.if_object();
    const auto output = entry != nullptr ? whole_of(*entry, "outputTokens").value_or(0) : -1;
    if (output <= most) continue;
    most = output;
    if (const auto found = whole_of(*entry, "contextWindow")) window = found;
  }
  return window;
}

void ClaudeLines::result(const boost::json::object& line, Reading& into) {
  if (auto id = text_of(line, "session_id"); !id.empty()) {
    into.events.emplace_back(event::Session{std::move(id), main_model_});
  }
  if (const auto* usage = object_of(line, "usage")) into.events.emplace_back(event::RunTokens{tokens_of(*usage)});
  if (const auto window = window_of(line); window && *window > 0) into.events.emplace_back(event::Context{*window});
  if (const auto cost = cost_of(line)) into.events.emplace_back(event::Cost{*cost});
  event::Result result;
  const auto subtype = text_of(line, "subtype");
  result.answer = text_of(line, "result");
  result.failed = is_true(line, "is_error") || subtype.starts_with("error");
  result.turn_limit = subtype == "error_max_turns";
  if (result.failed) result.cause = cause_of(line, result.answer);
  result.duration_ms = whole_of(line, "duration_ms");
  result.turns = whole_of(line, "num_turns");
  into.events.emplace_back(std::move(result));
}

}  // namespace trinity::agentd
