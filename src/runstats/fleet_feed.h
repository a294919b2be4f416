#pragma once
#include <memory>
#include <string>
#include <vector>

#include "live/fleet_stats_feed.h"
#include "runstats/row_stream.h"

namespace trinity::runstats {

/// Topic `agents:stats`: beside what agents use, how full their contexts are and how their runs went.
class FleetFeed final : public live::Feed {
 public:
  /// `contexts` and `executions` must outlive it.
  FleetFeed(std::shared_ptr<const Caller> viewer, live::StatsPace pace, live::Watch watch, Rows& contexts,
            Rows& executions);

  [[nodiscard]] live::FeedManner manner() const override { return usage_.manner(); }
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;
  void watched(bool by_somebody) override { usage_.watched(by_somebody); }

 private:
  live::FleetStatsFeed usage_;
  RowStream contexts_;
  RowStream executions_;
};

}  // namespace trinity::runstats
