#include "executions/ends.h"

#include <algorithm>
#include <array>

namespace trinity::executions {

bool ended_by_person(std::string_view error) noexcept {
  constexpr std::array whole{terminated, removed_from_queue, caller_left, agent_not_running};
  if (std::ranges::find(whole, error) != whole.end()) return true;
  if (error.starts_with("All runs are stopped by ") || error.starts_with("The daily budget of ")) return true;
  if (!error.starts_with(not_reachable)) return false;
  error.remove_prefix(not_reachable.size());
  return error == agent_stopped || error == agent_deleted;
}

}  // namespace trinity::executions
