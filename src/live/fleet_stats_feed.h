#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "live/feed.h"
#include "live/stats_feed.h"

namespace trinity::live {

/// Topic `agents:stats`: one row of figures per running agent that the viewer may read.
class FleetStatsFeed final : public Feed {
 public:
  FleetStatsFeed(std::shared_ptr<const Caller> viewer, StatsPace pace, Watch watch)
      : viewer_(std::move(viewer)), pace_(pace), watch_(std::move(watch)) {}

  [[nodiscard]] FeedManner manner() const override { return {.mergeable = true}; }
  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;
  std::vector<Event> due(const fleet::Snapshot& snapshot, Moment at) override;
  void watched(bool by_somebody) override;

 private:
  /// What the listeners know of one agent.
  struct Row {
    metering::Sample sample;
    SteadyTime at{};
    bool stale = false;  ///< somebody began with newer figures than the others have
  };

  void follow(const fleet::Snapshot& snapshot);
  void follow(const std::string& name, bool shown);
  [[nodiscard]] bool shows(const fleet::Snapshot::Entry& entry) const noexcept;
  [[nodiscard]] bool wants(const Row& row, const metering::Sample& sample, Moment at) const noexcept;

  std::shared_ptr<const Caller> viewer_;
  StatsPace pace_;
  Watch watch_;
  std::map<std::string, Row> rows_;
  std::set<std::string> followed_;  ///< running agents that the viewer sees, while somebody looks
  bool looked_at_ = false;
  bool known_ = false;  ///< somebody has a snapshot
  SteadyTime sent_at_{};
};

}  // namespace trinity::live
