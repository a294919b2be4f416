#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "activities/service.h"
#include "agentlink/followers.h"
#include "agentlink/link.h"
#include "agents/lookup.h"
#include "agents/service.h"
#include "base/blocking.h"
#include "base/gate.h"
#include "executions/agent_queue.h"
#include "executions/rules.h"
#include "executions/run_book.h"
#include "executions/store.h"

namespace trinity::executions {

using agents::CallerPtr;

/// What an agent is asked to do.
struct Order {
  Reading reading;
  std::string path;              ///< of the daemon's API
  std::string body;              ///< JSON
  std::chrono::seconds limit{};  ///< the agent's own
};

/// Runs on agents, whatever kind they are of: from their start on the agent to what their end means. Whatever happens
/// to the agent, its container, the connection, the database or this server, a run ends truly and once. Any I/O thread.
class Runs {
 public:
  /// All must outlive it; book and queue also whatever runs on the I/O threads.
  struct Parts {
    RunBook& book;
    agents::AgentService& agents;
    const fleet::Fleet& fleet;
    ExecutionStore& store;
    agentlink::AgentLink& link;
    AgentQueue& queue;
    activities::ActivityService& activities;
    const RunBoard& board;
    BlockingPool& pool;
  };
  explicit Runs(const Parts& parts, RunRules rules = {});
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  [[nodiscard]] RunBook& book() noexcept { return parts_.book; }
  [[nodiscard]] AgentQueue& queue() noexcept { return parts_.queue; }
  [[nodiscard]] ExecutionStore& store() noexcept { return parts_.store; }
  [[nodiscard]] activities::ActivityService& activities() noexcept { return parts_.activities; }
  [[nodiscard]] BlockingPool& pool() noexcept { return parts_.pool; }
  [[nodiscard]] agentlink::AgentLink& link() noexcept { return parts_.link; }
  [[nodiscard]] agents::AgentLookup& lookup() noexcept { return lookup_; }
  [[nodiscard]] agentlink::Target target_of(const fleet::Agent& agent) const { return parts_.agents.target_of(agent); }

  /// Why no run of this agent may begin now. Nothing: it may.
  [[nodiscard]] std::optional<RunRefusal> refusal(const std::string& agent) const;
  /// `wanted`, or what budgets leave of it.
  [[nodiscard]] std::chrono::seconds limit_of(const std::string& agent, std::chrono::seconds wanted) const;
  /// A place for a task; nothing when there are too many, or the machine has too little memory left.
  std::optional<RunBook::Place> enter_task(Call call, std::string id, const fleet::Agent& agent);

  /// Its record stands.
  void tell_started(const Run& run) const { tell(RunNews::Kind::started, run, run.record); }
  /// Asks the agent and waits for the end. Never throws.
  Task<Verdict> carry_out(Call call, fleet::AgentPtr agent, Order order, RunPtr run);
  struct Closing {
    Ending ending;
    std::string entry{};  ///< of the queue
  };
  /// Stores the end; when the database does not take it in time, goes on trying in the background. The run keeps its
  /// place until its end is stored.
  Task<> close(Call call, RunBook::Place place, Closing closing);

  /// What a run of an earlier life came to: the agent is asked by its id, for as long as it goes on.
  Task<Verdict> take_up(Call call, fleet::AgentPtr agent, Reading reading, RunPtr run);
  /// The agent when it runs; null: it does not.
  Task<fleet::AgentPtr> running_agent(std::string name);
  /// Closes what earlier lives of the server left running: takes a run up again when its agent still has it. `kept`:
  /// ids of runs and of activities that somebody else looks after. Once the fleet has the engine's first list.
  void take_up_all(const asio::any_io_executor& executor, std::set<std::string> kept);

  /// The record once it has ended; waits as long as a run may take. Nothing when there is none.
  Task<std::optional<Execution>> ended_record(Call call, std::string agent, std::string id);

  /// Ends this run soon, whatever its agent says; `why` stands in its record.
  void stop(const asio::any_io_executor& executor, const RunPtr& run, std::string why,
            std::chrono::milliseconds within);
  struct Stopped {
    std::int64_t runs = 0;
    std::int64_t waiting = 0;
  };
  /// Ends every run everywhere and drops whoever waits; returns when they have ended, after a second at the latest.
  Task<Stopped> stop_all(Call call, std::string why);

  /// For each publication of the fleet, on its thread.
  void follow(const fleet::Publication& publication) { parts_.book.follow(publication); }
  /// For each news of an agent: a run whose daemon says that it has ended, or that was begun by an earlier life of the
  /// daemon, is asked for by its id. On the agent's thread.
  void hear(const asio::any_io_executor& executor, const agentlink::News& news);

 private:
  void tell(RunNews::Kind kind, const Run& run, std::shared_ptr<const Execution> record,
            std::optional<Outcome> outcome = std::nullopt) const;

  /// A permit, and the gate that it is given back to.
  struct Turn {
    std::shared_ptr<Gate> gate;
    Gate::Permit permit;
  };
  Task<Verdict> taken_up(Call call, const fleet::Agent* agent, const Reading* reading, Run* run,
                         std::optional<Turn>* held);
  Task<Verdict> carried_out(Call call, fleet::AgentPtr agent, const Order* order, RunPtr run);
  Task<Verdict> read(agentlink::Answer answer, Reading reading);
  /// What the daemon says of a run that it was given before; neither when it does not know it, or does not answer.
  struct Seen {
    std::optional<Verdict> verdict{};
    bool goes_on = false;
  };
  /// `until`: waits for its end; nothing: looks whether it goes on.
  Task<Seen> look_for(Call call, const fleet::Agent* agent, const Reading* reading, Run* run,
                      std::optional<SteadyTime> until);
  /// For a run that is given up: nothing keeps working and spending behind its record.
  Task<bool> stop_quietly(Call call, const fleet::Agent* agent, std::string id);
  static Task<> give_up_in_time(RunPtr run, std::chrono::milliseconds grace);
  static Task<> stop_in_background(Runs* runs, fleet::AgentPtr agent, std::string id);
  /// Makes sure of the end of a run that was given up, and takes over what it had cost.
  static Task<> settle_given_up(Runs* runs, fleet::AgentPtr agent, Reading reading, RunPtr run);
  static Task<> close_later(Runs* runs, RunBook::Place place, Closing closing);
  Task<bool> stored(Call call, Run* run, const Closing* closing);
  static Task<> ask_later(RunBook* book, std::vector<std::string> ids);

  static Task<> take_up_each(Runs* runs, std::set<std::string> kept);
  static Task<> take_up_one(Runs* runs, ExecutionStore::Open open, Turn turn);
  Task<std::vector<ExecutionStore::Open>> open_after(Call call, std::int64_t after);
  Task<std::shared_ptr<const Execution>> record_at_start(Call call, const ExecutionStore::Open* open);

  Parts parts_;
  agents::AgentLookup lookup_;
  RunRules rules_;
};

}  // namespace trinity::executions
