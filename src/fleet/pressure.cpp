#include "fleet/pressure.h"

#include <algorithm>

namespace trinity::fleet {

namespace {

double seconds_between(SteadyTime before, SteadyTime after) noexcept {
  return std::chrono::duration<double>(after - before).count();
}

std::optional<double> rate(std::optional<std::uint64_t> before, std::optional<std::uint64_t> after,
                           double seconds) noexcept {
  if (!before || !after || *after < *before || seconds <= 0) return std::nullopt;
  return static_cast<double>(*after - *before) / seconds;
}

/// Without a limit nothing can be throttled, and the kernel counts no periods: that is no figure, not 0.
void add_throttling(Pressure& into, const metering::Throttling& before, const metering::Throttling& after,
                    double seconds) noexcept {
  if (after.periods == 0 && !into.cpu_limit) return;
  const bool back = after.periods < before.periods || after.throttled_periods < before.throttled_periods ||
                    after.nanoseconds < before.nanoseconds;
  if (back || seconds <= 0) return;
  const auto periods = static_cast<double>(after.periods - before.periods);
  const auto throttled = static_cast<double>(after.throttled_periods - before.throttled_periods);
  // No period: it did not want to run.
  into.throttled_percent = periods > 0 ? std::min(throttled / periods, 1.0) * 100.0 : 0.0;
  into.throttled_ms_per_s = static_cast<double>(after.nanoseconds - before.nanoseconds) / 1e6 / seconds;
}

}  // namespace

Pressure pressure_between(const metering::Strain* before, const metering::Strain& after, Time wall) {
  Pressure made;
  made.at = wall;
  made.cpu_limit = after.cpu_limit;
  made.high_events = after.memory_high;
  made.max_events = after.memory_max;
  made.oom_events = after.oom;
  made.oom_kills = after.oom_kills;
  made.cpu = after.cpu;
  made.memory = after.memory;
  made.io = after.io;
  if (!before) return made;
  const auto seconds = seconds_between(before->at, after.at);
  if (before->throttling && after.throttling) add_throttling(made, *before->throttling, *after.throttling, seconds);
  made.read_bytes_per_s = rate(before->disk_read, after.disk_read, seconds);
  made.write_bytes_per_s = rate(before->disk_written, after.disk_written, seconds);
  return made;
}

std::optional<NetworkRates> network_between(const metering::Counters& before,
                                            const metering::Counters& after) noexcept {
  const auto seconds = seconds_between(before.traffic_at, after.traffic_at);
  const auto received = rate(before.network_rx, after.network_rx, seconds);
  const auto sent = rate(before.network_tx, after.network_tx, seconds);
  if (!received || !sent) return std::nullopt;
  return NetworkRates{*received, *sent};
}

}  // namespace trinity::fleet
