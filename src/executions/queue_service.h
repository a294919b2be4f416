#pragma once
#include <string>

#include "agents/lookup.h"
#include "base/call.h"
#include "executions/agent_queue.h"
#include "executions/ends.h"

namespace trinity::executions {

/// What people may see of an agent's queue and do to it. Whoever may read the agent. Any I/O thread.
class QueueService {
 public:
  /// Both must outlive it.
  QueueService(const fleet::Fleet& fleet, AgentQueue& queue) : lookup_(fleet), queue_(queue) {}

  /// Messages are whole for administrators, the agent's owner and the entry's own user; others see their beginning.
  Task<QueueStatus> status(agents::CallerPtr caller, std::string name);
  /// Drops all waiting entries; their number.
  Task<std::size_t> clear(Call call, agents::CallerPtr caller, std::string name);
  /// Declares the slot free; whether somebody had it.
  Task<bool> release(Call call, agents::CallerPtr caller, std::string name);

 private:
  agents::AgentLookup lookup_;
  AgentQueue& queue_;
};

/// As this caller may see it.
[[nodiscard]] QueueStatus shown_to(const Caller& caller, const fleet::Agent& agent, QueueStatus status);

}  // namespace trinity::executions
