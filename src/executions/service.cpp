#include "executions/service.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "audit/log.h"
#include "base/errors.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

using std::chrono::seconds;
constexpr const char* no_access = "Access denied to agent";
constexpr const char* not_in_agent = "Execution not found in agent";
constexpr seconds quick_call{10};
constexpr seconds terminate_within{15};

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

json::object ended(const std::string& id) {
  return {{"status", "terminated"}, {"execution_id", id}};
}

json::value or_null(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? *found : json::value(nullptr);
}

}  // namespace

Task<> ExecutionService::check_reader(Call call, CallerPtr caller, std::string name) {
  const auto current = co_await runs_.lookup().snapshot();
  if (current->find(name) != nullptr || current->expected.contains(name)) {
    co_await runs_.lookup().row_first(caller, name, fleet::Rule::read);
    co_return;
  }
  // Its container is gone, its records are not.
  const auto owner = co_await runs_.store().owner_of(call, name, caller->email);
  if (!owner) throw NotFound(agents::not_found);
  const bool own = owner->owner_id == caller->user_id || owner->shared;
  const bool may = caller->scope == Scope::agent_key ? caller->agent_name == name : caller->is_admin() || own;
  if (!may) throw Forbidden(no_access);
}

Task<std::vector<Execution>> ExecutionService::list(Call call, std::string name, ExecutionStore::Window window) {
  co_return co_await runs_.store().of_agent(call, std::move(name), std::move(window));
}

Task<Execution> ExecutionService::get(Call call, CallerPtr caller, std::string name, std::string id, bool with_log) {
  co_await check_reader(call, caller, name);
  auto found = co_await runs_.store().find(call, name, id, with_log);
  if (!found) throw NotFound("Execution not found");
  co_return std::move(*found);
}

Task<ExecutionStore::Placed> ExecutionService::get_placed(Call call, CallerPtr caller, std::string name,
                                                          std::string id) {
  co_await check_reader(call, caller, name);
  auto found = co_await runs_.store().find_placed(call, name, id);
  if (!found) throw NotFound("Execution not found");
  co_return std::move(*found);
}

Task<json::value> ExecutionService::running(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await runs_.lookup().container_first(caller, name);
  json::value nothing = json::object{{"executions", json::array{}}};
  if (view.agent->status != "running" || view.agent->address.empty()) co_return nothing;
  const auto live = followers_.find(name);
  if (live && live->connection == agentlink::Connection::up) co_return told_runs(*live);
  const auto answer =
      co_await runs_.link().get(call, runs_.target_of(*view.agent), "/api/executions/running", quick_call);
  if (!answer) co_return nothing;
  auto body = parsed_or_null(*answer);
  co_return body.is_object() ? std::move(body) : std::move(nothing);
}

Task<json::value> ExecutionService::terminate(Call call, CallerPtr caller, std::string name, std::string id) {
  const auto view = co_await runs_.lookup().container_first(caller, name);
  if (view.agent->status != "running") throw Unavailable("Agent is not running");
  if (!is_id(id)) throw NotFound(not_in_agent);
  const auto here = co_await asio::this_coro::executor;
  if (runs_.queue().drop(name, id, AgentQueue::Fate::terminated, std::string(terminated))) {
    const auto how = ended(id);
    co_await note_cancelled(call, caller, name, id, &how);
    co_return how;
  }
  const auto id_of_entry = runs_.queue().run_of(name, id);
  const auto run_id = id_of_entry.value_or(id);
  auto run = runs_.book().find(run_id);
  if (run && run->agent != name) run = nullptr;
  if (run) runs_.stop(here, run, std::string(terminated), runs_.book().limits().stops_within);
  auto how = co_await terminate_at_agent(call, view.agent, run_id, run != nullptr);
  co_await note_cancelled(call, caller, name, run_id, &how.as_object());
  runs_.queue().release_run(name, run_id);
  co_return how;
}

/// `known`: this server waits for it; then it ends whatever the agent knows of it.
Task<json::value> ExecutionService::terminate_at_agent(Call call, fleet::AgentPtr agent, std::string id, bool known) {
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = "/api/executions/" + id + "/terminate";
  question.limit = terminate_within;
  const auto answer = co_await runs_.link().ask(call, runs_.target_of(*agent), std::move(question));
  if (!answer && answer.error() == agentlink::Trouble::timeout)
    throw TimedOut("Timeout connecting to agent '" + agent->name + "'");
  if (!answer) throw BadGateway("Failed to connect to agent '" + agent->name + "'");
  // Its request has not reached the agent yet.
  if (answer->status == 404 && known) co_return ended(id);
  if (answer->status == 404) throw NotFound(not_in_agent);
  if (answer->status != 200) throw Failed(detail_of(answer->body, "Termination failed"));
  auto body = parsed_or_null(answer->body);
  if (!body.is_object()) throw Failed("Termination failed");
  co_return body;
}

Task<> ExecutionService::note_cancelled(Call call, CallerPtr caller, std::string name, std::string run,
                                        const json::object* how) {
  audit::note(call, *caller, "terminate", name, {{"execution", run}});
  activities::Single what;
  what.agent = name;
  what.type = "execution_cancelled";
  what.triggered_by = "user";
  what.user_id = caller->user_id;
  what.details = {
      {"execution_id", run}, {"status", or_null(*how, "status")}, {"returncode", or_null(*how, "returncode")}};
  what.action = "Execution stopped";
  std::vector<activities::Single> all;
  all.push_back(std::move(what));
  co_await runs_.activities().single(call, std::move(all));
}

}  // namespace trinity::executions
