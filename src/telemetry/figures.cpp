#include "telemetry/figures.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

namespace trinity::telemetry {

namespace json = boost::json;

namespace {

constexpr double mib = 1024.0 * 1024;

double one_decimal(double value) noexcept {
  return std::round(value * 10) / 10;
}

/// Percent of a processor core; what has no figures comes last.
double load_of(const fleet::Snapshot::Entry* entry) noexcept {
  return entry->figures ? entry->figures->sample.cpu_percent : -1;
}

json::object row_of(const fleet::Snapshot::Entry& entry) {
  const auto& name = entry.agent->name;
  if (!entry.figures) return {{"name", name}, {"cpu", 0.0}, {"memory_mb", 0.0}, {"error", "No figures yet"}};
  const auto& sample = entry.figures->sample;
  return {{"name", name},
          {"cpu", one_decimal(sample.cpu_percent)},
          {"memory_mb", one_decimal(static_cast<double>(sample.memory_bytes) / mib)}};
}

}  // namespace

json::object container_telemetry(const fleet::Snapshot& snapshot, const Caller* viewer, Time at) {
  std::vector<const fleet::Snapshot::Entry*> running;
  for (const auto& entry : snapshot.entries) {
    const bool visible = !viewer || fleet::can_read(*entry.agent, *viewer);
    if (visible && entry.agent->status == "running") running.push_back(&entry);
  }
  std::ranges::stable_sort(running, std::ranges::greater(), load_of);
  json::array rows;
  double cpu = 0;
  double memory = 0;
  for (const auto* entry : running) {
    rows.push_back(row_of(*entry));
    if (!entry->figures) continue;
    cpu += entry->figures->sample.cpu_percent;
    memory += static_cast<double>(entry->figures->sample.memory_bytes) / mib;
  }
  return {{"running_count", running.size()},
          {"total_cpu_percent", one_decimal(cpu)},
          {"total_memory_mb", one_decimal(memory)},
          {"containers", std::move(rows)},
          {"timestamp", format_naive(at) + "Z"}};
}

}  // namespace trinity::telemetry
