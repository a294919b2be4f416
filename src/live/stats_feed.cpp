#include "live/stats_feed.h"

#include <boost/json/serialize.hpp>
#include <cmath>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

namespace {

std::uint64_t distance(std::uint64_t a, std::uint64_t b) noexcept {
  return a > b ? a - b : b - a;
}

}  // namespace

json::array history_of(const fleet::Figures* figures, std::size_t n) {
  json::array points;
  if (!figures) return points;
  const auto& history = figures->history;
  const auto count = std::min(n, history.size());
  points.reserve(count);
  for (std::size_t i = history.size() - count; i < history.size(); ++i) {
    const auto& point = history[i];
    points.push_back(
        json::array{point.at_ms, std::round(point.cpu_percent * 10) / 10, std::round(point.memory_percent * 10) / 10});
  }
  return points;
}

void StatsFeed::watched(bool by_somebody) {
  if (watch_) watch_(agent_, by_somebody ? 1 : -1);
}

std::string StatsFeed::baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) {
  const auto* entry = snapshot.find(agent_);
  if (!entry) return "null";
  auto fields = fields_of(*entry, at);
  if (sent_) {
    whole_next_ = true;
  } else {
    note(*entry, fields, at);
  }
  fields["history"] = history_of(entry->figures.get(), options.history);
  return trinity::json::write(fields);
}

std::optional<Time> StatsFeed::sampled_at(const fleet::Snapshot& snapshot, Moment) const {
  const auto* entry = snapshot.find(agent_);
  return entry && entry->figures ? std::optional(entry->figures->sample.at) : std::nullopt;
}

std::vector<Event> StatsFeed::published(const Digest&, const fleet::Snapshot& snapshot, Moment at) {
  const auto* entry = snapshot.find(agent_);
  if (!entry) return {};
  const bool turned = !sent_ || sent_->status != entry->agent->status || sent_->started_at != entry->agent->started_at;
  const bool first_figures = entry->figures && (!sent_ || !sent_->figures);
  if (!turned && !first_figures) return {};
  whole_next_ = true;
  std::vector<Event> events;
  events.push_back(send(*entry, at));
  return events;
}

std::vector<Event> StatsFeed::due(const fleet::Snapshot& snapshot, Moment at) {
  const auto* entry = snapshot.find(agent_);
  if (!entry || !entry->figures || !sent_ || entry->figures == sent_->figures) return {};
  // The clock that calls this is not exact: a call that comes a little early counts.
  const auto age = at.steady - sent_->at;
  if (age + pace_.tick / 20 < pace_.at_most_every) return {};
  const bool overdue = age + pace_.tick > pace_.at_least_every;
  if (!overdue && !moved(entry->figures->sample)) return {};
  std::vector<Event> events;
  events.push_back(send(*entry, at));
  return events;
}

json::object StatsFeed::fields_of(const fleet::Snapshot::Entry& entry, Moment at) const {
  const auto& agent = *entry.agent;
  auto fields = fleet::stats_object(agent, entry.figures.get(), at.wall);
  if (agent.status != "running") fields["uptime_seconds"] = 0;
  fields["status"] = agent.status;
  fields["name"] = agent_;
  fields["cpu"] = fields["cpu_percent"];
  fields["memory"] = fields["memory_used_bytes"];
  return fields;
}

bool StatsFeed::moved(const metering::Sample& sample) const noexcept {
  const auto& last = sent_->sample;
  const auto memory_step = static_cast<double>(last.memory_bytes) * pace_.memory_fraction;
  return std::abs(sample.cpu_percent - last.cpu_percent) >= pace_.cpu_points ||
         (sample.memory_bytes != last.memory_bytes &&
          static_cast<double>(distance(sample.memory_bytes, last.memory_bytes)) >= memory_step) ||
         distance(sample.network_rx, last.network_rx) >= pace_.network_bytes ||
         distance(sample.network_tx, last.network_tx) >= pace_.network_bytes ||
         sample.memory_limit != last.memory_limit;
}

void StatsFeed::note(const fleet::Snapshot::Entry& entry, json::object fields, Moment at) {
  sent_ = Sent{std::move(fields),   entry.figures ? entry.figures->sample : metering::Sample{},
               entry.figures,       entry.agent->started_at,
               entry.agent->status, at.steady};
}

Event StatsFeed::send(const fleet::Snapshot::Entry& entry, Moment at) {
  auto fields = fields_of(entry, at);
  auto data = sent_ && !whole_next_ ? difference(sent_->fields, fields) : fields;
  for (const auto* always : {"name", "cpu", "memory"}) data[always] = fields[always];
  whole_next_ = false;
  note(entry, std::move(fields), at);
  return {"agent_stats_update", trinity::json::write(data)};
}

}  // namespace trinity::live
