#include "logs/stamp.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace trinity::logs {

namespace {

constexpr std::size_t longest = 36;       // with a zone in digits
constexpr std::size_t whole_second = 19;  // 2026-01-15T09:30:05
constexpr std::int64_t nanos = 1'000'000'000;

/// The digits after the microseconds, as nanoseconds.
std::int64_t below_microseconds(std::string_view text) noexcept {
  if (text.size() <= whole_second || text[whole_second] != '.') return 0;
  std::int64_t value = 0;
  for (std::size_t i = whole_second + 7; i < whole_second + 10; ++i) {
    const bool digit = i < text.size() && text[i] >= '0' && text[i] <= '9';
    // Behind the last digit stand the zone's, so a shorter fraction ends here.
    if (!digit) return value * (i == whole_second + 8 ? 100 : i == whole_second + 9 ? 10 : 0);
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<Stamp> stamp_of(std::string_view text) noexcept {
  const auto end = text.substr(0, longest + 1).find(' ');
  if (end == std::string_view::npos || end <= whole_second) return std::nullopt;
  const auto stamp = text.substr(0, end);
  if (stamp[10] != 'T') return std::nullopt;
  const auto at = parse_time(stamp);
  if (!at) return std::nullopt;
  return Stamp{at->time_since_epoch().count() * 1000 + below_microseconds(stamp), end + 1};
}

std::string stamp_text(std::int64_t nano) {
  const Time second{std::chrono::seconds(nano / nanos)};
  // Without a fraction when that is zero, see format_naive().
  return fmt::format("{}.{:09}Z", format_naive(second), nano % nanos);
}

}  // namespace trinity::logs
