#pragma once
#include <memory>
#include <string>
#include <vector>

#include "live/fleet_stats_feed.h"
#include "runstats/rows.h"
#include "runstats/section.h"

namespace trinity::runstats {

using Sections = std::vector<std::unique_ptr<Section>>;

/// At most so often, but who has chosen a longer interval than the usual one waits as long for all of it.
[[nodiscard]] std::chrono::milliseconds at_most(const live::StatsPace& pace, std::chrono::milliseconds every) noexcept;

/// Topic `agents:stats`: beside what agents use, how full their contexts are and how their runs went, and whatever else
/// is told of all agents.
class FleetFeed final : public live::Feed {
 public:
  /// `contexts` and `executions` must outlive it. `more`: sections of other rooms.
  FleetFeed(std::shared_ptr<const Caller> viewer, live::StatsPace pace, live::Watch watch, Rows& contexts,
            Rows& executions, Sections more = {});

  [[nodiscard]] live::FeedManner manner() const override { return usage_.manner(); }
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;
  void watched(bool by_somebody) override { usage_.watched(by_somebody); }

 private:
  live::FleetStatsFeed usage_;
  Sections sections_;
};

}  // namespace trinity::runstats
