// A repository of its own for an agent that has none.
#include <algorithm>
#include <boost/json.hpp>

#include "audit/log.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/mail_address.h"
#include "git/service.h"

namespace trinity::git {

namespace {

using boost::json::object;
using std::chrono::seconds;

constexpr seconds founding_limit{115};
constexpr const char* source_branch = "main";
constexpr const char* hint =
    " (the token needs the scope 'repo', or for a fine-grained one the permission 'Administration: write' and access "
    "to "
    "this owner's repositories)";

std::string repository_of(const InitializeRequest& request) {
  return request.repo_owner + "/" + request.repo_name;
}

[[noreturn]] void refuse_lookup(const outbound::GitHubFault& fault) {
  if (fault.transport) throw BadRequest("Network error: " + fault.message);
  throw BadRequest("GitHub API error: " + std::to_string(fault.status));
}

[[noreturn]] void refuse_creation(const outbound::GitHubFault& fault) {
  if (fault.transport) throw BadRequest("Failed to create repository: Network error: " + fault.message);
  const auto words = fault.message.empty() ? "GitHub answered " + std::to_string(fault.status) : fault.message;
  throw BadRequest("Failed to create repository: " + words + hint);
}

}  // namespace

/// A record alone, without a repository in the agent, is dropped.
Task<> GitService::refuse_second(Call call, fleet::AgentPtr agent) {
  const auto record = co_await record_of(call, agent.get());
  if (!record) co_return;
  AgentGit::Question question;
  question.path = "/api/git/status?remote_age=86400";
  const auto reply = co_await agent_.ask(call, agent, std::move(question));
  const auto* enabled = reply.good() ? reply.body.if_contains("git_enabled") : nullptr;
  if (enabled == nullptr) throw Failed("Failed to initialize GitHub sync: " + reply.detail);
  if (*enabled == true) throw Conflict("Git sync already configured for this agent. Repository: " + record->repository);
  auto tell = [this](std::vector<fleet::Action> actions) { uses_.fleet.tell(std::move(actions)); };
  co_await uses_.store.remove(call, agent->name, record->instance_id, std::move(tell));
}

/// GitHub makes a user's repository under the account of the token, whoever was named.
Task<> GitService::check_login(Call call, const InitializeRequest* request, std::string token) {
  const auto user = co_await uses_.github.user(call, std::move(token));
  if (!user) refuse_creation(user.error());
  if (lower_case(user->login) == lower_case(request->repo_owner)) co_return;
  throw BadRequest("Failed to create repository: '" + request->repo_owner + "' is a user, and the token belongs to '" +
                   user->login + "'");
}

Task<> GitService::make_repository(Call call, const InitializeRequest* request, std::string token, Progress* progress) {
  progress->step("Looking the repository up", 10);
  const auto found = co_await uses_.github.repository(call, token, request->repo_owner, request->repo_name);
  if (!found) refuse_lookup(found.error());
  if (found->has_value()) co_return;
  const auto kind = co_await uses_.github.owner_kind(call, token, request->repo_owner);
  if (!kind && kind.error().transport) refuse_creation(kind.error());
  if (!kind) throw BadRequest("Failed to create repository: Owner '" + request->repo_owner + "' not found on GitHub");
  if (*kind == outbound::GitHubOwner::user) co_await check_login(call, request, token);
  progress->step("Creating the repository", 25);
  outbound::NewRepository wanted;
  wanted.owner = request->repo_owner;
  wanted.name = request->repo_name;
  wanted.kind = *kind;
  wanted.is_private = request->private_.value_or(true);
  wanted.description = request->description;
  const auto made = co_await uses_.github.create_repository(call, std::move(token), std::move(wanted));
  if (!made) refuse_creation(made.error());
}

Task<object> GitService::initialize_now(Call call, fleet::AgentPtr agent, const InitializeRequest* request,
                                        Progress* progress) {
  co_await refuse_second(call, agent);
  const auto token = platform_token();
  if (token.empty()) throw BadRequest("GitHub Personal Access Token not configured. Please add it in Settings.");
  if (request->create_repo.value_or(true)) co_await make_repository(call, request, token, progress);
  GitRecord record;
  record.agent = agent->name;
  record.repository = repository_of(*request);
  record.instance_id = random_hex(4);
  record.working_branch = own_branch(agent->name, record.instance_id);
  record.source_branch = source_branch;
  progress->step("Committing and pushing the agent's files", 50);
  AgentGit::Question question;
  question.method = http::Method::post;
  question.path = "/api/git/initialize";
  question.body = boost::json::serialize(object{
      {"repository", record.repository}, {"branch", record.source_branch}, {"working_branch", record.working_branch}});
  question.limit = founding_limit;
  question.token = token;
  question.base = options_.base;
  const auto reply = co_await agent_.ask(call, agent, std::move(question));
  if (reply.status == 409) throw Conflict(reply.detail);
  if (reply.status == 0) throw Failed("Failed to initialize GitHub sync: " + reply.detail);
  if (!reply.good()) throw Failed("Git initialization failed: " + reply.detail);
  progress->step("Noting it", 95);
  auto tell = [this](std::vector<fleet::Action> actions) { uses_.fleet.tell(std::move(actions)); };
  const bool stored = co_await uses_.store.put(call, record, std::move(tell));
  if (!stored) throw NotFound(agents::not_found);
  co_await uses_.fleet.applied(std::vector<fleet::Action>());
  object made{{"success", true},
              {"message", "GitHub sync initialized successfully"},
              {"github_repo", record.repository},
              {"working_branch", record.working_branch},
              {"instance_id", record.instance_id},
              {"repo_url", options_.base + "/" + record.repository}};
  const auto* note = reply.body.if_contains("note");
  if (note != nullptr && note->is_string()) made["note"] = *note;
  co_return made;
}

Task<object> GitService::initialize(Call call, CallerPtr caller, std::string name, InitializeRequest request) {
  const auto turn = co_await begin(caller, name, "initialize", "Agent must be running to initialize Git sync");
  Operation operation;
  operation.id = random_uuid();
  operation.user_id = caller->user_id;
  operation.kind = "git_initialize";
  operation.agent_name = name;
  operation.step = "Preparing";
  operation.percent = 0;
  Progress progress(caller->is_person() ? uses_.operations : nullptr, std::move(operation));
  object made;
  std::exception_ptr fault;
  try {
    made = co_await initialize_now(call, turn.agent, &request, &progress);
  } catch (...) {
    fault = std::current_exception();
  }
  const auto error = fault ? words_of(fault) : std::string();
  if (fault) {
    progress.failed(error);
  } else {
    progress.done();
  }
  end(*turn.agent, error);
  audit::note(call, *caller, "git_initialize", name, {{"repository", repository_of(request)}},
              error.empty() ? "ok" : "failed");
  if (fault) std::rethrow_exception(fault);
  co_return made;
}

}  // namespace trinity::git
