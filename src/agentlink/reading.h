#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agentlink/file_changes.h"
#include "agentlink/live.h"
#include "base/clock.h"

namespace trinity::agentlink {

/// A tool call as a daemon has told it, for those who count times.
struct ToldCall {
  std::string id;
  std::string run;  ///< id of its run
  std::string tool;
  std::string input_summary;
  Time started_at{};
  std::optional<Time> ended_at{};  ///< nothing: it goes on
};

/// Signs of life of a run whose program has been started.
struct ToldRun {
  std::string id;
  bool tells_life = false;         ///< false: an older daemon, which tells neither of both
  std::optional<Time> ready_at{};  ///< when its program said its first word
  std::optional<Time> heard_at{};  ///< when its program last said something, exact to ten seconds
};

/// What one frame changed, for those who follow.
struct News {
  LivePtr live;  ///< the state with it; null: the agent is not followed any more
  std::string agent{};
  bool whole = false;  ///< everything was told anew
  /// By another life of the daemon: the one before was heard last at this moment.
  std::optional<SteadyTime> anew_since{};
  std::vector<std::string> ended{};  ///< ids of runs that have ended
  FileChanges files{};
  std::vector<ToldCall> calls{};  ///< that have begun or ended; with `whole` the newest ones, newest first
  bool no_calls = false;          ///< the daemon knows of no call any more
  std::vector<ToldRun> told_runs{};
};

/// Takes frames over into a state: what fits is taken in the bounds that there are, what does not fit is left out; an
/// agent may send anything. What stands beside the state goes into `news`. Pure.
[[nodiscard]] Live with_snapshot(const Live& before, const boost::json::object& state, News& news);
/// `type` and members of an event. What changed beside the state goes into `news`.
[[nodiscard]] Live with_event(const Live& before, const std::string& type, const boost::json::object& event,
                              News& news);
/// Nothing is known.
[[nodiscard]] Live blank(std::string agent, std::string container_id);

}  // namespace trinity::agentlink
