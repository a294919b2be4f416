#include "fleet/sampler.h"

#include <algorithm>
#include <utility>

#include "base/scheduling.h"
#include "fleet/pressure.h"

namespace trinity::fleet {

namespace {

/// Seconds over which the second readings of what holds agents up are spread.
constexpr std::uint64_t scatter = 30;

/// A fresh container is looked at closely, so that its first figures do not take ten seconds.
constexpr std::chrono::seconds warm_up{10};
/// Points of the history are at least this far apart, so that 60 of them cover five minutes.
constexpr std::int64_t history_step_ms = 4'900;
constexpr std::size_t most_per_round = 500;

/// The clock was set back: what seems to come from the future is left out, or the history would stand still until then.
void drop_later(Ring<HistoryPoint>& history, std::int64_t at_ms) {
  if (history.empty() || history.back().at_ms <= at_ms) return;
  const auto before = std::exchange(history, Ring<HistoryPoint>(history_points));
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].at_ms <= at_ms) history.push(before[i]);
  }
}

}  // namespace

void Sampler::close(Track& track) {
  open_ -= track.reader ? 1 : 0;
  track.reader = nullptr;
  const auto [first, last] = by_name_.equal_range(track.name);
  const auto known = std::find_if(first, last, [&](const auto& item) { return item.second == &track; });
  if (known != last) by_name_.erase(known);
}

void Sampler::follow(const Agent& agent, SteadyTime at) {
  auto& track = tracks_[agent.container_id];
  if (track.pid == agent.pid && !track.name.empty()) return;
  close(track);
  track = Track{};
  track.name = agent.name;
  track.pid = agent.pid;
  track.since = at;
  track.next = at;
  by_name_.emplace(agent.name, &track);
  if (open_ < most_readers_) track.reader = metering::open_reader(host_, agent.pid);
  open_ += track.reader ? 1 : 0;
}

void Sampler::forget(const std::string& container_id) {
  const auto it = tracks_.find(container_id);
  if (it == tracks_.end()) return;
  close(it->second);
  tracks_.erase(it);
}

void Sampler::watch(const std::string& name, int delta) {
  auto& count = watched_[name];
  count += delta;
  if (count <= 0) watched_.erase(name);
  if (delta <= 0) return;
  const auto [first, last] = by_name_.equal_range(name);
  for (auto it = first; it != last; ++it) it->second->next = SteadyTime{};
}

void Sampler::watch_pressure(const std::string& name, int delta) {
  auto& count = pressure_watched_[name];
  count += delta;
  if (count <= 0) pressure_watched_.erase(name);
}

void Sampler::want_pressure(const std::string& name) {
  const auto [first, last] = by_name_.equal_range(name);
  for (auto it = first; it != last; ++it) it->second->strain_next = SteadyTime{};
}

/// Those that nobody watches would need more descriptors than there are, so only the others keep their files open.
void Sampler::read_strain(Track& track, SteadyTime at, Time wall) {
  const bool watched = pressure_watched_.contains(track.name);
  if (!watched && at < track.strain_next) return;
  // Those that were found together are not read together for ever.
  const auto apart = track.strain ? std::chrono::seconds(0) : std::chrono::seconds(strain_cost_.readings % scatter);
  track.strain_next = at + pace_.strain + apart;
  const auto before = thread_time();
  take_strain(track, track.reader->read_strain(watched), wall);
  ++strain_cost_.readings;
  strain_cost_.time += thread_time() - before;
}

void Sampler::take_strain(Track& track, const metering::Strain& strain, Time wall) {
  const auto* before = track.strain ? &*track.strain : nullptr;
  track.pressure = std::make_shared<const Pressure>(pressure_between(before, strain, wall));
  track.strain = strain;
}

std::chrono::milliseconds Sampler::pace_for(const Track& track, SteadyTime at) const {
  return watched_.contains(track.name) || at - track.since < warm_up ? pace_.watched : pace_.idle;
}

Sampler::Result Sampler::record(const std::string& id, Track& track, const metering::Counters& counters, Time wall) {
  auto figures = std::make_shared<Figures>();
  figures->sample = metering::derive(track.last ? &*track.last : nullptr, counters, wall);
  // The first reading has no CPU figure; it would be a false zero in the history.
  const bool first = !track.last;
  if (track.last) {
    // The network is read less often than the rest: in between its rates stay as they are.
    if (const auto rates = network_between(*track.last, counters)) track.network = rates;
  }
  track.last = counters;
  figures->network = track.network;
  figures->pressure = track.pressure;
  const auto at_ms = epoch_ms(wall);
  drop_later(track.history, at_ms);
  if (!first && (track.history.empty() || at_ms - track.history.back().at_ms >= history_step_ms)) {
    track.history.push({at_ms, figures->sample.cpu_percent, figures->sample.memory_percent});
  }
  figures->history.reserve(track.history.size());
  for (std::size_t i = 0; i < track.history.size(); ++i) figures->history.push_back(track.history[i]);
  return {id, std::move(figures)};
}

std::vector<Sampler::Result> Sampler::sample(SteadyTime at, Time wall) {
  std::vector<Result> results;
  std::size_t taken = 0;
  behind_ = false;
  for (auto& [id, track] : tracks_) {
    if (!track.reader || at < track.next) continue;
    if (++taken > most_per_round) {
      behind_ = true;
      break;
    }
    track.next = at + pace_for(track, at);
    const auto counters = track.reader->read();
    if (!counters) continue;
    read_strain(track, at, wall);
    results.push_back(record(id, track, *counters, wall));
  }
  return results;
}

std::vector<std::string> Sampler::due_from_engine(SteadyTime at) {
  std::vector<std::string> ids;
  for (auto& [id, track] : tracks_) {
    if (track.reader || track.asked || at < track.next) continue;
    track.next = at + pace_for(track, at);
    track.asked = true;
    ids.push_back(id);
  }
  return ids;
}

std::optional<Sampler::Result> Sampler::told(const std::string& container_id,
                                             const std::optional<metering::Counters>& counters, Time wall,
                                             const std::optional<metering::Strain>& strain) {
  const auto it = tracks_.find(container_id);
  if (it == tracks_.end()) return std::nullopt;
  it->second.asked = false;
  if (!counters) return std::nullopt;
  if (strain) take_strain(it->second, *strain, wall);
  return record(container_id, it->second, *counters, wall);
}

}  // namespace trinity::fleet
