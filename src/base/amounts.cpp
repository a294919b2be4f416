#include "base/amounts.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace trinity {

namespace {

constexpr double least_memory = 6.0 * 1024 * 1024;
constexpr double most_memory = 64.0 * 1024 * 1024 * 1024 * 1024;
constexpr double most_cores = 4096;

/// Digits with at most one dot; no sign, no exponent.
std::optional<double> plain_number(std::string_view text) {
  if (text.empty() || text.size() > 20 || text.find_first_not_of("0123456789.") != std::string_view::npos)
    return std::nullopt;
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> factor_of(char suffix) {
  switch (suffix | 0x20) {
    case 'b':
      return 1.0;
    case 'k':
      return 1024.0;
    case 'm':
      return 1024.0 * 1024;
    case 'g':
      return 1024.0 * 1024 * 1024;
    case 't':
      return 1024.0 * 1024 * 1024 * 1024;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::int64_t> parse_memory(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double factor = 1;
  if (const char last = text.back(); last < '0' || last > '9') {
    const auto found = factor_of(last);
    if (!found) return std::nullopt;
    factor = *found;
    text.remove_suffix(1);
  }
  const auto number = plain_number(text);
  if (!number) return std::nullopt;
  const double bytes = *number * factor;
  if (bytes < least_memory || bytes > most_memory) return std::nullopt;
  return static_cast<std::int64_t>(bytes);
}

std::optional<std::int64_t> parse_cpu_quota(std::string_view text) {
  const auto cores = plain_number(text);
  if (!cores || *cores <= 0 || *cores > most_cores) return std::nullopt;
  // The kernel takes no quota below one millisecond.
  return std::max<std::int64_t>(1'000,
                                static_cast<std::int64_t>(std::llround(*cores * static_cast<double>(cpu_period))));
}

}  // namespace trinity
