#pragma once
#include <boost/json/object.hpp>
#include <exception>
#include <functional>
#include <string>

#include "agents/lookup.h"
#include "agents/name_locks.h"
#include "base/operation.h"
#include "git/agent_git.h"
#include "git/board.h"
#include "git/store.h"
#include "outbound/github.h"
#include "settings/store.h"

namespace trinity::git {

using agents::CallerPtr;

struct GitOptions {
  std::string base = "https://github.com";  ///< where repositories are, without slash at its end
  std::string token;                        ///< of the environment, when the settings have none
  std::chrono::seconds fresh{60};           ///< a look of that age answers without asking the agent
  std::chrono::seconds stirred{5};          ///< the same when files have changed since
  std::chrono::seconds one_waits{10};       ///< for the operation before it
};

/// What a person may read of a failure.
[[nodiscard]] std::string words_of(const std::exception_ptr& fault);

/// Agents' repositories. Status is answered from what is known; the agent is asked when that is old, or when files have
/// changed since. One operation per agent at a time. An operation goes on to its end whether the client waits for it or
/// not. Access is checked here. No HTTP towards clients, no SQL. Any I/O thread.
class GitService {
 public:
  struct Uses {
    fleet::Fleet& fleet;
    agents::AgentService& agents;
    agentlink::AgentLink& link;
    GitStore& store;
    settings::SettingsStore& settings;
    outbound::GitHub& github;
    BlockingPool& pool;
    OperationSink* operations = nullptr;  ///< null: nobody is told how long actions get on
  };
  /// All must outlive it.
  GitService(GitOptions options, const Uses& uses)
      : options_(std::move(options)), uses_(uses), lookup_(uses.fleet), agent_(uses.agents, uses.link, uses.pool) {}
  GitService(const GitService&) = delete;
  GitService& operator=(const GitService&) = delete;

  /// Called on any thread whenever something about an agent's repository may be new; must not block. Before the first
  /// request.
  void on_change(std::function<void(const std::string& agent)> listener) { changed_ = std::move(listener); }

  // ---- for readers of the agent; throw NotFound, Forbidden (in this order)

  /// One of the contract's three forms, with `checked_at`, `remote_checked_at`, `operation` and `last_error`.
  Task<boost::json::object> status(Call call, CallerPtr caller, std::string name);
  /// The same, looked at now and at the remote too; at most every 5 s.
  Task<boost::json::object> refresh(Call call, CallerPtr caller, std::string name);
  Task<boost::json::object> config(Call call, CallerPtr caller, std::string name);
  /// Also throw BadRequest when the agent does not run or has no repository.
  Task<boost::json::object> log(Call call, CallerPtr caller, std::string name, std::int64_t limit);
  Task<boost::json::object> diff(Call call, CallerPtr caller, std::string name);

  // ---- for owners; throw NotFound, Forbidden, BadRequest, and Unavailable while another operation is under way

  /// Throws NotFound or Forbidden unless the caller may change the repository of this agent.
  Task<> check_owner(CallerPtr caller, std::string name);
  /// The same for its first repository, which an agent may also ask for by itself.
  Task<> check_founder(CallerPtr caller, std::string name);

  /// `conflict`: the kind (X-Conflict-Type); empty when it went well.
  struct Outcome {
    boost::json::object body{};
    std::string conflict{};
    std::string detail{};  ///< of a conflict
  };
  Task<Outcome> sync(Call call, CallerPtr caller, std::string name, SyncRequest request);
  Task<Outcome> pull(Call call, CallerPtr caller, std::string name, PullRequest request);
  /// Also throws Conflict and Failed.
  Task<boost::json::object> initialize(Call call, CallerPtr caller, std::string name, InitializeRequest request);

  // ---- for what is sent to those who were let in before

  /// How old what is known may be.
  struct Age {
    std::chrono::seconds fresh;
    std::chrono::seconds stirred;
    std::chrono::seconds remote;  ///< of the agent's look at its remote
  };
  Task<boost::json::object> status_of(Call call, fleet::AgentPtr agent, Age age);
  [[nodiscard]] std::uint64_t version(const std::string& agent) const { return board_.version(agent); }
  /// What is known may not be what is: another look is worth its price.
  [[nodiscard]] bool unsettled(const std::string& agent) const { return board_.unsettled(agent); }
  /// Files of it have changed.
  void files_changed(const std::string& agent);
  /// The agent and its rows are gone.
  void forget(const std::string& agent) { board_.forget(agent); }

 private:
  /// An operation under way, from the moment that it has the agent for itself.
  struct Turn {
    fleet::AgentPtr agent;
    agents::NameLocks::Held held;
  };
  Task<agents::AgentView> may_change(CallerPtr caller, std::string name, bool founding);
  Task<Turn> begin(CallerPtr caller, std::string name, const char* operation, const char* refusal);
  void end(const fleet::Agent& agent, const std::string& error);

  Task<std::optional<GitRecord>> record_of(Call call, const fleet::Agent* agent);
  [[nodiscard]] std::string platform_token() const;
  void authorise(AgentGit::Question& question, const fleet::Agent& agent) const;
  Task<> look(Call call, fleet::AgentPtr agent, Age age);
  Task<Outcome> exchange(Call call, fleet::AgentPtr agent, const char* what, AgentGit::Question question);
  Task<Outcome> sync_now(Call call, fleet::AgentPtr agent, const SyncRequest* request);
  Task<Outcome> pull_now(Call call, fleet::AgentPtr agent, const PullRequest* request);

  // initialize (founding.cpp)
  Task<boost::json::object> initialize_now(Call call, fleet::AgentPtr agent, const InitializeRequest* request,
                                           Progress* progress);
  Task<> refuse_second(Call call, fleet::AgentPtr agent);
  Task<> make_repository(Call call, const InitializeRequest* request, std::string token, Progress* progress);
  Task<> check_login(Call call, const InitializeRequest* request, std::string token);

  GitOptions options_;
  Uses uses_;
  agents::AgentLookup lookup_;
  AgentGit agent_;
  Board board_;
  agents::NameLocks looks_;
  agents::NameLocks operations_;
  std::function<void(const std::string&)> changed_ = [](const std::string&) {};
};

}  // namespace trinity::git
