#include "executions/tasks.h"

#include <boost/asio/this_coro.hpp>

#include "audit/log.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/spawn.h"
#include "executions/preview.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

using std::chrono::seconds;
constexpr std::int64_t usual_limit = 300;
constexpr std::int64_t again_in = 30;

seconds wanted_limit(const TaskRequest& request) {
  const auto wanted = request.timeout_seconds.value_or(0);
  return seconds(wanted == 0 ? usual_limit : wanted);
}

/// The agent's own limit is only named when it is another one than it was asked for.
json::object body_of(const TaskRequest& request, const std::string& id, seconds limit) {
  return {{"message", request.message},
          {"model", json::encode(request.model)},
          {"allowed_tools", json::encode(request.allowed_tools)},
          {"system_prompt", json::encode(request.system_prompt)},
          {"timeout_seconds", limit == wanted_limit(request) ? json::encode(request.timeout_seconds) : limit.count()},
          {"max_turns", json::encode(request.max_turns)},
          {"execution_id", id}};
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

RunAnswer accepted(const std::string& record) {
  RunAnswer answer;
  answer.status = 202;
  answer.body = json::write(json::object{{"execution", {{"id", nullptr}, {"task_execution_id", record}}}});
  answer.asynchronous = true;
  return answer;
}

RunAnswer answer_of(const Verdict& verdict) {
  if (verdict.status == 504) return RunAnswer::refused(504, json::value(verdict.ending.error.value_or("")));
  return RunAnswer::refused(verdict.status, json::value(task_refused));
}

}  // namespace

Task<RunAnswer> TaskService::run(Call call, CallerPtr caller, std::string name, TaskRequest request,
                                 CallHeaders headers, std::string digest) {
  const auto here = co_await asio::this_coro::executor;
  const auto view = co_await runs_.lookup().container_first(caller, name);
  const auto source = source_agent_of(*caller, headers);
  std::optional<RunKeys::Entered> keyed;
  if (headers.key) {
    auto key = run_key(*caller, name, "task", *headers.key);
    auto entered = co_await keys_.enter(call, std::move(key), digest);
    if (entered.begun) co_return co_await replay(call, std::move(*entered.begun), headers.asynchronous);
    keyed.emplace(std::move(entered));
  }
  if (view.agent->status != "running") throw Unavailable("Agent is not running");
  Execution record;
  record.id = random_base64url(16);
  record.agent_name = name;
  record.message = request.message;
  record.triggered_by = source.empty() ? "manual" : "agent";
  record.started_at = format_naive(now());
  auto place = runs_.enter_task(call, record.id, *view.agent);
  // Asked with the run in the book: a stop of all runs on another thread either finds it there or is seen here.
  if (auto refusal = runs_.refusal(name)) {
    auto answer = RunAnswer::refused(refusal->status, json::value(refusal->detail));
    answer.retry_after_s = refusal->retry_after_s;
    co_return answer;
  }
  if (!place) {
    auto answer = RunAnswer::refused(503, "Too many parallel tasks");
    answer.retry_after_s = again_in;
    co_return answer;
  }
  ExecutionStore::Start start;
  start.record = record;
  if (headers.key)
    start.key = KeyRow{run_key(*caller, name, "task", *headers.key), digest, record.id, task_execution(record.id)};
  co_await runs_.store().begin(call, std::move(start));
  keyed.reset();
  auto& run = place->run();
  run.record = std::make_shared<const Execution>(record);
  run.caller = caller->user_id;
  runs_.tell_started(run);
  if (!source.empty()) audit::note(call, *caller, "task", name, {{"source", source}, {"execution", record.id}});
  Begun begun{view.agent, std::move(request), std::move(*place), {}, {}};
  co_await tell_activities(call, caller, source, &begun);
  if (headers.asynchronous) {
    spawn("task", here, finish_alone(this, std::move(begun)));
    co_return accepted(record.id);
  }
  co_return co_await finish(this, call, std::move(begun));
}

Task<> TaskService::tell_activities(Call call, CallerPtr caller, std::string source, Begun* begun) {
  auto& activities = runs_.activities();
  const auto& run = begun->place.run();
  const auto preview = shown_characters(begun->request.message);
  activities::Beginning start;
  start.agent = run.agent;
  start.type = "chat_start";
  start.triggered_by = source.empty() ? "manual" : "agent";
  start.user_id = caller->user_id;
  start.execution = run.id;
  start.details = {{"message_preview", preview},
                   {"source_agent", or_null(source)},
                   {"parallel_mode", true},
                   {"model", json::encode(begun->request.model)},
                   {"timeout_seconds", json::encode(begun->request.timeout_seconds)},
                   {"execution_id", run.id}};
  start.action = "Task: " + shown_characters(begun->request.message, 50);
  if (!source.empty()) {
    activities.collaboration(source, run.agent, "parallel_task");
    activities::Beginning call_of;
    call_of.agent = source;
    call_of.type = "agent_collaboration";
    call_of.triggered_by = "agent";
    call_of.user_id = caller->user_id;
    call_of.execution = run.id;
    call_of.details = {{"source_agent", source},
                       {"target_agent", run.agent},
                       {"action", "parallel_task"},
                       {"message_preview", preview},
                       {"execution_id", run.id}};
    call_of.action = "Task for " + run.agent;
    begun->collaboration = co_await activities.begin(call, std::move(call_of));
    start.parent = begun->collaboration;
  }
  begun->chat_start = co_await activities.begin(call, std::move(start));
}

Task<> TaskService::finish_alone(TaskService* service, Begun begun) {
  BackgroundCall job("task");
  co_await finish(service, job.call(), std::move(begun));
}

Task<RunAnswer> TaskService::finish(TaskService* service, Call call, Begun begun) {
  auto& runs = service->runs_;
  auto& activities = runs.activities();
  const auto run = begun.place.ptr();
  Order order;
  order.reading = {RunKind::task, task_execution(run->id)};
  order.path = "/api/task";
  order.limit = runs.limit_of(run->agent, wanted_limit(begun.request));
  order.body = json::write(body_of(begun.request, run->id, order.limit));
  const auto began = steady_now();
  auto verdict = co_await runs.carry_out(call, begun.agent, std::move(order), run);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - began).count();
  const auto& ending = verdict.ending;
  activities::Ending ended;
  ended.success = ending.success;
  ended.error = verdict.status == 504 ? std::optional<std::string>("Task execution timed out") : ending.error;
  ended.action = ending.success ? "Finished task" : "Task failed";
  if (ending.success) {
    ended.details = {{"session_id", json::encode(verdict.session_id)},
                     {"cost_usd", json::encode(ending.cost)},
                     {"context_used", json::encode(ending.context_used)},
                     {"context_max", json::encode(ending.context_max)},
                     {"execution_time_ms", took},
                     {"tool_count", verdict.tool_count},
                     {"parallel_mode", true}};
  }
  co_await activities.end(call, begun.chat_start, ended);
  if (!begun.collaboration.empty()) {
    activities::Ending answered;
    answered.success = ending.success;
    answered.error = ended.error;
    answered.details = {{"response_length", ending.response.value_or("").size()},
                        {"execution_time_ms", took},
                        {"execution_id", run->id}};
    answered.action = "Task of " + run->agent + (ending.success ? " finished" : " failed");
    co_await activities.end(call, begun.collaboration, std::move(answered));
  }
  auto answer = answer_of(verdict);
  if (verdict.status == 200) {
    answer = RunAnswer{};
    answer.body = std::move(verdict.body);
  }
  Runs::Closing closing{std::move(verdict.ending)};
  co_await runs.close(call, std::move(begun.place), std::move(closing));
  co_return answer;
}

Task<RunAnswer> TaskService::replay(Call call, KeyRow row, bool asynchronous) {
  RunAnswer answer;
  if (asynchronous) {
    answer = accepted(row.execution_id);
  } else {
    const auto record = co_await runs_.ended_record(call, row.key.agent, row.execution_id);
    if (!record) throw NotFound("Execution not found");
    answer = replay_of(*record, {RunKind::task, row.execution});
  }
  answer.replayed = true;
  co_return answer;
}

}  // namespace trinity::executions
