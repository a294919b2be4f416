#pragma once
#include <map>
#include <string>

namespace trinity::live {

/// What keeps runs from starting, as topic `agents` shows it. The hub's thread only.
struct RunStops {
  /// JSON object: whether all runs are stopped, and by whom.
  std::string halt = R"({"halted":false,"since":null,"by":null,"reason":null})";
  /// JSON objects: budgets that are used up, by agent; empty name: of all agents together.
  std::map<std::string, std::string> budgets{};
};

}  // namespace trinity::live
