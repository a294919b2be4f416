#pragma once
#include <memory>
#include <string>
#include <vector>

#include "live/feed.h"
#include "live/run_stops.h"

namespace trinity::live {

/// Topic `agents`: all agents as one viewer sees them, the engine's health, and what keeps runs from starting.
class AgentsFeed final : public Feed {
 public:
  /// `stops` must outlive it.
  AgentsFeed(std::shared_ptr<const Caller> viewer, const RunStops& stops) : viewer_(std::move(viewer)), stops_(stops) {}

  [[nodiscard]] FeedManner manner() const override { return {.shares_baseline = true}; }
  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;
  [[nodiscard]] std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, Moment at) const override;
  [[nodiscard]] bool concerns(const fleet::Snapshot& snapshot, const std::string& agent) const override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;

 private:
  void add_events(std::vector<Event>& into, const Digested& digested) const;
  void add_changed(std::vector<Event>& into, const Digested& digested) const;
  [[nodiscard]] bool sees(const fleet::AgentPtr& agent) const noexcept;

  std::shared_ptr<const Caller> viewer_;
  const RunStops& stops_;
};

}  // namespace trinity::live
