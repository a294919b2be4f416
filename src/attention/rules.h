#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attention/strain.h"
#include "attention/types.h"
#include "executions/turn_clock.h"
#include "fleet/types.h"

namespace trinity::attention {

/// How long what may last before a person is needed.
struct Patience {
  std::chrono::seconds stuck{300};  ///< a run without any sign of life
  std::chrono::seconds tool{900};   ///< the same while a tool runs
  std::chrono::seconds silent{60};  ///< a daemon that does not answer
};

/// How the newest run ended.
struct RunEnd {
  std::optional<std::string> record{};  ///< its id; nothing: it left no record
  Time at{};
  bool failed = false;  ///< and nobody wanted its end
  std::string error{};
  std::string wish{};  ///< what it wants from a person; empty: nothing
};

/// A container that ended, and nobody had asked for it.
struct Crash {
  Time at{};
  std::optional<std::int64_t> exit_code{};
  bool out_of_memory = false;
  bool operator==(const Crash&) const = default;
};
/// Nothing: it runs, it never ran, it ended well, or somebody stopped it. Of an end that nobody saw happen, the exit
/// codes of an ordinary stop (137, 143) say nothing.
[[nodiscard]] std::optional<Crash> crash_of(const fleet::Agent& agent, Time at);

/// Why no run may start.
struct Hold {
  enum class By : std::uint8_t { own_budget, common_budget, halt };
  By by = By::own_budget;
  Time since{};
  bool operator==(const Hold&) const = default;
};

/// What is known of the way to an agent's daemon while it does not answer.
struct Silence {
  Time since{};
  bool never_heard = false;  ///< in this life of the container
  bool works = false;        ///< a run has ended well all the same: an older daemon, which cannot be followed
  bool operator==(const Silence&) const = default;
};

/// All that is known of one agent.
struct Facts {
  std::optional<RunEnd> ended{};
  std::optional<Crash> crash{};
  std::vector<executions::TurnWaits> turns{};  ///< that go on
  std::optional<Hold> budget{};                ///< its own is used up
  std::optional<Hold> held{};                  ///< a run of it was ended or refused, and what did so still holds
  Strain strain{};
  std::optional<Silence> silence{};
};

/// What follows from it, at most one item of each kind, most urgent first. Pure.
[[nodiscard]] Items items_of(const Facts& facts, const Patience& patience, Time at);
/// Whether the answer may be another one a moment later although the facts are the same.
[[nodiscard]] bool depends_on_time(const Facts& facts) noexcept;

/// `40 s` (in steps of ten), `6 min`, `1 h 5 min`.
[[nodiscard]] std::string time_text(std::chrono::seconds time);

}  // namespace trinity::attention
