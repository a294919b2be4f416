#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "executions/news.h"

namespace trinity::runfeeds {

/// A run that has not ended.
struct OpenRun {
  std::string id;
  bool has_record = false;
  bool chat = false;
  bool begun = false;  ///< the agent has been asked
  std::string message_preview;
  std::string started_at;
  std::string triggered_by;
};

/// What the news have told of one agent. Immutable.
struct AgentRuns {
  std::shared_ptr<const executions::QueueStatus> queue;  ///< null: nothing was told of it
  std::vector<OpenRun> runs;                             ///< oldest first

  [[nodiscard]] const OpenRun* find(const std::string& run) const;
  /// Whether the run with this record waits in the queue.
  [[nodiscard]] bool waits(const std::string& record) const;
};
using AgentRunsPtr = std::shared_ptr<const AgentRuns>;

/// Keeps what the news say about now: the queues, and the runs that have not ended. Bounded. No locks of its own.
class Ledger {
 public:
  static constexpr std::size_t most_runs = 256;  ///< of one agent; the oldest goes

  void take(const executions::RunNews& news);
  /// Never null.
  [[nodiscard]] AgentRunsPtr find(const std::string& agent) const;

 private:
  std::unordered_map<std::string, AgentRunsPtr> agents_;  ///< those with something
};

}  // namespace trinity::runfeeds
