#pragma once
#include <chrono>
#include <map>
#include <string>

#include "base/clock.h"

namespace trinity::runstats {

/// Agents that are gone, and when they went: what is told late of them must not reach an agent that takes the name. One
/// thread at a time.
class Forgotten {
 public:
  explicit Forgotten(std::chrono::hours kept) : kept_(kept) {}

  void note(const std::string& agent, Time at) {
    std::erase_if(gone_, [&](const auto& one) { return one.second < at - kept_; });
    gone_[agent] = at;
  }
  /// Whether what this agent began then belongs to one that is gone.
  [[nodiscard]] bool covers(const std::string& agent, Time began) const {
    const auto it = gone_.find(agent);
    return it != gone_.end() && began <= it->second;
  }

 private:
  std::chrono::hours kept_;
  std::map<std::string, Time> gone_;
};

}  // namespace trinity::runstats
