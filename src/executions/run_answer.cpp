// What callers of chats and tasks get, also when the same call was made before.
#include "executions/tasks.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

json::value parsed_or(const std::optional<std::string>& text, json::value otherwise) {
  if (!text) return otherwise;
  boost::system::error_code fault;
  auto value = boost::json::parse(*text, fault);
  return fault ? std::move(otherwise) : value;
}

}  // namespace

http::Response response_of(RunAnswer answer) {
  auto response = answer.body.empty()
                      ? http::Response::json(json::object{{"detail", std::move(answer.detail)}}, answer.status)
                      : http::Response::json_text(std::move(answer.body), answer.status);
  if (answer.retry_after_s) response.headers.add("Retry-After", std::to_string(*answer.retry_after_s));
  if (answer.asynchronous) response.headers.add("Preference-Applied", "respond-async");
  if (answer.replayed) response.headers.add("Idempotency-Replayed", "true");
  return response;
}

RunAnswer replay_of(const Execution& record, const Reading& reading) {
  const auto error = record.error.value_or("");
  const bool chat = reading.kind == RunKind::chat;
  if (record.status != "success") {
    if (!chat && error.starts_with("Task execution timed out")) return RunAnswer::refused(504, json::value(error));
    if (!chat) return RunAnswer::refused(503, json::value(task_refused));
    return RunAnswer::refused(503, json::value("Failed to communicate with agent: " + error));
  }
  const auto tools = parsed_or(record.tool_calls, json::array{});
  std::int64_t tool_count = 0;
  if (tools.is_array()) {
    for (const auto& one : tools.get_array()) {
      const auto* half = one.if_object();
      if (half != nullptr && half->contains("type") && half->at("type") == "tool_use") ++tool_count;
    }
  }
  json::object body{{"response", record.response.value_or("")},
                    {"execution_log", parsed_or(record.execution_log, json::array{})},
                    {"execution_log_simplified", tools},
                    {"metadata",
                     {{"cost_usd", json::encode(record.cost)},
                      {"duration_ms", json::encode(record.duration_ms)},
                      {"tool_count", tool_count},
                      {"execution_id", record.id},
                      {"input_tokens", record.context_used.value_or(0)},
                      {"output_tokens", 0},
                      {"cache_creation_tokens", 0},
                      {"cache_read_tokens", 0},
                      {"context_window", record.context_max.value_or(200'000)}}},
                    {"timestamp", record.completed_at.value_or(record.started_at)}};
  if (chat) {
    body["session"] = json::object{{"context_tokens", record.context_used.value_or(0)},
                                   {"context_window", record.context_max.value_or(200'000)}};
  } else {
    body["session_id"] = record.id;
  }
  body["execution"] = parsed_or(reading.execution, nullptr);
  RunAnswer answer;
  answer.body = json::write(body);
  return answer;
}

}  // namespace trinity::executions
