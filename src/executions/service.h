#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agentlink/followers.h"
#include "executions/runs.h"

namespace trinity::executions {

/// Records of runs, what runs inside agents, and the end of it. Access is checked here. Any I/O thread.
class ExecutionService {
 public:
  /// Both must outlive it.
  ExecutionService(Runs& runs, const agentlink::Followers& followers) : runs_(runs), followers_(followers) {}

  /// For operations on records, which an agent without container has too. Throws NotFound, Forbidden.
  Task<> check_reader(Call call, CallerPtr caller, std::string name);
  /// Records, newest first, without transcripts. Access has been checked.
  Task<std::vector<Execution>> list(Call call, std::string name, ExecutionStore::Window window);
  /// Whole; with `with_log` its transcript, too. Throws NotFound for a record of another agent too.
  Task<Execution> get(Call call, CallerPtr caller, std::string name, std::string id, bool with_log = true);
  /// The same, with its transcript and what stands beside it.
  Task<ExecutionStore::Placed> get_placed(Call call, CallerPtr caller, std::string name, std::string id);
  /// What runs inside the agent now, as its daemon has told; nothing when it cannot be asked. From memory while the
  /// daemon is followed.
  Task<boost::json::value> running(Call call, CallerPtr caller, std::string name);
  /// Stops a run by its id, or by the id of its entry in the queue; one that still waits is taken out. Its record says
  /// so within two seconds. The contract's TerminationResult.
  Task<boost::json::value> terminate(Call call, CallerPtr caller, std::string name, std::string id);

  [[nodiscard]] BlockingPool& pool() noexcept { return runs_.pool(); }

 private:
  Task<boost::json::value> terminate_at_agent(Call call, fleet::AgentPtr agent, std::string id, bool known);
  Task<> note_cancelled(Call call, CallerPtr caller, std::string name, std::string run, const boost::json::object* how);

  Runs& runs_;
  const agentlink::Followers& followers_;
};

}  // namespace trinity::executions
