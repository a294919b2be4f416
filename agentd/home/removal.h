#pragma once
#include <chrono>
#include <stop_token>
#include <string_view>

#include "agentd/home/home.h"

namespace trinity::agentd {

struct RemovalLimits {
  std::size_t entries = 1'000'000;
  int depth = 256;
  std::chrono::seconds time{25};
};

/// Deletes what was found (Home::Last::keep): a link is deleted, not what it leads to; a folder with everything in it.
/// Nothing is deleted when something is mounted in it, or when there is too much. Tells how many entries were below a
/// folder, 1 for anything else. Throws Forbidden with `refusal`, Failed. Blocks, for the time of the limit at most.
std::size_t remove_tree(const Place& place, std::string_view refusal, RemovalLimits limits, std::stop_token stop);

}  // namespace trinity::agentd
