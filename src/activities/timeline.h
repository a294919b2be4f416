#pragma once
#include <string>
#include <vector>

#include "activities/store.h"
#include "agents/lookup.h"

namespace trinity::activities {

using agents::CallerPtr;

/// What agents did, for those who may read them; access comes before the limit. All throw Unprocessable when
/// Window::before is no activity. Any I/O thread.
class Timeline {
 public:
  /// Both must outlive it.
  Timeline(const fleet::Fleet& fleet, ActivityStore& store) : lookup_(fleet), store_(store) {}

  /// Of all agents that have a container and that the caller may read.
  Task<std::vector<Activity>> shown(Call call, CallerPtr caller, Window window);
  /// What of the same agents stands in a window altogether.
  Task<Extent> extent(Call call, CallerPtr caller, Window window);
  /// Of all agents that the caller may read by what the database says, with container or without.
  Task<std::vector<Activity>> recorded(Call call, CallerPtr caller, Window window);
  /// Throws NotFound, Forbidden before all else.
  Task<std::vector<Activity>> of_agent(Call call, CallerPtr caller, std::string name, Window window);
  /// For operations whose other faults are told behind these. Throws NotFound, Forbidden.
  Task<> check_reader(CallerPtr caller, std::string name);

 private:
  /// Names of agents that have a container and that the caller may read, each once.
  Task<std::vector<std::string>> readable(CallerPtr caller);
  Task<std::vector<Activity>> of_names(Call call, std::vector<std::string> names, Window window);

  agents::AgentLookup lookup_;
  ActivityStore& store_;
};

}  // namespace trinity::activities
