#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agentlink/reading.h"
#include "executions/turn_clock.h"

namespace trinity::executions {

/// What every running turn of every agent waits for, as the agents' daemons tell it: in memory, without a question to
/// anybody. A turn stands here from the start of its program to its end, or until its agent is not followed any more;
/// while the connection to an agent is lost, what was known goes on. After a restart of this server calls older than
/// the newest fifty of an agent count as waiting for the model. Any thread.
class RunningTurns {
 public:
  /// An agent's turns are other ones, or one waits for something else.
  using Listener = std::function<void(const std::string& agent)>;

  RunningTurns() = default;
  RunningTurns(const RunningTurns&) = delete;
  RunningTurns& operator=(const RunningTurns&) = delete;

  /// Before the first news. The listener hears on the agent's thread, in order per agent, and must not block.
  void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }
  /// For Followers::on_news().
  void hear(const agentlink::News& news);

  /// The turn of the conversation, else the task that has run longest; nothing: none runs.
  [[nodiscard]] std::optional<TurnWaits> running_turn(const std::string& agent, Time at) const;
  struct Turn {
    std::string agent;
    TurnWaits waits;
  };
  /// All that run, tasks too, in no order.
  [[nodiscard]] std::vector<Turn> all(Time at) const;

 private:
  struct Known {
    bool chat = false;
    TurnClock clock;
  };
  using Turns = std::map<std::string, Known>;  ///< by the runs' ids

  // With the lock held.
  static void take(Turns& turns, const agentlink::News& news);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Turns> agents_;  ///< those with turns
  std::vector<Listener> listeners_;
};

}  // namespace trinity::executions
