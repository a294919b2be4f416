#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/call.h"
#include "base/caller.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/task.h"
#include "budgets/types.h"
#include "live/hub_link.h"
#include "settings/store.h"

namespace trinity::budgets {

/// Ends every run and drops every waiting request. `why`: what their records and callers are told.
using StopAll = std::function<Task<StopCount>(Call call, std::string why)>;
using CountRuns = std::function<RunCount()>;

/// The stop of all runs on all agents, until somebody lifts it. It acts whatever the database does: the flag stands in
/// memory first and is stored beside the stop. Any I/O thread.
class Halt {
 public:
  using Clock = std::function<Time()>;
  /// Both must outlive it.
  Halt(settings::SettingsStore& settings, live::HubLink& live, Clock clock)
      : settings_(settings), live_(live), clock_(std::move(clock)) {}
  Halt(const Halt&) = delete;
  Halt& operator=(const Halt&) = delete;

  /// Before the first request.
  void on_halt(StopAll stop_all, CountRuns count) {
    stop_all_ = std::move(stop_all);
    count_ = std::move(count);
  }
  /// Hears of every change, in their order, with a lock held: it must not come back here, nor block. Before load().
  void listen(std::function<void(const HaltState&)> listener) { listener_ = std::move(listener); }
  /// Takes over what the settings say: at the start, and when another program has changed them.
  void load();

  // Any thread.
  [[nodiscard]] HaltState state() const { return *current(); }
  /// What a refused run is told; nothing while runs may start.
  [[nodiscard]] std::optional<std::string> why() const;
  [[nodiscard]] RunCount count() const { return count_ ? count_() : RunCount{}; }

  struct Stopped {
    HaltState state;
    StopCount count;
  };
  /// When all are stopped already: who did it first stays, and what runs all the same is stopped.
  Task<Stopped> stop(Call call, std::shared_ptr<const Caller> caller, std::optional<std::string> reason);
  Task<> resume(Call call, std::shared_ptr<const Caller> caller);

 private:
  using StatePtr = std::shared_ptr<const HaltState>;
  [[nodiscard]] StatePtr current() const;
  void replace(StatePtr state);
  struct Saving;
  /// Goes on until it is stored or runs are resumed.
  static Task<> save(Halt* halt, StatePtr state, std::shared_ptr<Saving> saving);
  Task<bool> saved(Call call, StatePtr state);

  settings::SettingsStore& settings_;
  live::HubLink& live_;
  Clock clock_;
  StopAll stop_all_;
  CountRuns count_;
  std::function<void(const HaltState&)> listener_;
  Gate storing_{1};  ///< one change of the setting at a time
  mutable std::mutex mutex_;
  StatePtr state_ = std::make_shared<const HaltState>();
  bool unsaved_ = false;
};

}  // namespace trinity::budgets
