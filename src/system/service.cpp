#include "system/service.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

namespace trinity::system {

namespace {

std::string or_unknown(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return "unknown";
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

}  // namespace

SystemInfo::SystemInfo(std::string_view version, std::string_view build_date) {
  version_.version = or_unknown(version);
  version_.components = {version_.version, version_.version, "trinity-agent-base:" + version_.version};
  version_.build_date = or_unknown(build_date);
}

Health SystemInfo::health(Time at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const std::time_t clock = std::chrono::system_clock::to_time_t(seconds);
  std::tm local{};
  ::localtime_r(&clock, &local);
  // The same form as other times: the local clock's figures, written as if they were UTC.
  const auto shifted = Time(std::chrono::seconds(::timegm(&local))) + (at - seconds);
  Health health;
  health.timestamp = format_naive(shifted);
  return health;
}

}  // namespace trinity::system
