#pragma once
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agentlink/followers.h"
#include "agentlink/link.h"
#include "agents/lookup.h"
#include "agents/service.h"
#include "base/blocking.h"
#include "base/gate.h"
#include "executions/answer.h"
#include "executions/run_book.h"
#include "executions/store.h"

namespace trinity::executions {

using agents::CallerPtr;

/// Runs on agents and their records: whatever happens to the agent, its container, the connection or this server, a
/// record ends truly. Access is checked here. Any I/O thread.
class ExecutionService {
 public:
  /// All must outlive it.
  ExecutionService(RunLimits limits, agents::AgentService& agents, const fleet::Fleet& fleet, ExecutionStore& store,
                   agentlink::AgentLink& link, const agentlink::Followers& followers, BlockingPool& pool)
      : agents_(agents),
        lookup_(fleet),
        store_(store),
        link_(link),
        followers_(followers),
        pool_(pool),
        book_(limits) {}

  /// What the client of a task gets.
  struct TaskAnswer {
    unsigned status = 200;
    std::string body{};    ///< JSON, for 200
    std::string detail{};  ///< else
    bool retry_later = false;
  };
  /// Runs it and waits for its end; the record stands before the answer. `header`: X-Source-Agent. A caller
  /// that goes away leaves the run going.
  Task<TaskAnswer> task(Call call, CallerPtr caller, std::string name, TaskRequest request,
                        std::optional<std::string> header);

  /// For operations on records, which an agent without container has too. Throws NotFound, Forbidden.
  Task<> check_reader(Call call, CallerPtr caller, std::string name);
  /// Records, newest first, without transcripts. Access has been checked.
  Task<std::vector<Execution>> list(Call call, std::string name, std::int64_t limit);
  /// Throws NotFound for a record of another agent too.
  Task<Execution> get(Call call, CallerPtr caller, std::string name, std::string id);
  /// What runs inside the agent now, as its daemon has told; nothing when it cannot be asked. From memory while the
  /// daemon is followed.
  Task<boost::json::value> running(Call call, CallerPtr caller, std::string name);
  /// Stops a run by its id. The contract's TerminationResult.
  Task<boost::json::value> terminate(Call call, CallerPtr caller, std::string name, std::string id);

  /// Closes what earlier lives of the server left running: takes a run up again when its agent still has it. Once the
  /// fleet has the engine's first list; on this executor.
  void take_up(const asio::any_io_executor& executor);
  /// For each publication of the fleet, on its thread.
  void follow(const fleet::Publication& publication) { book_.follow(publication); }
  /// For each news of an agent: a run whose daemon says that it has ended, or that was begun by an earlier life of the
  /// daemon, is asked for by its id. On the agent's thread.
  void hear(const asio::any_io_executor& executor, const agentlink::News& news);

 private:
  /// NotFound for everybody, then Forbidden, then Unavailable unless it runs.
  Task<agents::AgentView> present(CallerPtr caller, std::string name);
  /// Who is behind the run: the record's triggered_by, and the source agent for the audit.
  struct Source {
    std::string triggered_by;
    std::string agent{};
  };
  static Source source_of(const Caller& caller, const std::optional<std::string>& header);

  Task<Verdict> carry_out(Call call, const fleet::Agent* agent, const TaskRequest* request, Run* run);
  /// What the daemon says of a run that it was given before; neither when it does not know it, or does not answer.
  struct Seen {
    std::optional<Verdict> verdict{};
    bool goes_on = false;
  };
  /// `until`: waits for its end; nothing: looks whether it goes on.
  Task<Seen> look_for(Call call, const fleet::Agent* agent, Run* run, std::optional<SteadyTime> until);
  Task<Verdict> read(agentlink::Answer answer, std::string id);
  /// For a run that is given up: nothing keeps working and spending behind its record.
  Task<> stop_quietly(Call call, const fleet::Agent* agent, std::string id);
  /// Stores the end; when the database does not take it in time, goes on trying in the background. The run keeps its
  /// place until its end is stored.
  Task<> close(Call call, RunBook::Place place, Ending ending);
  static Task<> close_later(ExecutionService* service, RunBook::Place place, Ending ending);
  Task<bool> stored(Call call, std::string id, const Ending* ending);
  static Task<> ask_later(RunBook* book, std::vector<std::string> ids);

  static constexpr std::chrono::seconds quick_reserve{8};
  static Task<> take_up_all(ExecutionService* service);
  /// A permit, and the gate that it is given back to.
  struct Turn {
    std::shared_ptr<Gate> gate;
    Gate::Permit permit;
  };
  static Task<> take_up_one(ExecutionService* service, ExecutionStore::Open open, Turn turn);
  Task<std::vector<ExecutionStore::Open>> open_after(Call call, std::int64_t after);

  agents::AgentService& agents_;
  agents::AgentLookup lookup_;
  ExecutionStore& store_;
  agentlink::AgentLink& link_;
  const agentlink::Followers& followers_;
  BlockingPool& pool_;
  RunBook book_;
};

}  // namespace trinity::executions
