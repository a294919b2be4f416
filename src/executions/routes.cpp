#include "executions/routes.h"

#include <algorithm>

#include "base/clock.h"
#include "base/masking.h"
#include "json/decode.h"
#include "json/query_time.h"

namespace trinity::executions {

bool is_model(std::string_view name) {
  return !name.empty() && name.size() <= 128 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("._:[]-").find(c) != std::string_view::npos;
         });
}

namespace {

constexpr std::size_t longest_prompt = 128 * 1024;
constexpr std::size_t most_tools = 200;
constexpr std::int64_t longest_run = 7'200;
constexpr std::int64_t most_turns = 10'000;
constexpr std::int64_t usual_records = 50;
constexpr std::int64_t most_records = 500;
constexpr std::size_t longest_filter = 200;
/// Larger answers are made ready on the pool: that takes longer than other requests should wait.
constexpr std::size_t made_here_below = 128 * 1024;

void too_long(json::Faults& faults, const char* field, std::size_t most) {
  faults.add("string_too_long", {"body", field}, "String should have at most " + std::to_string(most) + " bytes",
             nullptr, {{"max_length", most}});
}

void check(const TaskRequest& request) {
  json::Faults faults;
  if (request.message.size() > longest_message) too_long(faults, "message", longest_message);
  if (request.system_prompt && request.system_prompt->size() > longest_prompt)
    too_long(faults, "system_prompt", longest_prompt);
  if (request.model && !is_model(*request.model))
    faults.add("string_pattern_mismatch", {"body", "model"}, "Not the name of a model", json::value(*request.model));
  if (request.allowed_tools && request.allowed_tools->size() > most_tools)
    faults.add("too_long", {"body", "allowed_tools"}, "List should have at most 200 items", nullptr);
  const auto limit = request.timeout_seconds.value_or(0);
  if (limit < 0 || limit > longest_run)
    faults.add("value_error", {"body", "timeout_seconds"}, "Use 1 to 7200 seconds; 0 or null means 300", limit);
  if (request.max_turns && (*request.max_turns < 1 || *request.max_turns > most_turns))
    faults.add("value_error", {"body", "max_turns"}, "Use 1 to 10000 turns", *request.max_turns);
  faults.check();
}

json::object shown(const Execution& record) {
  auto made = json::encode(record).as_object();
  // Its process in the agent has the record's id; pages show their Stop button by it.
  if (record.is_running()) made["execution_id"] = record.id;
  return made;
}

Task<http::Response> task(TaskService* service, http::Request request) {
  auto wanted = json::decode_body<TaskRequest>(request.body);
  check(wanted);
  auto headers = call_headers(request.headers);
  auto digest = headers.key ? digest_of(request.body) : std::string();
  auto answer = co_await service->run(request.call, request.caller, request.params.get("agent_name"), std::move(wanted),
                                      std::move(headers), std::move(digest));
  co_return response_of(std::move(answer));
}

/// Old clients send filters that the contract says are ignored, so ours have other names.
ExecutionStore::Window window_of(const http::Parameters& query) {
  json::Faults faults;
  ExecutionStore::Window window;
  window.limit = json::query_int(query.find("limit"), "limit", faults).value_or(usual_records);
  if (faults.empty() && (window.limit < 1 || window.limit > most_records))
    faults.add("value_error", {"query", "limit"}, "Use 1 to 500", window.limit);
  const auto text = [&](const char* name) -> std::optional<std::string> {
    const auto found = query.find(name);
    if (!found || found->empty()) return std::nullopt;
    if (found->size() > longest_filter)
      faults.add("string_too_long", {"query", name}, "String should have at most 200 bytes", nullptr);
    return std::string(*found);
  };
  window.before = text("before");
  window.status = text("filter_status");
  window.triggered_by = text("filter_triggered_by");
  window.words = text("q");
  const auto moment = [&](const char* name) { return json::query_time(text(name), name, faults); };
  window.from = moment("filter_from");
  window.to = moment("filter_to");
  faults.check();
  return window;
}

/// `make` gives the answer's text; on the pool when there is much of it.
template <class F>
Task<http::Response> made_ready(ExecutionService* service, std::size_t bytes, F make) {
  if (bytes < made_here_below) co_return http::Response::json_text(make());
  auto text = co_await service->pool().run(std::move(make));
  co_return http::Response::json_text(std::move(text));
}

std::size_t size_of(const std::optional<std::string>& text) {
  return text ? text->size() : 0;
}

/// As lists tell it: without secrets. The record itself is whole.
json::object listed(Execution& record) {
  for (auto* text : {&record.response, &record.error, &record.tool_calls}) {
    if (*text) *text = masked(**text);
  }
  record.message = masked(record.message);
  return shown(record);
}

Task<http::Response> list(ExecutionService* service, http::Request request) {
  const auto name = request.params.get("agent_name");
  // A missing agent is told before a bad limit.
  co_await service->check_reader(request.call, request.caller, name);
  auto window = window_of(request.query);
  auto records = co_await service->list(request.call, name, std::move(window));
  std::size_t bytes = 0;
  for (const auto& record : records)
    bytes += record.message.size() + size_of(record.response) + size_of(record.error) + size_of(record.tool_calls);
  auto make = [&records] {
    json::array made;
    made.reserve(records.size());
    for (auto& record : records) made.push_back(listed(record));
    return json::write(json::value(std::move(made)));
  };
  co_return co_await made_ready(service, bytes, std::move(make));
}

Task<http::Response> get(ExecutionService* service, http::Request request) {
  const auto found = co_await service->get_placed(request.call, request.caller, request.params.get("agent_name"),
                                                  request.params.get("execution_id"));
  auto make = [&found] {
    auto made = shown(found.record);
    made["newer_id"] = json::encode(found.beside.newer_id);
    made["older_id"] = json::encode(found.beside.older_id);
    return json::write(made);
  };
  co_return co_await made_ready(service, size_of(found.record.execution_log), std::move(make));
}

/// The transcript is JSON text already and may be large: it is put in place.
std::string log_text(const Execution& record) {
  boost::system::error_code fault;
  boost::json::stream_parser parser;
  parser.write(*record.execution_log, fault);
  if (!fault) parser.finish(fault);
  json::object head{{"execution_id", record.id},
                    {"agent_name", record.agent_name},
                    {"has_log", true},
                    {"started_at", record.started_at},
                    {"completed_at", json::encode(record.completed_at)},
                    {"status", record.status}};
  auto text = json::write(head);
  text.pop_back();
  text += R"(,"log":)";
  text += fault ? json::write(json::value(*record.execution_log)) : *record.execution_log;
  text += '}';
  return text;
}

Task<http::Response> log(ExecutionService* service, http::Request request) {
  const auto record = co_await service->get(request.call, request.caller, request.params.get("agent_name"),
                                            request.params.get("execution_id"));
  if (!record.execution_log) {
    const char* why = record.is_running() ? "The execution has not ended yet" : "No transcript was stored";
    co_return http::Response::json(
        json::object{{"execution_id", record.id}, {"has_log", false}, {"log", nullptr}, {"message", why}});
  }
  auto make = [&record] { return log_text(record); };
  co_return co_await made_ready(service, size_of(record.execution_log), std::move(make));
}

Task<http::Response> running(ExecutionService* service, http::Request request) {
  auto made = co_await service->running(request.call, request.caller, request.params.get("agent_name"));
  co_return http::Response::json(made);
}

Task<http::Response> terminate(ExecutionService* service, http::Request request) {
  auto made = co_await service->terminate(request.call, request.caller, request.params.get("agent_name"),
                                          request.params.get("execution_id"));
  co_return http::Response::json(made);
}

}  // namespace

std::vector<http::Route> routes(ExecutionService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(ExecutionService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  const std::string records = "/api/agents/{agent_name}/executions";
  std::vector<http::Route> table;
  table.push_back({Method::get, records, Access::agent_reader, to(list)});
  table.push_back({Method::get, records + "/running", Access::agent_reader, to(running)});
  table.push_back({Method::get, records + "/{execution_id}", Access::agent_reader, to(get)});
  table.push_back({Method::get, records + "/{execution_id}/log", Access::agent_reader, to(log)});
  table.push_back({Method::post, records + "/{execution_id}/terminate", Access::agent_reader, to(terminate)});
  return table;
}

std::vector<http::Route> routes(TaskService& service) {
  using http::Access;
  using http::Method;
  auto run = [&service](http::Request request) { return task(&service, std::move(request)); };
  return {
      {Method::post, "/api/agents/{agent_name}/task", Access::agent_reader, std::move(run), nullptr, most_run_body}};
}

}  // namespace trinity::executions
