#include "json/encode.h"

#include <cmath>

#include "fleet/types.h"

namespace trinity::fleet {

namespace {

double one_decimal(double value) {
  return std::round(value * 10) / 10;
}

}  // namespace

void append_item(std::string& out, const Agent& agent, const Caller& caller) {
  out += agent.fragment;
  out += is_owner(agent, caller) ? R"(,"is_owner":true)" : R"(,"is_owner":false)";
  out += is_shared(agent, caller) ? R"(,"is_shared":true})" : R"(,"is_shared":false})";
}

std::string list_text(const Snapshot& snapshot, const Caller& caller) {
  std::string out = "[";
  for (const auto& entry : snapshot.entries) {
    if (!can_read(*entry.agent, caller)) continue;
    if (out.size() > 1) out += ',';
    append_item(out, *entry.agent, caller);
  }
  out += ']';
  return out;
}

std::uint64_t list_digest(const Snapshot& snapshot, const Caller& caller) {
  // The finaliser of SplitMix64: every bit of the state decides over every bit of the next, so order counts too.
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  const auto mix = [&state](std::uint64_t value) {
    state = (state ^ value) + 0x9e3779b97f4a7c15ULL;
    state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    state = (state ^ (state >> 27U)) * 0x94d049bb133111ebULL;
    state ^= state >> 31U;
  };
  for (const auto& entry : snapshot.entries) {
    if (!can_read(*entry.agent, caller)) continue;
    mix(entry.agent->fragment_digest);
    mix((is_owner(*entry.agent, caller) ? 2U : 0U) + (is_shared(*entry.agent, caller) ? 1U : 0U));
  }
  return state;
}

json::object host_object(const metering::HostSample& sample) {
  const auto rounded = [](const std::optional<double>& value) {
    return value ? json::value(one_decimal(*value)) : json::value(nullptr);
  };
  const auto gib = [](const std::optional<std::uint64_t>& bytes) {
    return bytes ? json::value(one_decimal(static_cast<double>(*bytes) / (1024.0 * 1024 * 1024)))
                 : json::value(nullptr);
  };
  const auto cores = sample.cores > 0 ? json::value(sample.cores) : json::value(nullptr);
  return json::object{
      {"cpu", json::object{{"percent", rounded(sample.cpu_percent)}, {"count", cores}}},
      {"memory", json::object{{"percent", rounded(sample.memory_percent())},
                              {"used_gb", gib(sample.memory_used)},
                              {"total_gb", gib(sample.memory_total)}}},
      {"disk", json::object{{"percent", rounded(sample.disk_percent)},
                            {"used_gb", gib(sample.disk_used)},
                            {"total_gb", gib(sample.disk_total)}}},
      {"timestamp", format_naive(sample.at) + "Z"},
  };
}

json::object stats_object(const Agent& agent, const Figures* figures, Time now) {
  const metering::Sample none{};
  const auto& sample = figures ? figures->sample : none;
  const auto limit = sample.memory_limit > 0 ? sample.memory_limit : agent.memory_limit;
  const auto uptime = agent.started_at && now > *agent.started_at
                          ? std::chrono::duration_cast<std::chrono::seconds>(now - *agent.started_at).count()
                          : 0;
  return json::object{
      {"cpu_percent", one_decimal(sample.cpu_percent)},
      {"memory_used_bytes", sample.memory_bytes},
      {"memory_limit_bytes", limit},
      {"memory_percent", one_decimal(sample.memory_percent)},
      {"network_rx_bytes", sample.network_rx},
      {"network_tx_bytes", sample.network_tx},
      {"uptime_seconds", uptime},
      {"status", agent.status},
  };
}

}  // namespace trinity::fleet
