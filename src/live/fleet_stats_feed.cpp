#include "live/fleet_stats_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

namespace {

double one_decimal(double value) noexcept {
  return std::round(value * 10) / 10;
}

/// Points in one snapshot, of all rows together: it stays a few hundred KiB however many agents there are.
constexpr std::size_t most_points = 12'000;

json::object row_of(const fleet::Snapshot::Entry& entry) {
  const auto& sample = entry.figures->sample;
  const auto limit = sample.memory_limit > 0 ? sample.memory_limit : entry.agent->memory_limit;
  return {{"name", entry.agent->name},
          {"cpu_percent", one_decimal(sample.cpu_percent)},
          {"memory_used_bytes", sample.memory_bytes},
          {"memory_limit_bytes", limit},
          {"memory_percent", one_decimal(sample.memory_percent)}};
}

}  // namespace

bool FleetStatsFeed::shows(const fleet::Snapshot::Entry& entry) const noexcept {
  return entry.agent->status == "running" && fleet::can_read(*entry.agent, *viewer_);
}

bool FleetStatsFeed::wants(const Row& row, const metering::Sample& sample, Moment at) const noexcept {
  const auto& last = row.sample;
  const auto distance = sample.memory_bytes > last.memory_bytes ? sample.memory_bytes - last.memory_bytes
                                                                : last.memory_bytes - sample.memory_bytes;
  const auto memory_step = static_cast<double>(last.memory_bytes) * pace_.memory_fraction;
  return row.stale || sample.memory_limit != last.memory_limit ||
         std::abs(sample.cpu_percent - last.cpu_percent) >= pace_.cpu_points ||
         (distance > 0 && static_cast<double>(distance) >= memory_step) ||
         at.steady - row.at + pace_.tick > pace_.at_least_every;
}

std::string FleetStatsFeed::baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) {
  follow(snapshot);
  const auto points =
      std::min<std::size_t>(options.history, most_points / std::max<std::size_t>(1, snapshot.entries.size()));
  json::array rows;
  for (const auto& entry : snapshot.entries) {
    if (!shows(entry) || !entry.figures) continue;
    const auto& sample = entry.figures->sample;
    const auto known = rows_.find(entry.agent->name);
    if (known != rows_.end() && known_) {
      known->second.stale = known->second.stale || known->second.sample.at != sample.at;
    } else {
      // Those who listen already do not have this row yet.
      rows_[entry.agent->name] = {sample, at.steady, known_};
    }
    auto row = row_of(entry);
    if (auto history = history_of(entry.figures.get(), points); !history.empty()) row["history"] = std::move(history);
    rows.push_back(std::move(row));
  }
  if (!known_) sent_at_ = at.steady;
  known_ = true;
  return trinity::json::write(json::object{{"agents", std::move(rows)}});
}

std::vector<Event> FleetStatsFeed::published(const Digest& digest, const fleet::Snapshot& snapshot, Moment) {
  if (!looked_at_) return {};
  for (const auto& digested : digest.changes) {
    const auto& name = digested.change.name;
    const auto* entry = snapshot.find(name);
    if (digested.change.kind != fleet::Change::Kind::engine) follow(name, entry && shows(*entry));
  }
  return {};
}

std::vector<Event> FleetStatsFeed::due(const fleet::Snapshot& snapshot, Moment at) {
  if (followed_.empty()) follow(snapshot);  // somebody looks again
  // The clock that calls this is not exact: a call that comes a little early counts.
  if (!known_ || at.steady - sent_at_ + pace_.tick / 20 < pace_.at_most_every) return {};
  json::array rows;
  json::array gone;
  std::set<std::string_view> present;
  for (const auto& entry : snapshot.entries) {
    if (!shows(entry) || !entry.figures) continue;
    const auto& sample = entry.figures->sample;
    present.insert(entry.agent->name);
    const auto [row, fresh] = rows_.try_emplace(entry.agent->name);
    if (!fresh && (row->second.sample.at == sample.at || !wants(row->second, sample, at))) {
      if (!row->second.stale) continue;
    }
    row->second = {sample, at.steady, false};
    rows.push_back(row_of(entry));
  }
  std::erase_if(rows_, [&](const auto& row) {
    if (present.contains(row.first)) return false;
    gone.push_back(json::value(row.first));
    return true;
  });
  if (rows.empty() && gone.empty()) return {};
  sent_at_ = at.steady;
  json::object data{{"agents", std::move(rows)}};
  if (!gone.empty()) data["gone"] = std::move(gone);
  std::vector<Event> events;
  events.push_back({"agents_stats_update", trinity::json::write(data)});
  return events;
}

void FleetStatsFeed::watched(bool by_somebody) {
  looked_at_ = by_somebody;
  if (by_somebody) return;  // the snapshot that follows tells whom to follow
  for (const auto& name : followed_) watch_(name, -1);
  followed_.clear();
}

/// The sampler looks more often at exactly the agents that somebody sees here.
void FleetStatsFeed::follow(const fleet::Snapshot& snapshot) {
  if (!looked_at_) return;
  std::set<std::string> gone = followed_;
  for (const auto& entry : snapshot.entries) {
    if (!shows(entry)) continue;
    gone.erase(entry.agent->name);
    follow(entry.agent->name, true);
  }
  for (const auto& name : gone) follow(name, false);
}

void FleetStatsFeed::follow(const std::string& name, bool shown) {
  if (!watch_) return;
  if (shown && followed_.insert(name).second) watch_(name, 1);
  if (!shown && followed_.erase(name) > 0) watch_(name, -1);
}

}  // namespace trinity::live
