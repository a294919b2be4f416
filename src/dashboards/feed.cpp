#include "dashboards/feed.h"

#include <boost/json/object.hpp>

#include "json/write.h"

namespace trinity::dashboards {

live::FeedManner DashboardFeed::manner() const {
  live::FeedManner manner;
  manner.shares_baseline = true;
  manner.mergeable = true;
  return manner;
}

/// The two objects are texts already.
std::string DashboardFeed::baseline(const fleet::Snapshot&, const live::Options&, live::Moment) {
  std::string text = "{\"name\":" + json::write(boost::json::value(agent_));
  if (const auto& dashboard = page_->text(Part::dashboard); !dashboard.empty()) text += ",\"dashboard\":" + dashboard;
  if (const auto& metrics = page_->text(Part::metrics); !metrics.empty()) text += ",\"metrics\":" + metrics;
  return text + "}";
}

std::vector<live::Event> DashboardFeed::published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                                  live::Moment at) {
  bool ours = false;
  for (const auto& digested : digest.changes) {
    const auto& change = digested.change;
    if (change.name != agent_ || !change.before || !change.after) continue;
    ours = ours || change.before->status != change.after->status ||
           change.before->container_id != change.after->container_id || change.before->address != change.after->address;
  }
  if (!ours) return {};
  page_->changed_all();
  return due(snapshot, at);
}

std::vector<live::Event> DashboardFeed::due(const fleet::Snapshot&, live::Moment at) {
  std::vector<live::Event> events;
  if (auto text = page_->news(Part::dashboard)) events.push_back({"agent_dashboard_update", std::move(*text)});
  if (auto text = page_->news(Part::metrics)) events.push_back({"agent_metrics_update", std::move(*text)});
  if (!watched_) return events;
  if (const auto rest = page_->go_on(at.steady)) again_(*rest);
  return events;
}

void DashboardFeed::watched(bool by_somebody) {
  watched_ = by_somebody;
  if (by_somebody) again_(std::chrono::milliseconds(0));
}

}  // namespace trinity::dashboards
