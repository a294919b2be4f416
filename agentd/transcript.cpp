#include "agentd/transcript.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/ids.h"
#include "base/text.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using boost::json::array;
using boost::json::object;

/// Clients draw these; a run with more calls than this is cut short there, not in the transcript.
constexpr std::size_t kMostTools = 10'000;

std::string text_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

const object* object_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

bool is_true(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::optional<std::int64_t> whole_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code fault;
  const auto number = found->to_number<std::int64_t>(fault);
  if (fault || number < 0) return std::nullopt;
  return number;
}

/// A tool's output: the content itself, or the first text in a list of blocks.
std::string output_of(const object& block) {
  const auto* content = block.if_contains("content");
  if (content == nullptr) return {};
  if (content->is_string()) return std::string(content->get_string());
  if (!content->is_array()) return {};
  for (const auto& item : content->get_array()) {
    const auto* part = item.if_object();
    if (part != nullptr && text_of(*part, "type") == "text") return text_of(*part, "text");
  }
  return {};
}

object assistant_text(std::string_view text) {
  object block{{"type", "text"}, {"text", text}};
  object message{{"role", "assistant"}, {"content", array{std::move(block)}}};
  return {{"type", "assistant"}, {"message", std::move(message)}};
}

/// An object with a text member `type`, or nothing: then the line is plain text.
std::optional<object> event_in(std::string_view line) {
  if (line.empty() || line.front() != '{') return std::nullopt;
  boost::system::error_code fault;
  boost::json::parse_options options;
  options.max_depth = 64;
  auto parsed = boost::json::parse(line, fault, {}, options);
  if (fault || !parsed.is_object()) return std::nullopt;
  const auto* type = parsed.get_object().if_contains("type");
  if (type == nullptr || !type->is_string()) return std::nullopt;
  return std::move(parsed.get_object());
}

}  // namespace

void Transcript::line(std::string_view line, bool cut, Time time) {
  const auto found = cut ? std::nullopt : event_in(line);
  if (!found) {
    text_line(line, cut);
    return;
  }
  end_text();
  any_event_ = true;
  keep(line);
  event(*found, time);
}

void Transcript::text_line(std::string_view line, bool cut) {
  if (any_text_) text_ += '\n';
  any_text_ = true;
  text_ += to_utf8(line);
  if (cut) text_ += " [line cut]";
}

/// Plain lines between two events are one part of the answer.
void Transcript::end_text() {
  if (!any_text_) return;
  any_text_ = false;
  auto text = std::exchange(text_, {});
  while (text.ends_with('\n')) text.pop_back();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
  keep(json::write(assistant_text(text)));
  parts_.push_back(std::move(text));
}

void Transcript::keep(std::string_view json) {
  if (log_.size() + json.size() + 1 > most_) {
    ++dropped_;
    return;
  }
  if (!log_.empty()) log_ += ',';
  log_ += json;
}

void Transcript::event(const object& event, Time time) {
  const auto type = text_of(event, "type");
  if (type == "assistant" || type == "user") {
    message(event, type == "assistant", time);
  } else if (type == "result") {
    result(event);
  } else if (type == "init" || (type == "system" && text_of(event, "subtype") == "init")) {
    if (auto session = text_of(event, "session_id"); !session.empty()) metadata_.session_id = std::move(session);
  } else if (type == "error") {
    failure_ = text_of(event, "message");
  }
}

void Transcript::message(const object& event, bool from_assistant, Time time) {
  const auto* message = object_of(event, "message");
  const auto* content = message != nullptr ? message->if_contains("content") : nullptr;
  if (content == nullptr || !content->is_array()) return;
  // A sub-agent's text is not the agent's answer; its tool calls count.
  const auto* parent = event.if_contains("parent_tool_use_id");
  const bool own = parent == nullptr || parent->is_null();
  for (const auto& item : content->get_array()) {
    const auto* block = item.if_object();
    if (block == nullptr) continue;
    const auto type = text_of(*block, "type");
    if (type == "text" && from_assistant && own) {
      if (auto text = text_of(*block, "text"); !text.empty()) parts_.push_back(std::move(text));
    } else if (type == "tool_use") {
      tool_use(*block, time);
    } else if (type == "tool_result") {
      tool_result(*block, time);
    }
  }
}

void Transcript::tool_use(const object& block, Time time) {
  ++metadata_.tool_count;
  if (tools_.size() >= kMostTools) return;
  ToolEntry entry;
  entry.id = text_of(block, "id");
  if (entry.id.empty()) entry.id = random_uuid();
  entry.type = "tool_use";
  entry.tool = text_of(block, "name");
  if (entry.tool.empty()) entry.tool = "Unknown";
  const auto* input = object_of(block, "input");
  entry.input = input != nullptr ? *input : object();
  entry.timestamp = format_z(time);
  calls_[entry.id] = {entry.tool, time};
  tools_.push_back(std::move(entry));
}

void Transcript::tool_result(const object& block, Time time) {
  if (tools_.size() >= kMostTools) return;
  ToolEntry entry;
  entry.id = text_of(block, "tool_use_id");
  entry.type = "tool_result";
  entry.tool = "Unknown";
  if (const auto call = calls_.find(entry.id); call != calls_.end()) {
    entry.tool = call->second.first;
    entry.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - call->second.second).count();
  }
  entry.output = output_of(block);
  entry.success = !is_true(block, "is_error");
  entry.timestamp = format_z(time);
  tools_.push_back(std::move(entry));
}

void Transcript::usage(const object& usage) {
  metadata_.cache_creation_tokens = whole_of(usage, "cache_creation_input_tokens").value_or(0);
  metadata_.cache_read_tokens = whole_of(usage, "cache_read_input_tokens").value_or(0);
  metadata_.input_tokens =
      whole_of(usage, "input_tokens").value_or(0) + metadata_.cache_creation_tokens + metadata_.cache_read_tokens;
  metadata_.output_tokens = whole_of(usage, "output_tokens").value_or(0);
}

void Transcript::result(const object& event) {
  any_result_ = true;
  result_ = text_of(event, "result");
  if (const auto* cost = event.if_contains("total_cost_usd"); cost != nullptr && cost->is_number()) {
    metadata_.cost_usd = cost->to_number<double>();
  }
  if (const auto duration = whole_of(event, "duration_ms")) metadata_.duration_ms = duration;
  if (const auto turns = whole_of(event, "num_turns")) metadata_.num_turns = turns;
  if (const auto* found = object_of(event, "usage")) usage(*found);
  failed_ = is_true(event, "is_error");
  if (failed_) failure_ = result_.empty() ? text_of(event, "subtype") : result_;
}

void Transcript::finish(std::chrono::milliseconds duration, bool failed) {
  const bool text_only = !any_event_;
  end_text();
  if (!metadata_.duration_ms) metadata_.duration_ms = duration.count();
  if (!metadata_.num_turns && text_only) metadata_.num_turns = 1;
  if (dropped_ > 0) {
    most_ += 1024;
    keep(json::write(object{{"type", "system"}, {"subtype", "truncated"}, {"dropped_lines", dropped_}}));
  }
  if (text_only && !any_result_) {
    most_ += 1024;
    keep(json::write(object{{"type", "result"},
                            {"subtype", failed ? "error_during_execution" : "success"},
                            {"is_error", failed},
                            {"num_turns", 1},
                            {"duration_ms", duration.count()},
                            {"total_cost_usd", nullptr}}));
  }
}

std::string Transcript::answer() const {
  if (!result_.empty()) return result_;
  std::string joined;
  for (const auto& part : parts_) {
    if (!joined.empty()) joined += '\n';
    joined += part;
  }
  return joined;
}

}  // namespace trinity::agentd
