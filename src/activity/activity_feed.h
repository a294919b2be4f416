#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "agentlink/live.h"
#include "live/feed.h"

namespace trinity::activity {

/// Asks for Feed::due() once more after this time.
using Again = std::function<void(std::chrono::milliseconds)>;

/// Topic `agent:{n}:activity`: what an agent does, tool by tool, and the figures of its conversation; the same for
/// everybody who may read it. Tells what is between the state that was told last and the one that is now, so a burst
/// makes one event.
class ActivityFeed final : public live::Feed {
 public:
  using Look = std::function<agentlink::LivePtr()>;
  /// Between two events, at least: well within the quarter of a second in which a tool call is to be seen.
  static constexpr std::chrono::milliseconds pace{100};

  ActivityFeed(std::string agent, Look look, Again again)
      : agent_(std::move(agent)), look_(std::move(look)), again_(std::move(again)) {}

  [[nodiscard]] live::FeedManner manner() const override;
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  std::string agent_;
  Look look_;
  Again again_;
  bool begun_ = false;
  agentlink::LivePtr told_;
  SteadyTime next_at_{};
};

}  // namespace trinity::activity
