#include "live/host_feed.h"

#include <boost/json/array.hpp>
#include <cmath>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

namespace {

json::value rounded(const std::optional<double>& value) {
  return value ? json::value(std::round(*value * 10) / 10) : json::value(nullptr);
}

json::array history_of(const fleet::HostFigures& figures, std::size_t n) {
  json::array points;
  const auto& history = figures.history;
  const auto count = std::min(n, history.size());
  points.reserve(count);
  for (std::size_t i = history.size() - count; i < history.size(); ++i) {
    const auto& [at_ms, cpu, memory, disk] = history[i];
    points.push_back(json::array{at_ms, rounded(cpu), rounded(memory), rounded(disk)});
  }
  return points;
}

bool apart(const std::optional<double>& a, const std::optional<double>& b, double step) noexcept {
  if (a.has_value() != b.has_value()) return true;
  return a && std::abs(*a - *b) >= step;
}

bool moved(const metering::HostSample& a, const metering::HostSample& b, double cpu_points) noexcept {
  constexpr double share_points = 0.1;
  return apart(a.cpu_percent, b.cpu_percent, cpu_points) ||
         apart(a.memory_percent(), b.memory_percent(), share_points) ||
         apart(a.disk_percent, b.disk_percent, share_points) || a.memory_total != b.memory_total ||
         a.disk_total != b.disk_total || a.cores != b.cores;
}

}  // namespace

void HostFeed::watched(bool by_somebody) {
  if (watch_) watch_(by_somebody ? 1 : -1);
}

std::string HostFeed::baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) {
  const auto& figures = snapshot.host;
  if (!figures) return R"({"history":[]})";
  if (sent_) {
    shown_ = figures;
  } else {
    sent_ = Sent{figures, at.steady};
  }
  auto fields = fleet::host_object(figures->sample);
  fields["history"] = history_of(*figures, options.history);
  return trinity::json::write(fields);
}

std::optional<Time> HostFeed::sampled_at(const fleet::Snapshot& snapshot, Moment) const {
  return snapshot.host ? std::optional(snapshot.host->sample.at) : std::nullopt;
}

std::vector<Event> HostFeed::published(const Digest&, const fleet::Snapshot& snapshot, Moment at) {
  // Those who came before the first sample wait for it.
  return snapshot.host && !sent_ ? send(snapshot.host, at) : std::vector<Event>{};
}

std::vector<Event> HostFeed::due(const fleet::Snapshot& snapshot, Moment at) {
  const auto& figures = snapshot.host;
  if (!figures || !sent_ || figures == sent_->figures) return {};
  // The clock that calls this is not exact: a call that comes a little early counts.
  const auto age = at.steady - sent_->at;
  if (age + pace_.tick / 20 < pace_.at_most_every) return {};
  const bool overdue = age + pace_.tick > pace_.at_least_every;
  const auto& now = figures->sample;
  const bool differs =
      moved(now, sent_->figures->sample, pace_.cpu_points) || (shown_ && moved(now, shown_->sample, pace_.cpu_points));
  return overdue || differs ? send(figures, at) : std::vector<Event>{};
}

std::vector<Event> HostFeed::send(const fleet::HostFiguresPtr& figures, Moment at) {
  sent_ = Sent{figures, at.steady};
  shown_ = nullptr;
  std::vector<Event> events;
  events.push_back({"host_telemetry_update", trinity::json::write(fleet::host_object(figures->sample))});
  return events;
}

}  // namespace trinity::live
