#pragma once
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "live/feed.h"

namespace trinity::live {

/// How often and for what differences figures are sent.
struct StatsPace {
  std::chrono::milliseconds at_most_every{5'000};
  std::chrono::milliseconds at_least_every{30'000};
  std::chrono::milliseconds tick{1'000};  ///< how often due() is called; sending may be early by a fraction of it
  double cpu_points = 0.5;
  double memory_fraction = 0.01;
  std::uint64_t network_bytes = 1024;

  /// With at least this much time between events.
  [[nodiscard]] StatsPace slowed(std::chrono::milliseconds interval) const noexcept {
    auto made = *this;
    made.at_most_every = std::max(at_most_every, interval);
    made.at_least_every = std::max(at_least_every, interval);
    return made;
  }
};

/// Told with an agent's name and +1 when its figures get somebody who looks at them, -1 when nobody does any more.
using Watch = std::function<void(const std::string& agent, int delta)>;

/// The newest `n` points `[epoch_ms, cpu_percent, memory_percent]`, oldest first; none without figures.
[[nodiscard]] boost::json::array history_of(const fleet::Figures* figures, std::size_t n);

/// Topic `agent:{n}:stats`: the figures of one agent; the same for everybody who may read it.
class StatsFeed final : public Feed {
 public:
  StatsFeed(std::string agent, StatsPace pace, Watch watch = {})
      : agent_(std::move(agent)), pace_(pace), watch_(std::move(watch)) {}

  [[nodiscard]] FeedManner manner() const override { return {.mergeable = true}; }
  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;
  [[nodiscard]] std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, Moment at) const override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;
  std::vector<Event> due(const fleet::Snapshot& snapshot, Moment at) override;
  void watched(bool by_somebody) override;

 private:
  /// What was sent last.
  struct Sent {
    boost::json::object fields;
    metering::Sample sample;
    fleet::FiguresPtr figures;
    std::optional<Time> started_at;
    std::string status;
    SteadyTime at{};
  };

  [[nodiscard]] boost::json::object fields_of(const fleet::Snapshot::Entry& entry, Moment at) const;
  [[nodiscard]] bool moved(const metering::Sample& sample) const noexcept;
  void note(const fleet::Snapshot::Entry& entry, boost::json::object fields, Moment at);
  [[nodiscard]] Event send(const fleet::Snapshot::Entry& entry, Moment at);

  std::string agent_;
  StatsPace pace_;
  Watch watch_;
  std::optional<Sent> sent_;
  /// Somebody began with figures newer than the last event: a field that went back since would be missing for them.
  bool whole_next_ = false;
};

}  // namespace trinity::live
