#pragma once
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "executions/running_turns.h"
#include "runstats/change_log.h"
#include "runstats/rows.h"

namespace trinity::runstats {

/// What every agent does just now: of its running turns the one of the conversation, else the longest, and what that
/// one waits for. An agent without a running turn has no row. Any thread.
class TurnRows final : public Rows {
 public:
  /// Of what a tool was called with, characters: a list shows no more of it.
  static constexpr std::size_t most_input = 100;

  /// Listens to the turns: before their first news. They must outlive it, and it must outlive their last news.
  explicit TurnRows(executions::RunningTurns& turns);
  TurnRows(const TurnRows&) = delete;
  TurnRows& operator=(const TurnRows&) = delete;

  /// The agent is gone.
  void forget(const std::string& agent);

  [[nodiscard]] Changed changed(std::uint64_t since, Time at) override;
  [[nodiscard]] std::optional<boost::json::object> row(const fleet::Agent& agent, Time at) override;

 private:
  executions::RunningTurns& turns_;
  std::mutex mutex_;
  ChangeLog log_;
};

}  // namespace trinity::runstats
