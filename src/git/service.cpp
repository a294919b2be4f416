#include "git/service.h"

#include "base/errors.h"
#include "git/reading.h"
#include "json/encode.h"

namespace trinity::git {

namespace {

using boost::json::object;
using boost::json::value;
using std::chrono::seconds;

constexpr const char* no_repository = "This agent is not under git";
/// Longer than a look itself takes.
constexpr seconds look_waits{35};
constexpr seconds look_limit{30};
constexpr seconds remote_when_asked{60};
constexpr seconds refresh_at_most_every{5};

template <class T>
value or_null(const std::optional<T>& given) {
  return given ? value(*given) : value(nullptr);
}

value text_or_null(const std::string& text) {
  return text.empty() ? value(nullptr) : value(text);
}

object sync_record(const GitRecord& record) {
  return {{"last_sync_at", or_null(record.last_sync_at)},
          {"last_commit_sha", or_null(record.last_commit_sha)},
          {"sync_enabled", record.sync_enabled}};
}

object unreachable(const GitRecord& record, bool running, const std::string& fault) {
  const auto message =
      running ? "The agent could not be asked: " + fault : std::string("No live state, the agent is stopped");
  return {{"git_enabled", true},
          {"agent_running", running},
          {"message", message},
          {"config", object{{"github_repo", record.repository},
                            {"working_branch", record.working_branch},
                            {"last_sync_at", or_null(record.last_sync_at)},
                            {"last_commit_sha", or_null(record.last_commit_sha)}}}};
}

bool runs(const fleet::Agent& agent) {
  return agent.status == "running";
}

bool is_fresh(const Known& known, const fleet::Agent& agent, const GitService::Age& age) {
  if (!known.is_of(agent) || known.looked < known.done) return false;
  const auto old = steady_now() - known.looked;
  return old < age.fresh && (!known.changed || old < age.stirred);
}

/// The form that fits what is known.
object composed(const fleet::Agent& agent, const std::optional<GitRecord>& record, const Known& known) {
  const bool told = runs(agent) && known.is_of(agent) && !known.told.empty();
  object made;
  if (told) {
    made = known.told;
    if (record) made["db_config"] = sync_record(*record);
  } else if (record) {
    made = unreachable(*record, runs(agent), known.fault.empty() ? "it has not answered yet" : known.fault);
  } else {
    made = object{{"git_enabled", false}, {"message", no_repository}};
  }
  made["checked_at"] = told && known.looked_at ? value(format_z(*known.looked_at)) : value(nullptr);
  if (!made.contains("remote_checked_at")) made["remote_checked_at"] = nullptr;
  made["operation"] = text_or_null(known.operation);
  made["last_error"] = text_or_null(known.last_error);
  return made;
}

}  // namespace

std::string GitService::platform_token() const {
  auto token = uses_.settings.text("github_pat").value_or("");
  return token.empty() ? options_.token : token;
}

/// Only for repositories that the platform knows to be GitHub's: what an agent calls its remote is its own affair.
void GitService::authorise(AgentGit::Question& question, const fleet::Agent& agent) const {
  if (!agent.metadata || !agent.metadata->github_repo || !is_github(*agent.metadata->github_repo)) return;
  question.token = platform_token();
  question.base = options_.base;
}

Task<std::optional<GitRecord>> GitService::record_of(Call call, const fleet::Agent* agent) {
  if (!agent->metadata || !agent->metadata->github_repo) co_return std::nullopt;
  co_return co_await uses_.store.find(call, agent->name);
}

void GitService::files_changed(const std::string& agent) {
  if (board_.changed(agent)) changed_(agent);
}

Task<> GitService::look(Call call, fleet::AgentPtr agent, Age age) {
  if (is_fresh(*board_.find(agent->name), *agent, age)) co_return;
  std::optional<agents::NameLocks::Held> turn;
  try {
    turn.emplace(co_await looks_.lock(agent->name, look_waits));
  } catch (const Conflict&) {
    co_return;  // others wait for an agent that does not answer
  }
  const auto known = board_.find(agent->name);
  // While something is being done a look would wait for it, and see it half done.
  if (!known->operation.empty() || is_fresh(*known, *agent, age)) co_return;
  const auto begun = steady_now();
  AgentGit::Question question;
  question.path = "/api/git/status?remote_age=" + std::to_string(age.remote.count());
  question.limit = look_limit;
  authorise(question, *agent);
  auto reply = co_await agent_.ask(call, agent, std::move(question));
  auto told = reply.good() ? status_from(reply.body) : std::nullopt;
  if (told) {
    board_.told(*agent, begun, std::move(*told));
  } else {
    board_.silent(*agent, begun, reply.good() ? "the agent's answer cannot be read" : reply.detail);
  }
}

Task<object> GitService::status_of(Call call, fleet::AgentPtr agent, Age age) {
  if (runs(*agent)) co_await look(call, agent, age);
  const auto record = co_await record_of(call, agent.get());
  co_return composed(*agent, record, *board_.find(agent->name));
}

Task<object> GitService::status(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  const Age age{options_.fresh, options_.stirred, remote_when_asked};
  co_return co_await status_of(call, view.agent, age);
}

Task<object> GitService::refresh(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  const Age age{refresh_at_most_every, refresh_at_most_every, refresh_at_most_every};
  auto made = co_await status_of(call, view.agent, age);
  changed_(view.agent->name);
  co_return made;
}

Task<object> GitService::config(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  const auto record = co_await record_of(call, view.agent.get());
  if (!record) co_return object{{"git_enabled", false}, {"message", no_repository}};
  co_return object{{"git_enabled", true},
                   {"github_repo", record->repository},
                   {"working_branch", record->working_branch},
                   {"source_branch", record->source_branch},
                   {"source_mode", record->source_mode},
                   {"instance_id", record->instance_id},
                   {"created_at", record->created_at},
                   {"last_sync_at", or_null(record->last_sync_at)},
                   {"last_commit_sha", or_null(record->last_commit_sha)},
                   {"sync_enabled", record->sync_enabled}};
}

Task<object> GitService::log(Call call, CallerPtr caller, std::string name, std::int64_t limit) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  constexpr const char* refusal = "Agent must be running with git enabled to view log";
  if (!runs(*view.agent)) throw BadRequest(refusal);
  AgentGit::Question question;
  question.path = "/api/git/log?limit=" + std::to_string(limit);
  const auto reply = co_await agent_.ask(call, view.agent, std::move(question));
  auto made = reply.good() ? log_from(reply.body) : std::nullopt;
  if (!made) throw BadRequest(refusal);
  co_return std::move(*made);
}

Task<object> GitService::diff(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  constexpr const char* refusal = "Agent must be running with git enabled to view changes";
  if (!runs(*view.agent)) throw BadRequest(refusal);
  AgentGit::Question question;
  question.path = "/api/git/diff";
  const auto reply = co_await agent_.ask(call, view.agent, std::move(question));
  auto made = reply.good() ? diff_from(reply.body) : std::nullopt;
  if (!made) throw BadRequest(refusal);
  co_return std::move(*made);
}

}  // namespace trinity::git
