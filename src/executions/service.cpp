#include "executions/service.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "audit/log.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

using std::chrono::seconds;
constexpr const char* no_access = "Access denied to agent";
constexpr seconds quick_call{10};
constexpr seconds terminate_within{15};
constexpr std::size_t longest_label = 100;

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

std::string detail_of(const std::string& body, const char* otherwise) {
  const auto value = parsed_or_null(body);
  if (const auto* object = value.if_object()) {
    if (const auto* detail = object->if_contains("detail"); detail != nullptr && detail->is_string())
      return std::string(detail->get_string());
  }
  return otherwise;
}

}  // namespace

Task<agents::AgentView> ExecutionService::container_first(CallerPtr caller, std::string name) {
  auto current = co_await lookup_.snapshot();
  const auto* entry = current->find(name);
  // Before the engine has told its containers nobody knows what is missing.
  if (!entry && current->expected.contains(name))
    co_return co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_access);
  if (!entry) throw NotFound(agents::not_found);
  if (!fleet::can_read(*entry->agent, *caller)) throw Forbidden(no_access);
  co_return agents::AgentView{current, entry->agent, entry->figures};
}

Task<agents::AgentView> ExecutionService::present(CallerPtr caller, std::string name) {
  auto view = co_await container_first(std::move(caller), std::move(name));
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
  const auto place = book_.enter(record.id, *view.agent);
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
  co_await close(call, record.id, std::move(verdict.ending));
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
  const auto view = co_await container_first(caller, name);
  json::value nothing = json::object{{"executions", json::array{}}};
  if (view.agent->status != "running" || view.agent->address.empty()) co_return nothing;
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

Task<> ExecutionService::close(Call call, std::string id, Ending ending) {
  // The run has ended, whatever holds the database up: its record must not say otherwise for longer than needed.
  constexpr int attempts = 5;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (int attempt = 1; attempt <= attempts; ++attempt) {
    try {
      co_await store_.end(call, id, ending);
      co_return;
    } catch (const std::exception& e) {
      log::error({"executions", call.id()}, "the end of run {} cannot be stored: {}", id, e.what());
    }
    pause.expires_after(seconds(attempt));
    co_await pause.async_wait(use_awaitable);
  }
}

}  // namespace trinity::executions
