#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/durations.h"
#include "engine/engine.h"

namespace trinity::metrics {

/// Counts calls to the container engine by kind, those of requests and those of the fleet. Any thread.
class EngineCalls {
 public:
  struct Line {
    std::string_view kind;                             ///< "inspect"
    Durations durations;                               ///< of all calls, failed ones too
    std::map<std::string_view, std::uint64_t> failed;  ///< by fault: "timeout"
  };

  EngineCalls() = default;
  EngineCalls(const EngineCalls&) = delete;
  EngineCalls& operator=(const EngineCalls&) = delete;

  /// `kind` and `fault` are literals; `fault` is empty after success.
  void count(std::string_view kind, std::chrono::nanoseconds took, std::string_view fault);
  /// Sorted by kind; those that were never called are left out.
  [[nodiscard]] std::vector<Line> read() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string_view, Line> lines_;
};

/// The same engine, with every call counted. `calls` must outlive the engine and every coroutine that waits for it.
[[nodiscard]] std::unique_ptr<engine::Engine> measured(std::unique_ptr<engine::Engine> engine, EngineCalls& calls);

}  // namespace trinity::metrics
