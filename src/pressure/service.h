#pragma once
#include <string>

#include "agents/lookup.h"
#include "executions/running_turns.h"

namespace trinity::pressure {

using agents::CallerPtr;

/// Why an agent is slow, for those who ask instead of listening: from memory. Access is checked here. Any I/O thread.
class PressureService {
 public:
  /// Both must outlive it.
  PressureService(fleet::Fleet& fleet, const executions::RunningTurns& turns)
      : fleet_(fleet), lookup_(fleet), turns_(turns) {}

  struct Answer {
    std::string text;  ///< JSON
    fleet::SnapshotPtr snapshot;
  };
  /// Has the next sample read what holds the agent up, so that whoever asks again soon gets it fresh. Throws
  /// NotFound, Forbidden, in the order of the statistics of one agent.
  Task<Answer> pressure(CallerPtr caller, std::string name);

 private:
  fleet::Fleet& fleet_;
  agents::AgentLookup lookup_;
  const executions::RunningTurns& turns_;
};

}  // namespace trinity::pressure
