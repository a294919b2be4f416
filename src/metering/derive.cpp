#include <algorithm>
#include <chrono>

#include "metering/metering.h"

namespace trinity::metering {

namespace {

double cpu_percent(const Counters& before, const Counters& after) noexcept {
  const auto wall = std::chrono::duration_cast<std::chrono::nanoseconds>(after.at - before.at).count();
  if (wall <= 0 || after.cpu_nanoseconds < before.cpu_nanoseconds) return 0;
  return static_cast<double>(after.cpu_nanoseconds - before.cpu_nanoseconds) / static_cast<double>(wall) * 100.0;
}

}  // namespace

Sample derive(const Counters* before, const Counters& after, Time wall) noexcept {
  Sample sample;
  sample.at = wall;
  sample.cpu_percent = before ? cpu_percent(*before, after) : 0;
  sample.memory_bytes = after.memory_bytes;
  sample.memory_limit = after.memory_limit;
  if (after.memory_limit > 0) {
    const auto share = static_cast<double>(after.memory_bytes) / static_cast<double>(after.memory_limit);
    sample.memory_percent = std::min(share, 1.0) * 100.0;
  }
  sample.network_rx = after.network_rx;
  sample.network_tx = after.network_tx;
  sample.pids = after.pids;
  return sample;
}

}  // namespace trinity::metering
