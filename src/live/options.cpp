#include "live/options.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace trinity::live {

namespace json = boost::json;

namespace {

constexpr std::array<int, 5> intervals{5, 10, 15, 30, 60};

std::chrono::seconds interval_for(double seconds) noexcept {
  const auto* found = std::find_if(intervals.begin(), intervals.end(), [&](int each) { return each >= seconds; });
  return std::chrono::seconds(found == intervals.end() ? intervals.back() : *found);
}

/// Within bounds, rounded down.
unsigned bounded(double value, unsigned low, unsigned high) noexcept {
  return static_cast<unsigned>(std::clamp(value, static_cast<double>(low), static_cast<double>(high)));
}

}  // namespace

std::expected<Options, std::string> read_options(const json::object& from) {
  Options options;
  std::string fault;
  const auto number = [&](std::string_view key) -> std::optional<double> {
    const auto* found = from.if_contains(key);
    if (!found || found->is_null()) return std::nullopt;
    if (!found->is_number()) {
      if (fault.empty()) fault = "options." + std::string(key) + " must be a number";
      return std::nullopt;
    }
    return found->to_number<double>();
  };
  if (const auto seconds = number("interval")) options.interval = interval_for(*seconds);
  if (const auto points = number("history")) options.history = bounded(*points, 0, 60);
  if (const auto lines = number("tail")) options.tail = bounded(*lines, 1, 2000);
  if (!fault.empty()) return std::unexpected(std::move(fault));
  return options;
}

}  // namespace trinity::live
