#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dashboards/page.h"
#include "live/feed.h"

namespace trinity::dashboards {

/// Topic `agent:{n}:dashboard`: the agent's dashboard and metrics, whole, whenever they change. The agent is asked only
/// while somebody looks; the same for everybody who may read it.
class DashboardFeed final : public live::Feed {
 public:
  /// Asks for due() after that time.
  using Again = std::function<void(std::chrono::milliseconds)>;

  /// `kept`: what lives as long as the feed.
  DashboardFeed(std::string agent, std::shared_ptr<Page> page, Again again, std::shared_ptr<const void> kept)
      : agent_(std::move(agent)), page_(std::move(page)), again_(std::move(again)), kept_(std::move(kept)) {}

  [[nodiscard]] live::FeedManner manner() const override;
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;
  void watched(bool by_somebody) override;

 private:
  std::string agent_;
  std::shared_ptr<Page> page_;
  Again again_;
  std::shared_ptr<const void> kept_;
  bool watched_ = false;
};

}  // namespace trinity::dashboards
