#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agentlink/reading.h"
#include "attention/rules.h"
#include "budgets/ledger.h"
#include "executions/news.h"
#include "executions/running_turns.h"
#include "runstats/change_log.h"
#include "runstats/forgotten.h"

namespace trinity::attention {

/// Who needs a person: takes facts as others tell them, in any order, and keeps what follows from them. No I/O and no
/// clock of its own. Any thread; every call is short.
class Book {
 public:
  explicit Book(Patience patience) : patience_(patience) {}
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  /// The newest run of an agent that has ended, as it is stored.
  struct Stored {
    std::string agent;
    RunEnd end;
    bool answered = false;  ///< a newer run has begun since
  };
  /// What was told here is newer, and stays.
  void load(const std::vector<Stored>& newest, Time at);
  void hear(const executions::RunNews& news, Time at);
  void hear(const agentlink::News& news, Time at);
  void hear(const budgets::Ledger::News& news, Time at);
  void hear(const budgets::HaltState& halt, Time at);
  /// A run of this agent was refused, for whatever reason.
  void refused(const std::string& agent, Time at);
  /// Each publication of the fleet, in order.
  void follow(const fleet::Publication& publication, Time at);
  /// Again and again: what nobody tells. The figures of the snapshot, the turns that go on, and the time.
  void look(const fleet::Snapshot& snapshot, std::vector<executions::RunningTurns::Turn> turns, Time at);
  /// The agent and its rows are gone.
  void forget(const std::string& agent, Time at);

  [[nodiscard]] BoardPtr board() const;
  /// Null: nothing about it needs a person.
  [[nodiscard]] RowPtr row(const std::string& agent) const;
  struct Changed {
    std::uint64_t number = 0;  ///< to ask with the next time
    std::vector<std::string> agents;
  };
  /// Whose row is another one since that number; costs as much as has changed.
  [[nodiscard]] Changed changed(std::uint64_t since) const;

 private:
  struct Known {
    Facts facts{};
    bool there = false;            ///< the fleet has its container
    std::set<std::string> runs{};  ///< ids of those that go on
    Time heard_of_run{};           ///< when a run began or ended last
    Time sampled{};
  };
  using Entry = std::unordered_map<std::string, Known>::value_type;

  /// Nothing is known of it.
  [[nodiscard]] static bool is_blank(const Known& known) noexcept;

  // With the lock held.
  void began(const executions::RunNews& news, Time at);
  void ended(const executions::RunNews& news, Time at);
  void hold(Facts& facts, Time at) const;
  void release(Hold::By by, Time at);
  void take_turns(std::vector<executions::RunningTurns::Turn> turns, Time at);
  void sample(const fleet::Snapshot& snapshot, Time at);
  /// Nothing stays of an agent that is gone. That its row has ended is told by the fleet: it has no container.
  void drop_blank(const std::string& agent);
  /// After every change of an agent's facts.
  void conclude(Entry& entry, Time at);

  Patience patience_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<std::string, RowPtr> rows_;
  std::set<std::string> timed_;  ///< agents whose row may change by time alone
  std::set<std::string> with_turns_;
  bool halted_ = false;
  bool common_budget_used_ = false;
  runstats::ChangeLog log_;
  runstats::Forgotten forgotten_{std::chrono::hours(24)};
  mutable BoardPtr board_ = std::make_shared<const Board>();
  mutable bool board_is_old_ = false;
};

}  // namespace trinity::attention
