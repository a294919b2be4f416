#pragma once
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "executions/news.h"
#include "runstats/change_log.h"
#include "runstats/forgotten.h"
#include "runstats/rows.h"

namespace trinity::runstats {

/// The contract's ExecutionStats.
struct ExecutionStats {
  std::string name;
  std::int64_t task_count_24h = 0;
  std::int64_t success_count = 0;
  std::int64_t failed_count = 0;
  std::int64_t running_count = 0;
  double success_rate = 0;  ///< percent, one decimal
  double total_cost = 0;    ///< USD, four decimals
  std::string last_execution_at;
};
BOOST_DESCRIBE_STRUCT(ExecutionStats, (),
                      (name, task_count_24h, success_count, failed_count, running_count, success_rate, total_cost,
                       last_execution_at))
/// From counts and the cost in billionths of a USD.
[[nodiscard]] ExecutionStats stats_of(std::string name, std::int64_t all, std::int64_t success, std::int64_t failed,
                                      std::int64_t running, std::int64_t cost, std::string last);
[[nodiscard]] std::int64_t billionths(std::optional<double> cost) noexcept;

/// The runs of the last 24 hours, counted by agent. A run counts from its start for exactly that long. Loaded once,
/// then kept up by the news of runs. Any thread.
class ExecutionFigures final : public Rows {
 public:
  static constexpr std::chrono::hours window{24};
  /// Runs of one agent that are kept, about 32 bytes each; beyond it the oldest are left out.
  static constexpr std::size_t most_runs = 50'000;

  struct Record {
    std::string agent;
    std::string id;
    std::string status;
    std::string started_at;  ///< naive UTC
    std::optional<double> cost;
  };
  /// Replaces everything.
  void load(const std::vector<Record>& records);
  void hear(const executions::RunNews& news);
  /// The agent is gone, since then.
  void forget(const std::string& agent, Time at);

  /// Nothing without a run in the window, which is at most 24 hours.
  [[nodiscard]] std::optional<ExecutionStats> stats(const std::string& name, Time at, std::chrono::hours back = window);
  [[nodiscard]] Changed changed(std::uint64_t since, Time at) override;
  [[nodiscard]] std::optional<boost::json::object> row(const fleet::Agent& agent, Time at) override;

 private:
  enum class State : std::uint8_t { running, success, failed };
  struct Run {
    Time started;
    std::uint64_t key = 0;  ///< of its id
    std::int64_t cost = 0;
    State state = State::running;
    [[nodiscard]] bool before(const Run& other) const noexcept {
      return started != other.started ? started < other.started : key < other.key;
    }
  };
  struct Agent {
    std::deque<Run> runs{};  ///< oldest first
    std::int64_t success = 0;
    std::int64_t failed = 0;
    std::int64_t running = 0;
    std::int64_t cost = 0;
    void count(const Run& run, int sign);
  };

  // With the lock held.
  void put(const Record& record);
  void take_oldest(const std::string& name, Agent& agent);
  void age(Time at);

  std::mutex mutex_;
  std::unordered_map<std::string, Agent> agents_;
  std::set<std::pair<Time, std::string>> oldest_;  ///< when each agent's oldest run was started
  ChangeLog log_;
  Forgotten forgotten_{window};
};

}  // namespace trinity::runstats
