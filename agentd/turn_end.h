#pragma once
#include <chrono>
#include <optional>

#include "agentd/runner.h"
#include "agentd/turns.h"

namespace trinity::agentd {

/// What a run that has ended means for whoever asked for it. No I/O.
struct TurnQuestion {
  bool task = false;
  bool terminated = false;
  std::chrono::seconds limit{0};
  std::optional<std::int64_t> max_turns;
};
[[nodiscard]] std::optional<TurnEnd::Failure> failure_of(const Runtime& runtime, const Ran& ran,
                                                         const TurnQuestion& question);
/// The text of the answer, or what stands in for one.
[[nodiscard]] std::string answer_of(const Runtime& runtime, const RunRecord& record);
/// Everything that a failed run said about its cause.
[[nodiscard]] std::string all_causes(const Ran& ran);

}  // namespace trinity::agentd
