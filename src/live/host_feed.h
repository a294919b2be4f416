#pragma once
#include <functional>
#include <optional>

#include "live/feed.h"
#include "live/stats_feed.h"

namespace trinity::live {

/// Topic `host`: figures of the machine that the server runs on; the same for everybody who is signed in.
class HostFeed final : public Feed {
 public:
  /// `watch` is called with +1 when somebody begins to look, -1 when nobody does any more.
  HostFeed(StatsPace pace, std::function<void(int delta)> watch) : pace_(pace), watch_(std::move(watch)) {}

  [[nodiscard]] FeedManner manner() const override { return {.mergeable = true}; }
  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;
  [[nodiscard]] std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, Moment at) const override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;
  std::vector<Event> due(const fleet::Snapshot& snapshot, Moment at) override;
  void watched(bool by_somebody) override;

 private:
  struct Sent {
    fleet::HostFiguresPtr figures;
    SteadyTime at{};
  };

  [[nodiscard]] std::vector<Event> send(const fleet::HostFiguresPtr& figures, Moment at);

  StatsPace pace_;
  std::function<void(int delta)> watch_;
  std::optional<Sent> sent_;
  fleet::HostFiguresPtr shown_;  ///< newer than the last event, and somebody has it
};

}  // namespace trinity::live
