#include "executions/answer.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "executions/question.h"
#include "executions/tool_log.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

constexpr std::int64_t usual_window = 200'000;
constexpr std::size_t longest_error = 64 * 1024;
/// Of a body that is no JSON, as a reason.
constexpr std::size_t longest_raw = 500;
/// Each becomes a row; agents send no more.
constexpr std::size_t most_halves = 2'000;

/// A whole number, however it was written; 0 and less mean that nobody counted.
std::optional<std::int64_t> count(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code fault;
  const auto number = found->is_double() ? static_cast<std::int64_t>(std::min(found->get_double(), 9e15))
                                         : found->to_number<std::int64_t>(fault);
  if (fault || number <= 0) return std::nullopt;
  return number;
}

std::optional<double> amount(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code fault;
  const auto number = found->to_number<double>(fault);
  if (fault || !(number >= 0)) return std::nullopt;
  return number;
}

json::object part(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_object() ? found->get_object() : json::object{};
}

std::string text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || found->is_null()) return {};
  return found->is_string() ? std::string(found->get_string()) : json::write(*found);
}

json::array halves_of(const json::object& body, const json::array& log) {
  const auto* tools = body.if_contains("execution_log_simplified");
  return tools != nullptr && tools->is_array() ? tools->get_array() : tool_log(log);
}

/// `duration_ms` and `success` stand at the half that ends a call.
ToolHalf half_of(const json::object& entry) {
  ToolHalf half;
  half.tool = text_of(entry, "tool");
  if (half.tool.empty()) half.tool = "unknown";
  half.duration_ms = count(entry, "duration_ms");
  if (const auto* success = entry.if_contains("success"); success != nullptr && success->is_bool())
    half.success = success->get_bool();
  return half;
}

void take_tools(Verdict& into, const json::array& entries, RunKind kind) {
  for (const auto& entry : entries) {
    const auto* half = entry.if_object();
    if (half == nullptr) continue;
    if (text_of(*half, "type") == "tool_use") ++into.tool_count;
    if (kind == RunKind::chat && into.tools.size() < most_halves) into.tools.push_back(half_of(*half));
  }
}

/// Figures and transcript, which failures may carry too: what was spent is not lost.
void take_figures(Verdict& into, const json::object& body, RunKind kind) {
  auto& ending = into.ending;
  const auto metadata = part(body, "metadata");
  const auto session = part(body, "session");
  ending.cost = amount(metadata, "cost_usd");
  ending.context_used = count(metadata, "input_tokens");
  if (!metadata.empty()) ending.context_max = count(metadata, "context_window").value_or(usual_window);
  if (kind == RunKind::chat && !session.empty()) {
    if (const auto tokens = count(session, "context_tokens")) ending.context_used = tokens;
    ending.context_max = count(session, "context_window").value_or(usual_window);
  }
  auto session_id = text_of(kind == RunKind::task ? body : metadata, "session_id");
  if (!session_id.empty()) into.session_id = std::move(session_id);
  const auto* log = body.if_contains("execution_log");
  const bool none = log == nullptr || !log->is_array() || log->get_array().empty();
  if (none && (kind == RunKind::task || !ending.success)) return;
  static const json::array no_lines;
  const auto& lines = log != nullptr && log->is_array() ? log->get_array() : no_lines;
  const auto halves = halves_of(body, lines);
  ending.execution_log = json::write(json::value(lines));
  ending.tool_calls = json::write(json::value(halves));
  take_tools(into, halves, kind);
}

/// The agent's body as it came, with our part put before its last brace: transcripts are not written anew.
std::string with_execution(std::string_view body, std::string_view execution) {
  const auto end = body.find_last_of('}');
  std::string made;
  made.reserve(body.size() + execution.size() + 20);
  made.append(body.substr(0, end));
  const auto last = body.find_last_not_of(" \t\r\n", end - 1);
  if (body[last] != '{') made += ',';
  made.append(R"("execution":)").append(execution).append("}");
  return made;
}

Verdict failure(std::string why, unsigned status) {
  if (why.size() > longest_error) why.resize(longest_error);
  return {Ending::failed(std::move(why)), {}, status};
}

}  // namespace

std::string timed_out_text(std::int64_t seconds) {
  return "Task execution timed out after " + std::to_string(seconds) + " seconds";
}

std::string task_execution(std::string_view record) {
  return json::write(json::object{{"task_execution_id", record}});
}

Verdict verdict_of(unsigned status, std::string_view body, const Reading& how) {
  boost::system::error_code fault;
  boost::json::parse_options options;
  options.max_depth = 256;
  const auto parsed = boost::json::parse(body, fault, {}, options);
  const auto* object = fault ? nullptr : parsed.if_object();
  if (status != 200) {
    auto why = object != nullptr ? text_of(*object, "detail") : to_utf8(body.substr(0, longest_raw));
    if (why.empty()) why = "The agent answered with status " + std::to_string(status);
    if (why.find("Execution terminated") != std::string::npos) why = terminated;
    auto made = failure(std::move(why), status == 504 ? 504 : 503);
    if (object != nullptr) take_figures(made, *object, how.kind);
    return made;
  }
  if (object == nullptr) return failure("The agent's answer is not a JSON object", 503);
  Verdict made;
  made.ending.success = true;
  made.ending.response = text_of(*object, "response");
  take_figures(made, *object, how.kind);
  const auto* lines = object->if_contains("execution_log");
  const auto* transcript = lines != nullptr ? lines->if_array() : nullptr;
  const json::array none;  // named: of two kinds of value the other one, which may be megabytes, would be copied
  made.ending.wish = wish_of(transcript != nullptr ? *transcript : none, *made.ending.response);
  if (!made.ending.context_max) made.ending.context_max = usual_window;
  if (how.kind == RunKind::chat && !made.ending.tool_calls) made.ending.tool_calls = "[]";
  made.body = with_execution(body, how.execution);
  return made;
}

}  // namespace trinity::executions
