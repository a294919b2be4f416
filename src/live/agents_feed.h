#pragma once
#include <memory>
#include <string>
#include <vector>

#include "live/feed.h"

namespace trinity::live {

/// Topic `agents`: all agents as one viewer sees them, and the engine's health.
class AgentsFeed final : public Feed {
 public:
  explicit AgentsFeed(std::shared_ptr<const Caller> viewer) : viewer_(std::move(viewer)) {}

  [[nodiscard]] FeedManner manner() const override { return {.shares_baseline = true}; }
  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;
  [[nodiscard]] std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, Moment at) const override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;

 private:
  void add_events(std::vector<Event>& into, const Digested& digested) const;
  void add_changed(std::vector<Event>& into, const Digested& digested) const;
  [[nodiscard]] bool sees(const fleet::AgentPtr& agent) const noexcept;

  std::shared_ptr<const Caller> viewer_;
};

}  // namespace trinity::live
