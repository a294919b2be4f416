#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "agents/lookup.h"
#include "budgets/halt.h"
#include "budgets/ledger.h"
#include "budgets/store.h"

namespace trinity::budgets {

using agents::CallerPtr;

/// What agents may spend: cost per UTC day and time per run, for each agent and for all together; and the stop of all
/// runs. Whoever starts runs asks here first and tells what they have cost. Reads come from memory. What was spent is
/// stored at once, beside the caller; while the database does not take it, it counts all the same.
class BudgetService {
 public:
  using Clock = Halt::Clock;
  /// All must outlive it. `writer` is of one thread.
  BudgetService(const fleet::Fleet& fleet, BudgetStore& store, settings::SettingsStore& settings, live::HubLink& live,
                asio::any_io_executor writer, Clock clock = now)
      : lookup_(fleet),
        store_(store),
        live_(live),
        writer_(std::move(writer)),
        clock_(clock),
        halt_(settings, live, std::move(clock)) {}
  BudgetService(const BudgetService&) = delete;
  BudgetService& operator=(const BudgetService&) = delete;

  /// Reads what is stored; at the start, after the settings.
  void load(Call call);
  /// The same while the server runs: another program has changed it.
  Task<> reload(Call call);
  /// Begins to watch for the end of the day.
  void start();
  /// Stores what is not stored yet, at the end of the program; blocks.
  void flush_now(Call call);
  /// See Halt.
  void on_halt(StopAll stop_all, CountRuns count) { halt_.on_halt(std::move(stop_all), std::move(count)); }
  /// Hears who has reached the limit of the day, or is below it again, with a lock held: it must not come back here,
  /// nor block. Before load().
  void listen(std::function<void(const Ledger::News&)> listener) { listener_ = std::move(listener); }
  /// The agent and its rows are gone: one that gets its name begins anew. Any thread.
  void forget(const std::string& agent);

  // ---- for whoever starts runs; any thread

  /// Why none may start now: the stop of all runs, then the agent's budget, then everybody's.
  [[nodiscard]] std::optional<Refusal> refusal(const std::string& agent) const;
  /// The longest a run of this agent may take by the budgets; nothing: no such limit.
  [[nodiscard]] std::optional<std::chrono::seconds> longest_run(const std::string& agent) const;
  /// What a run has cost, however it ended. Never throws. What it does not take: costs that are no positive number.
  void spent(Call call, const std::string& agent, double cost);

  // ---- for people; any I/O thread. Access is checked here, but for everybody's budget.

  Task<BudgetView> budget(CallerPtr caller, std::string name);
  Task<BudgetView> set_budget(Call call, CallerPtr caller, std::string name, Limits limits);
  [[nodiscard]] BudgetView fleet_budget() const;
  Task<BudgetView> set_fleet_budget(Call call, CallerPtr caller, Limits limits);
  [[nodiscard]] Halt& halt() noexcept { return halt_; }
  [[nodiscard]] const Halt& halt() const noexcept { return halt_; }

  struct Figures {
    double spent_today = 0;
    std::size_t limited = 0;  ///< agents with a limit, and everybody
    std::uint64_t refused_by_halt = 0;
    std::uint64_t refused_by_budget = 0;
    bool halted = false;
  };
  [[nodiscard]] Figures figures() const;

 private:
  [[nodiscard]] Day today() const { return std::chrono::floor<std::chrono::days>(clock_()); }
  [[nodiscard]] Standing standing(const std::string& agent) const;
  [[nodiscard]] std::optional<Refusal> refusal_of(const std::string& agent, const Standing& standing) const;
  [[nodiscard]] BudgetView view(const std::string& agent) const;
  Task<bool> change(Call call, std::string agent, Limits limits);
  /// With the lock held.
  void take(BudgetStore::Stored stored, Day day);
  void tell_news();
  void write_soon();
  static Task<> write(BudgetService* service);
  Task<bool> written(Call call);
  static Task<> watch_days(BudgetService* service);
  Task<> prune(Call call);

  agents::AgentLookup lookup_;
  BudgetStore& store_;
  live::HubLink& live_;
  asio::any_io_executor writer_;
  Clock clock_;
  Halt halt_;
  std::function<void(const Ledger::News&)> listener_;

  mutable std::mutex mutex_;
  Ledger ledger_;
  BudgetStore::Amounts unwritten_;
  BudgetStore::Amounts in_writing_;  ///< of the transaction under way
  bool writes_ = false;              ///< somebody is about to write them
  mutable std::atomic<std::uint64_t> refused_by_halt_{0};
  mutable std::atomic<std::uint64_t> refused_by_budget_{0};
};

}  // namespace trinity::budgets
