#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/feed.h"

namespace trinity::git {

/// What the feed of one agent has of its repository. The hub's thread only.
struct Page {
  std::string text;           ///< JSON object, as GET …/git/status answers; empty: not known yet
  std::string digest;         ///< the same without the times of looks
  bool asking = false;        ///< somebody is on the way to get it
  bool fresh = false;         ///< it was not given out yet
  std::uint64_t version = 0;  ///< of the service, when it was asked for

  /// `text` empty: the agent has gone, or could not be asked.
  void took(std::string told, std::string without_times);
};

/// Topic `agent:{n}:git`: how the agent's repository stands, whole, whenever that is something else. Looked at every
/// 60 s while somebody watches, and at once when something was done with it. The same for everybody who may read the
/// agent.
class GitFeed final : public live::Feed {
 public:
  struct Uses {
    std::function<std::uint64_t()> version;  ///< another one: something has changed
    std::function<bool()> unsettled;         ///< what is known may be old
    std::function<void()> soon;              ///< asks for due()
    /// Gets the state; it comes back by Page::took().
    std::function<void(const std::shared_ptr<Page>&)> ask;
  };
  explicit GitFeed(std::string agent, Uses uses) : agent_(std::move(agent)), uses_(std::move(uses)) {}

  [[nodiscard]] live::FeedManner manner() const override;
  [[nodiscard]] live::Standing standing() const override;
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;
  void watched(bool by_somebody) override;

 private:
  std::string agent_;
  Uses uses_;
  std::shared_ptr<Page> page_ = std::make_shared<Page>();
  bool watched_ = false;
  std::optional<SteadyTime> asked_{};
};

}  // namespace trinity::git
