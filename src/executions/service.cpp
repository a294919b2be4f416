#include "executions/service.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "audit/log.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/spawn.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

using std::chrono::seconds;
constexpr const char* no_access = "Access denied to agent";
constexpr seconds quick_call{10};
constexpr seconds terminate_within{15};
constexpr std::size_t longest_label = 100;
/// Of storing an end, before the client gets its answer all the same.
constexpr int attempts_in_time = 5;
constexpr int longest_pause = 60;
constexpr seconds answer_comes_within{2};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

json::value parsed_or_null(const std::string& body) {
  boost::system::error_code fault;
  auto value = boost::json::parse(body, fault);
  return fault ? json::value(nullptr) : value;
}

/// As the daemon lists them.
json::value told_runs(const agentlink::Live& live) {
  json::array runs;
  for (const auto& run : *live.runs) {
    runs.push_back(
        json::object{{"execution_id", run.id},
                     {"started_at", run.started_at},
                     {"metadata", json::object{{"type", run.type}, {"message_preview", run.message_preview}}}});
  }
  return json::object{{"executions", std::move(runs)}};
}

std::string detail_of(const std::string& body, const char* otherwise) {
  const auto value = parsed_or_null(body);
  if (const auto* object = value.if_object()) {
    if (const auto* detail = object->if_contains("detail"); detail != nullptr && detail->is_string())
      return std::string(detail->get_string());
  }
  return otherwise;
}

}  // namespace

Task<agents::AgentView> ExecutionService::present(CallerPtr caller, std::string name) {
  auto view = co_await lookup_.container_first(std::move(caller), std::move(name));
  if (view.agent->status != "running") throw Unavailable("Agent is not running");
  co_return view;
}

Task<> ExecutionService::check_reader(Call call, CallerPtr caller, std::string name) {
  const auto current = co_await lookup_.snapshot();
  if (current->find(name) != nullptr || current->expected.contains(name)) {
    co_await lookup_.row_first(caller, name, fleet::Rule::read);
    co_return;
  }
  // Its container is gone, its records are not.
  const auto owner = co_await store_.owner_of(call, name, caller->email);
  if (!owner) throw NotFound(agents::not_found);
  const bool own = owner->owner_id == caller->user_id || owner->shared;
  const bool may = caller->scope == Scope::agent_key ? caller->agent_name == name : caller->is_admin() || own;
  if (!may) throw Forbidden(no_access);
}

ExecutionService::Source ExecutionService::source_of(const Caller& caller, const std::optional<std::string>& header) {
  const auto named = header.value_or("").substr(0, longest_label);
  if (caller.scope == Scope::agent_key) {
    if (!named.empty() && named != caller.agent_name) throw Forbidden("X-Source-Agent must be the key's own agent");
    return {"agent", caller.agent_name};
  }
  if (caller.scope == Scope::system_key) return {"agent", named.empty() ? caller.agent_name : named};
  // An administrator's label is taken as it is; nobody else speaks for an agent.
  if (!named.empty() && caller.is_admin()) return {"agent", named};
  return {"manual", {}};
}

Task<ExecutionService::TaskAnswer> ExecutionService::task(Call call, CallerPtr caller, std::string name,
                                                          TaskRequest request, std::optional<std::string> header) {
  const auto view = co_await present(caller, name);
  const auto source = source_of(*caller, header);
  Execution record;
  record.id = random_base64url(16);
  record.agent_name = name;
  record.message = request.message;
  record.triggered_by = source.triggered_by;
  record.started_at = format_naive(now());
  auto place = book_.enter(record.id, *view.agent);
  if (!place) co_return TaskAnswer{503, {}, "Too many parallel tasks", true};
  co_await store_.begin(call, record);
  if (!source.agent.empty())
    audit::note(call, *caller, "task", name, {{"source", source.agent}, {"execution", record.id}});
  Verdict verdict{Ending::failed("The server failed to carry out the task"), {}, 503};
  try {
    verdict = co_await carry_out(call, view.agent.get(), &request, &place->run());
  } catch (const std::exception& e) {
    log::error({"executions", call.id()}, "run {} on {}: {}", record.id, name, e.what());
  }
  if (!verdict.ending.success)
    log::warn({"executions", call.id()}, "run {} on {} failed: {}", record.id, name, verdict.ending.error.value_or(""));
  TaskAnswer answer{verdict.status, std::move(verdict.body), std::string(task_refused)};
  if (verdict.status == 504) answer.detail = verdict.ending.error.value_or("");
  co_await close(call, std::move(*place), std::move(verdict.ending));
  co_return answer;
}

Task<std::vector<Execution>> ExecutionService::list(Call call, std::string name, std::int64_t limit) {
  co_return co_await store_.of_agent(call, std::move(name), limit);
}

Task<Execution> ExecutionService::get(Call call, CallerPtr caller, std::string name, std::string id) {
  co_await check_reader(call, caller, name);
  auto found = co_await store_.find(call, name, id);
  if (!found) throw NotFound("Execution not found");
  co_return std::move(*found);
}

Task<json::value> ExecutionService::running(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(caller, name);
  json::value nothing = json::object{{"executions", json::array{}}};
  if (view.agent->status != "running" || view.agent->address.empty()) co_return nothing;
  const auto live = followers_.find(name);
  if (live && live->connection == agentlink::Connection::up) co_return told_runs(*live);
  const auto answer = co_await link_.get(call, agents_.target_of(*view.agent), "/api/executions/running", quick_call);
  if (!answer) co_return nothing;
  auto body = parsed_or_null(*answer);
  co_return body.is_object() ? std::move(body) : std::move(nothing);
}

Task<json::value> ExecutionService::terminate(Call call, CallerPtr caller, std::string name, std::string id) {
  const auto view = co_await present(caller, name);
  if (!is_id(id)) throw NotFound("Execution not found in agent");
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = "/api/executions/" + id + "/terminate";
  question.limit = terminate_within;
  const auto answer = co_await link_.ask(call, agents_.target_of(*view.agent), std::move(question));
  if (!answer && answer.error() == agentlink::Trouble::timeout)
    throw TimedOut("Timeout connecting to agent '" + name + "'");
  if (!answer) throw BadGateway("Failed to connect to agent '" + name + "'");
  if (answer->status == 404) throw NotFound("Execution not found in agent");
  if (answer->status != 200) throw Failed(detail_of(answer->body, "Termination failed"));
  auto body = parsed_or_null(answer->body);
  if (!body.is_object()) throw Failed("Termination failed");
  audit::note(call, *caller, "terminate", name, {{"execution", id}});
  co_return body;
}

Task<bool> ExecutionService::stored(Call call, std::string id, const Ending* ending) {
  try {
    co_await store_.end(call, id, *ending);
    co_return true;
  } catch (const std::exception& e) {
    log::error({"executions", call.id()}, "the end of run {} cannot be stored: {}", id, e.what());
  }
  co_return false;
}

Task<> ExecutionService::close(Call call, RunBook::Place place, Ending ending) {
  const auto here = co_await asio::this_coro::executor;
  asio::steady_timer pause(here);
  for (int attempt = 1; attempt <= attempts_in_time; ++attempt) {
    const bool done = co_await stored(call, place.run().id, &ending);
    if (done) co_return;
    pause.expires_after(attempt * book_.limits().store_again);
    co_await pause.async_wait(use_awaitable);
  }
  // Nobody is to wait longer for the answer; the record must not say "running" for longer than needed.
  spawn("end of a run", here, close_later(this, std::move(place), std::move(ending)));
}

Task<> ExecutionService::close_later(ExecutionService* service, RunBook::Place place, Ending ending) {
  BackgroundCall job("executions");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  int pause = attempts_in_time;
  for (bool done = false; !done;) {
    timer.expires_after(pause * service->book_.limits().store_again);
    co_await timer.async_wait(use_awaitable);
    pause = std::min(pause * 2, longest_pause);
    done = co_await service->stored(job.call(), place.run().id, &ending);
  }
}

void ExecutionService::hear(const asio::any_io_executor& executor, const agentlink::News& news) {
  if (news.anew_since) book_.ask_again_all(news.agent, *news.anew_since);
  std::vector<std::string> ids;
  for (const auto& id : news.ended) {
    if (book_.has(id)) ids.push_back(id);
  }
  if (!ids.empty()) spawn("ended runs", executor, ask_later(&book_, std::move(ids)));
}

/// The answer of a run comes by itself, a moment after its end is told. When it does not, its connection is dead.
Task<> ExecutionService::ask_later(RunBook* book, std::vector<std::string> ids) {
  asio::steady_timer pause(co_await asio::this_coro::executor, answer_comes_within);
  co_await pause.async_wait(use_awaitable);
  for (const auto& id : ids) book->ask_again(id);
}

}  // namespace trinity::executions
