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

  std::string baseline(const fleet::Snapshot& snapshot, Moment at) override;
  [[nodiscard]] std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, Moment at) const override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;
  std::vector<Event> due(const fleet::Snapshot&, Moment) override { return {}; }
  [[nodiscard]] bool shares_baseline() const noexcept override { return true; }
  [[nodiscard]] bool mergeable() const noexcept override { return false; }

 private:
  void add_events(std::vector<Event>& into, const Digested& digested) const;
  void add_changed(std::vector<Event>& into, const Digested& digested) const;
  [[nodiscard]] bool sees(const fleet::AgentPtr& agent) const noexcept;

  std::shared_ptr<const Caller> viewer_;
};

}  // namespace trinity::live
