#pragma once
#include "executions/queue_service.h"
#include "executions/service.h"
#include "executions/tasks.h"
#include "unit/agents/house.h"
#include "unit/executions/daemon.h"

namespace trinity::test {

/// Ann's agent `bot` runs, and its daemon answers; all that runs need around it, as app/ puts it together. Two tasks
/// for an agent, three in all.
class RunHouse {
 public:
  /// Tests of one program run one after the other, but programs beside each other: each has an address of its own.
  explicit RunHouse(const std::string& address = "127.44.0.1") : daemon(address) {
    board.listen([this](const executions::RunNews& news) {
      const std::lock_guard lock(mutex);
      told.push_back(news);
    });
    house.engine.address = address;
    house.house.listener = [this](const fleet::Publication& publication) { runs.follow(publication); };
  }
  ~RunHouse() { stop(); }
  RunHouse(const RunHouse&) = delete;
  RunHouse& operator=(const RunHouse&) = delete;

  bool start() {
    if (!house.house.start_and_load()) return false;
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    return true;
  }
  /// Nothing runs any more.
  void stop() {
    daemon.hold = false;
    house.house.stop();
    board.close();
  }

  /// Kinds of news about runs, in order.
  std::vector<executions::RunNews::Kind> kinds() {
    const std::lock_guard lock(mutex);
    std::vector<executions::RunNews::Kind> kinds;
    for (const auto& news : told) {
      if (news.kind != executions::RunNews::Kind::queue) kinds.push_back(news.kind);
    }
    return kinds;
  }
  std::vector<executions::Execution> records(const std::string& agent = "bot") {
    return house.run(store.of_agent(house.call, agent, 50));
  }
  static agents::CallerPtr key_of(const std::string& agent) {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, agent});
  }

  std::mutex mutex;
  std::vector<executions::RunNews> told;
  std::vector<double> spent;
  std::optional<executions::RunRefusal> refusal;
  std::optional<std::chrono::seconds> longest_run;
  std::atomic<std::uint64_t> free_memory{std::uint64_t{1} << 30U};

  executions::RunBoard board;
  executions::AgentQueue queue{{}, board};
  executions::RunBook book{
      {2, 3, std::uint64_t{1} << 20U, std::chrono::milliseconds(20), std::chrono::milliseconds(300)}};
  Daemon daemon;
  AgentHouse house;
  executions::RunKeys keys{house.database};
  executions::ExecutionStore store{house.database, house.pool};
  activities::ActivityStore activity_store{house.database};
  activities::ActivityService activities{activity_store, house.house.io[0].get_executor()};
  agentlink::Followers followers{{house.house.io[0].get_executor()},
                                 [this](const fleet::Agent& agent) { return house.service.target_of(agent); }};
  executions::Runs runs{
      {book, house.service, house.house.fleet, store, house.link, queue, activities, board, house.pool}, rules_here()};
  executions::TaskService tasks{runs, keys};
  executions::ExecutionService service{runs, followers};

 private:
  executions::RunRules rules_here() {
    executions::RunRules made;
    made.refusal = [this](const std::string&) {
      const std::lock_guard lock(mutex);
      return refusal;
    };
    made.longest_run = [this](const std::string&) {
      const std::lock_guard lock(mutex);
      return longest_run;
    };
    made.spent = [this](Call, const std::string&, double cost) {
      const std::lock_guard lock(mutex);
      spent.push_back(cost);
    };
    made.free_memory = [this] { return std::optional<std::uint64_t>(free_memory); };
    return made;
  }
};

}  // namespace trinity::test
