#include "attention/strain.h"

#include <algorithm>

namespace trinity::attention {

namespace {

/// Raised at `from`, cleared below `until`; what is not known clears.
std::optional<Time> marked(std::optional<Time> before, std::optional<double> value, double from, double until,
                           Time at) {
  if (!value || *value < until) return std::nullopt;
  if (before) return before;
  return *value >= from ? std::optional(at) : std::nullopt;
}

void take_throttling(Strain& strain, std::optional<double> percent, bool long_reading, Time at) {
  const bool much = percent && *percent >= Strain::throttled_from;
  const bool enough = much && (long_reading || strain.throttled_once);
  strain.throttled_once = much;
  if (strain.throttled || enough)
    strain.throttled = marked(strain.throttled, percent, Strain::throttled_from, Strain::throttled_until, at);
}

void take_kills(Strain& strain, std::optional<std::uint64_t> kills, const fleet::Agent& agent, Time at) {
  if (!kills) return;
  // Of earlier ones nobody knows when they were, unless the container is that young.
  const bool young = agent.started_at && at - *agent.started_at < Strain::killed_for;
  const auto known = strain.kills.value_or(young ? 0 : *kills);
  if (*kills > known) strain.killed = at;
  strain.kills = kills;
}

}  // namespace

Strain after(const Strain& before, const fleet::Agent& agent, const fleet::Figures& figures, Time at) {
  auto made = before;
  const auto percent = agent.memory_limit > 0 ? std::optional(figures.sample.memory_percent) : std::nullopt;
  made.full = marked(before.full, percent, Strain::full_from, Strain::full_until, at);
  if (!figures.pressure || figures.pressure->at == before.pressure_at) return made;
  const auto& pressure = *figures.pressure;
  const bool long_reading = before.pressure_at != Time{} && pressure.at - before.pressure_at >= Strain::long_reading;
  made.pressure_at = pressure.at;
  take_throttling(made, pressure.throttled_percent, long_reading, at);
  made.stalled = marked(before.stalled, pressure.memory.full_avg10, Strain::stalled_from, Strain::stalled_until, at);
  take_kills(made, pressure.oom_kills, agent, at);
  return made;
}

std::optional<Slowness> slowness_of(const Strain& strain, Time at) {
  const bool killed = strain.killed && at - *strain.killed < Strain::killed_for;
  const std::pair<std::optional<Time>, const char*> causes[] = {
      {killed ? strain.killed : std::nullopt, "Processes were killed because its memory ran out"},
      {strain.full, "Its memory is nearly used up"},
      {strain.stalled, "It waits for memory"},
      {strain.throttled, "Its CPU limit holds it back"}};
  std::optional<Slowness> made;
  for (const auto& [since, words] : causes) {
    if (!since) continue;
    if (!made) {
      made = Slowness{*since, words};
    } else {
      made->since = std::min(made->since, *since);
      made->detail.append(". ").append(words);
    }
  }
  return made;
}

}  // namespace trinity::attention
