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
