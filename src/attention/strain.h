#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "fleet/types.h"

namespace trinity::attention {

/// What the limits of an agent's container do to it, over several readings. What has been raised is cleared only well
/// below the mark that raised it, so that an agent near a mark does not come and go.
struct Strain {
  static constexpr double throttled_from = 50;  ///< percent of the scheduler's periods
  static constexpr double throttled_until = 40;
  /// One reading over so long says enough; shorter ones must be two in a row.
  static constexpr std::chrono::seconds long_reading{20};
  static constexpr double full_from = 95;  ///< percent of the memory's limit
  static constexpr double full_until = 90;
  static constexpr double stalled_from = 20;  ///< percent of ten seconds in which everything waited for memory
  static constexpr double stalled_until = 10;
  static constexpr std::chrono::minutes killed_for{10};  ///< how long a process that was killed for memory counts

  Time pressure_at{};           ///< of the last reading that was looked at
  bool throttled_once = false;  ///< in the last reading, and not in the one before
  std::optional<Time> throttled{};
  std::optional<Time> full{};
  std::optional<Time> stalled{};
  std::optional<std::uint64_t> kills{};  ///< since the container started
  std::optional<Time> killed{};          ///< the last one
  bool operator==(const Strain&) const = default;
};

/// With one more sample; a sample that was looked at already changes nothing. Pure.
[[nodiscard]] Strain after(const Strain& before, const fleet::Agent& agent, const fleet::Figures& figures, Time at);

struct Slowness {
  Time since{};
  std::string detail;
};
/// Nothing: nothing holds it back.
[[nodiscard]] std::optional<Slowness> slowness_of(const Strain& strain, Time at);

}  // namespace trinity::attention
