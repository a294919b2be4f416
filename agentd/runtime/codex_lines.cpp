#include "agentd/runtime/codex_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "agentd/runtime/fields.h"
#include "base/ids.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using boost::json::object;

/// A program that opens calls and never ends them must not fill the memory.
constexpr std::size_t kMostOpen = 1000;

/// Names that the other runtimes use for the same work, so that the activity reads alike.
std::string tool_name(const object& item, std::string_view kind) {
  if (kind == "command_execution") return "Bash";
  if (kind == "file_change") return "Edit";
  if (kind == "web_search") return "WebSearch";
  if (kind == "todo_list") return "TodoWrite";
  if (kind == "mcp_tool_call") return fmt::format("mcp__{}__{}", text_of(item, "server"), text_of(item, "tool"));
  return std::string(kind);
}

object first_change(const object& item) {
  const auto* changes = array_of(item, "changes");
  if (changes == nullptr || changes->empty() || !changes->front().is_object()) return {};
  return {{"file_path", text_of(changes->front().get_object(), "path")}, {"changes", *changes}};
}

object tool_input(const object& item, std::string_view kind) {
  if (kind == "command_execution") return {{"command", text_of(item, "command")}};
  if (kind == "file_change") return first_change(item);
  if (kind == "web_search") return {{"query", text_of(item, "query")}};
  if (kind == "mcp_tool_call") {
    const auto* arguments = object_of(item, "arguments");
    return arguments != nullptr ? *arguments : object();
  }
  if (const auto* items = array_of(item, "items")) return {{"items", *items}};
  return {};
}

std::string result_text(const object& item) {
  if (auto text = text_of(item, "aggregated_output"); !text.empty()) return text;
  if (const auto* error = object_of(item, "error")) return text_of(*error, "message");
  const auto* result = object_of(item, "result");
  const auto* content = result != nullptr ? array_of(*result, "content") : nullptr;
  if (content == nullptr) return {};
  for (const auto& part : *content) {
    if (const auto* block = part.if_object(); block != nullptr && text_of(*block, "type") == "text") {
      return text_of(*block, "text");
    }
  }
  return {};
}

event::Tokens tokens_of(const object& usage) {
  event::Tokens tokens;
  tokens.input = whole_of(usage, "input_tokens").value_or(0);
  tokens.cache_read = whole_of(usage, "cached_input_tokens").value_or(0);
  tokens.cache_creation = whole_of(usage, "cache_write_input_tokens").value_or(0);
  tokens.output = whole_of(usage, "output_tokens").value_or(0);
  return tokens;
}

/// Totals that went down belong to a new conversation.
event::Tokens difference(const event::Tokens& now, const event::Tokens& before) {
  if (now.input < before.input || now.output < before.output) return now;
  const auto less = [](std::int64_t a, std::int64_t b) { return std::max<std::int64_t>(0, a - b); };
  return {now.input - before.input, less(now.cache_creation, before.cache_creation),
          less(now.cache_read, before.cache_read), now.output - before.output};
}

/// The provider's own answer, when the message is one as text.
std::string readable(std::string message) {
  if (const auto body = object_in(message)) {
    if (const auto* error = object_of(*body, "error")) {
      if (auto text = text_of(*error, "message"); !text.empty()) return text;
    }
  }
  return message;
}

}  // namespace

void CodexLines::line(std::string_view line, bool cut, Reading& into) {
  if (line.empty()) return;
  const auto found = cut ? std::nullopt : object_in(line);
  if (!found) {
    into.events.emplace_back(event::Notice{fmt::format("a line that is no JSON: {}", line.substr(0, 100))});
    return;
  }
  object(*found, into);
}

void CodexLines::object(const boost::json::object& line, Reading& into) {
  const auto type = text_of(line, "type");
  const auto* item_of = object_of(line, "item");
  if (type == "thread.started") {
    auto id = text_of(line, "thread_id");
    into.shown.push_back({json::write(shown::session(id, model_)), {}});
    if (!id.empty()) into.events.emplace_back(event::Session{std::move(id), model_});
  } else if (type.starts_with("item.") && item_of != nullptr) {
    item(*item_of, std::string_view(type).substr(5), into);
  } else if (type == "turn.completed" || type == "turn.failed") {
    turn_end(line, type == "turn.failed", into);
  } else if (type == "error") {
    error_ = readable(text_of(line, "message"));
    into.events.emplace_back(event::Error{error_});
  } else if (type != "turn.started") {
    into.shown.push_back({json::write(line), {}});
  }
}

void CodexLines::item(const boost::json::object& item, std::string_view stage, Reading& into) {
  auto kind = text_of(item, "type");
  if (kind.empty()) kind = text_of(item, "item_type");
  if (kind == "agent_message" || kind == "reasoning" || kind == "error") {
    auto text = text_of(item, kind == "error" ? "message" : "text");
    if (kind == "agent_message" && stage != "completed") part(text, into);
    if (stage != "completed" || text.empty()) return;
    if (kind == "error") {
      into.events.emplace_back(event::Notice{std::move(text)});
    } else if (kind == "reasoning") {
      into.events.emplace_back(event::Thinking{std::move(text)});
    } else {
      written_.clear();
      into.shown.push_back({json::write(shown::text(text)), {}, true});
      into.events.emplace_back(event::Text{std::move(text)});
    }
  } else if (!kind.empty()) {
    tool(item, kind, stage, into);
  }
}

/// A message that is not complete yet is told as a whole each time.
void CodexLines::part(const std::string& text, Reading& into) {
  if (text.empty()) return;
  const bool goes_on = !written_.empty() && text.starts_with(written_);
  into.pieces.push_back({goes_on ? text.substr(written_.size()) : text, !goes_on});
  written_ = text;
}

/// Some calls are told only when they are done: then they begin and end at once.
void CodexLines::tool(const boost::json::object& item, std::string_view kind, std::string_view stage, Reading& into) {
  auto id = text_of(item, "id");
  if (id.empty()) id = random_uuid();
  if (!open_.contains(id)) {
    if (open_.size() >= kMostOpen) return;
    open_.insert(id);
    event::ToolStart start{id, tool_name(item, kind), tool_input(item, kind)};
    into.shown.push_back({json::write(shown::tool_use(start.id, start.name, start.input)), {}});
    into.events.emplace_back(std::move(start));
  }
  if (stage != "completed") return;
  open_.erase(id);
  const auto exit_code = item.if_contains("exit_code");
  const bool failed = text_of(item, "status") == "failed" || text_of(item, "status") == "declined" ||
                      (exit_code != nullptr && exit_code->is_int64() && exit_code->get_int64() != 0);
  event::ToolEnd end{id, result_text(item), failed};
  into.shown.push_back({json::write(shown::tool_result(end.id, end.output, end.failed)), end.id});
  into.events.emplace_back(std::move(end));
}

void CodexLines::turn_end(const boost::json::object& line, bool failed, Reading& into) {
  event::Result result;
  result.failed = failed;
  boost::json::object shown{{"type", "result"},
                            {"subtype", failed ? "error_during_execution" : "success"},
                            {"is_error", failed},
                            {"total_cost_usd", nullptr}};
  if (failed) {
    const auto* error = object_of(line, "error");
    result.cause = error != nullptr ? readable(text_of(*error, "message")) : error_;
    shown["result"] = result.cause;
  }
  if (const auto* usage = object_of(line, "usage")) {
    reported_ = tokens_of(*usage);
    const auto tokens = difference(reported_, before_);
    shown["usage"] = {{"input_tokens", tokens.input},
                      {"output_tokens", tokens.output},
                      {"cache_read_input_tokens", tokens.cache_read}};
    into.events.emplace_back(event::RunTokens{tokens});
  }
  into.shown.push_back({json::write(shown), {}});
  into.events.emplace_back(std::move(result));
}

}  // namespace trinity::agentd
