#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/call.h"

namespace trinity::executions {

/// Why no run may begin now, as the client is told it.
struct RunRefusal {
  unsigned status = 503;
  std::string detail;
  std::optional<std::int64_t> retry_after_s{};
};

/// What others say about runs: budgets and the halt. From memory, any thread. An empty one says nothing.
struct RunRules {
  std::function<std::optional<RunRefusal>(const std::string& agent)> refusal{};
  std::function<std::optional<std::chrono::seconds>(const std::string& agent)> longest_run{};
  /// What a run has cost, however it ended. Must not throw.
  std::function<void(Call call, const std::string& agent, double cost)> spent{};
  /// Bytes of the machine that programs could still get; nothing when it is not known.
  std::function<std::optional<std::uint64_t>()> free_memory{};
};

}  // namespace trinity::executions
