#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trinity {

/// Wall clock time, UTC, microseconds.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
/// For ages and limits; never steps.
using SteadyTime = std::chrono::steady_clock::time_point;

[[nodiscard]] Time now() noexcept;
[[nodiscard]] inline SteadyTime steady_now() noexcept {
  return std::chrono::steady_clock::now();
}

/// `2026-01-13T10:15:30.123456`, UTC without zone; the fraction has six digits and is left out when zero.
[[nodiscard]] std::string format_naive(Time t);
/// `2026-01-13T10:15:30.123Z`, UTC, milliseconds.
[[nodiscard]] std::string format_z(Time t);
/// Reads ISO-8601 with 0 to 9 fraction digits and `Z`, `+hh:mm` or no zone (taken as UTC). Nothing when it is no such
/// time.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text) noexcept;

[[nodiscard]] inline std::int64_t epoch_ms(Time t) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

}  // namespace trinity
