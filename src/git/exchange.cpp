// The way to and from the remote: sync and pull.
#include <boost/json.hpp>

#include "audit/log.h"
#include "base/errors.h"
#include "git/reading.h"
#include "git/service.h"

namespace trinity::git {

namespace {

using boost::json::object;
using std::chrono::seconds;

constexpr seconds work_limit{120};

struct Busy : Unavailable {
  Busy() : Unavailable("Another git operation of this agent is under way. Try again in a moment.") {
    retry_after_ = seconds(5);
  }
};

}  // namespace

std::string words_of(const std::exception_ptr& fault) {
  // The text of anything else is for the log alone, which has it from whoever answers.
  constexpr const char* other = "The server failed to do this. Its log has the reason.";
  try {
    std::rethrow_exception(fault);
  } catch (const Error& e) {
    return e.shown() ? e.what() : other;
  } catch (...) {
    return other;
  }
}

Task<agents::AgentView> GitService::may_change(CallerPtr caller, std::string name, bool founding) {
  const bool itself = founding && caller->scope == Scope::agent_key && caller->agent_name == name;
  const auto rule = itself ? fleet::Rule::read : fleet::Rule::manage;
  co_return co_await lookup_.row_first(std::move(caller), std::move(name), rule);
}

Task<> GitService::check_owner(CallerPtr caller, std::string name) {
  co_await may_change(std::move(caller), std::move(name), false);
}

Task<> GitService::check_founder(CallerPtr caller, std::string name) {
  co_await may_change(std::move(caller), std::move(name), true);
}

Task<GitService::Turn> GitService::begin(CallerPtr caller, std::string name, const char* operation,
                                         const char* refusal) {
  const bool founding = std::string_view(operation) == "initialize";
  auto view = co_await may_change(caller, name, founding);
  if (view.agent->status != "running") throw BadRequest(refusal);
  std::optional<agents::NameLocks::Held> held;
  bool in_vain = false;
  try {
    held.emplace(co_await operations_.lock(name, options_.one_waits));
  } catch (const Conflict&) {
    in_vain = true;
  }
  if (in_vain) throw Busy();
  // It may be another one by now, or none.
  view = co_await may_change(std::move(caller), std::move(name), founding);
  if (view.agent->status != "running") throw BadRequest(refusal);
  board_.begun(view.agent->name, operation);
  changed_(view.agent->name);
  co_return Turn{view.agent, std::move(held).value()};
}

void GitService::end(const fleet::Agent& agent, const std::string& error) {
  board_.ended(agent.name, error);
  changed_(agent.name);
}

/// What the agent says, in the server's words. `what`: Sync or Pull.
Task<GitService::Outcome> GitService::exchange(Call call, fleet::AgentPtr agent, const char* what,
                                               AgentGit::Question question) {
  question.method = http::Method::post;
  question.limit = work_limit;
  authorise(question, *agent);
  auto reply = co_await agent_.ask(call, agent, std::move(question));
  if (reply.good()) co_return Outcome{std::move(reply.body)};
  if (reply.status == 409) {
    co_return Outcome{{}, reply.conflict_type.empty() ? "unknown" : reply.conflict_type, reply.detail};
  }
  if (reply.status == 503) throw Busy();
  throw BadRequest(std::string(what) + (reply.status == 0 ? " error: " : " failed: ") + reply.detail);
}

Task<GitService::Outcome> GitService::sync_now(Call call, fleet::AgentPtr agent, const SyncRequest* request) {
  const auto strategy = request->strategy.value_or("normal");
  object body{{"strategy", strategy}};
  if (request->message && !request->message->empty()) body["message"] = *request->message;
  if (request->paths) body["paths"] = boost::json::value_from(*request->paths);
  AgentGit::Question question;
  question.path = "/api/git/sync";
  question.body = boost::json::serialize(body);
  auto outcome = co_await exchange(call, agent, "Sync", std::move(question));
  if (!outcome.conflict.empty()) co_return outcome;
  outcome.body = sync_from(outcome.body, strategy);
  const auto& commit = outcome.body.at("commit_sha");
  if (commit.is_string()) co_await uses_.store.synced(call, agent->name, std::string(commit.get_string()));
  co_return outcome;
}

Task<GitService::Outcome> GitService::pull_now(Call call, fleet::AgentPtr agent, const PullRequest* request) {
  const auto strategy = request->strategy.value_or("clean");
  AgentGit::Question question;
  question.path = "/api/git/pull";
  question.body = boost::json::serialize(object{{"strategy", strategy}});
  auto outcome = co_await exchange(call, std::move(agent), "Pull", std::move(question));
  if (outcome.conflict.empty()) outcome.body = pull_from(outcome.body, strategy);
  co_return outcome;
}

Task<GitService::Outcome> GitService::sync(Call call, CallerPtr caller, std::string name, SyncRequest request) {
  const auto turn = co_await begin(caller, name, "push", "Agent must be running to sync");
  Outcome outcome;
  std::exception_ptr fault;
  try {
    outcome = co_await sync_now(call, turn.agent, &request);
  } catch (...) {
    fault = std::current_exception();
  }
  const auto error = fault ? words_of(fault) : outcome.detail;
  end(*turn.agent, error);
  audit::note(call, *caller, "git_sync", name, {{"strategy", request.strategy.value_or("normal")}},
              error.empty() ? "ok" : "failed");
  if (fault) std::rethrow_exception(fault);
  co_return outcome;
}

Task<GitService::Outcome> GitService::pull(Call call, CallerPtr caller, std::string name, PullRequest request) {
  const auto turn = co_await begin(caller, name, "pull", "Agent must be running to pull");
  Outcome outcome;
  std::exception_ptr fault;
  try {
    outcome = co_await pull_now(call, turn.agent, &request);
  } catch (...) {
    fault = std::current_exception();
  }
  const auto error = fault ? words_of(fault) : outcome.detail;
  end(*turn.agent, error);
  audit::note(call, *caller, "git_pull", name, {{"strategy", request.strategy.value_or("clean")}},
              error.empty() ? "ok" : "failed");
  if (fault) std::rethrow_exception(fault);
  co_return outcome;
}

}  // namespace trinity::git
