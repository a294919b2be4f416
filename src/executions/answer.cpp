#include "executions/answer.h"

#include <boost/json.hpp>

#include "executions/tool_log.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

constexpr std::int64_t usual_window = 200'000;
constexpr std::size_t longest_error = 64 * 1024;

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

/// Figures and transcript, which failures may carry too: what was spent is not lost.
void take_figures(Ending& ending, const json::object& body) {
  const auto metadata = part(body, "metadata");
  ending.cost = amount(metadata, "cost_usd");
  ending.context_used = count(metadata, "input_tokens");
  if (!metadata.empty()) ending.context_max = count(metadata, "context_window").value_or(usual_window);
  const auto* log = body.if_contains("execution_log");
  if (log == nullptr || !log->is_array() || log->get_array().empty()) return;
  ending.execution_log = json::write(*log);
  const auto* tools = body.if_contains("execution_log_simplified");
  ending.tool_calls =
      json::write(tools != nullptr && tools->is_array() ? *tools : json::value(tool_log(log->get_array())));
}

/// The agent's body as it came, with our part put before its last brace: transcripts are not written anew.
std::string with_execution(std::string_view body, std::string_view id) {
  const auto end = body.find_last_of('}');
  std::string made;
  made.reserve(body.size() + 80);
  made.append(body.substr(0, end));
  const auto last = body.find_last_not_of(" \t\r\n", end - 1);
  if (body[last] != '{') made += ',';
  made.append(R"("execution":{"task_execution_id":")").append(id).append("\"}}");
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

Verdict verdict_of(unsigned status, std::string_view body, std::string_view id) {
  boost::system::error_code fault;
  boost::json::parse_options options;
  options.max_depth = 256;
  const auto parsed = boost::json::parse(body, fault, {}, options);
  const auto* object = fault ? nullptr : parsed.if_object();
  if (status != 200) {
    auto why = object != nullptr ? text_of(*object, "detail") : std::string();
    if (why.empty()) why = "The agent answered with status " + std::to_string(status);
    if (why.find("Execution terminated") != std::string::npos) why = terminated;
    auto made = failure(std::move(why), status == 504 ? 504 : 503);
    if (object != nullptr) take_figures(made.ending, *object);
    return made;
  }
  if (object == nullptr) return failure("The agent's answer is not a JSON object", 503);
  Verdict made;
  made.ending.success = true;
  made.ending.response = text_of(*object, "response");
  take_figures(made.ending, *object);
  if (!made.ending.context_max) made.ending.context_max = usual_window;
  made.body = with_execution(body, id);
  return made;
}

}  // namespace trinity::executions
