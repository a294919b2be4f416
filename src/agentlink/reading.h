#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agentlink/file_changes.h"
#include "agentlink/live.h"
#include "base/clock.h"

namespace trinity::agentlink {

/// What one frame changed, for those who follow.
struct News {
  LivePtr live;  ///< the state with it; null: the agent is not followed any more
  std::string agent{};
  bool whole = false;  ///< everything was told anew
  /// By another life of the daemon: the one before was heard last at this moment.
  std::optional<SteadyTime> anew_since{};
  std::vector<std::string> ended{};  ///< ids of runs that have ended
  FileChanges files{};
};

/// Takes frames over into a state: what fits is taken in the bounds that there are, what does not fit is left out; an
/// agent may send anything. Pure.
[[nodiscard]] Live with_snapshot(const Live& before, const boost::json::object& state);
/// `type` and members of an event. What changed beside the state goes into `news`.
[[nodiscard]] Live with_event(const Live& before, const std::string& type, const boost::json::object& event,
                              News& news);
/// Nothing is known.
[[nodiscard]] Live blank(std::string agent, std::string container_id);

}  // namespace trinity::agentlink
