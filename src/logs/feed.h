#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/feed.h"
#include "logs/book.h"
#include "logs/follower.h"

namespace trinity::logs {

/// Batches on their way from the follower's thread to the feed. The hub's thread only.
struct Inbox {
  std::vector<Batch> batches;
  bool closed = false;  ///< the feed is gone
};

/// Topic `agent:{n}:logs`: the log of one agent, whatever container it has; the same for everybody who may read it. Has
/// the log followed while somebody looks and for a while after.
class LogFeed final : public live::Feed {
 public:
  LogFeed(Book book, std::string agent, std::shared_ptr<Follower> follower, std::shared_ptr<Inbox> inbox,
          std::chrono::milliseconds linger);
  ~LogFeed() override;
  LogFeed(const LogFeed&) = delete;
  LogFeed& operator=(const LogFeed&) = delete;

  [[nodiscard]] live::FeedManner manner() const override;
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;
  void watched(bool by_somebody) override;

 private:
  void look(const fleet::Snapshot& snapshot, live::Moment at);
  void aim(std::optional<Target> target);
  void append(Batch batch, std::vector<live::Event>& events);

  Book book_;
  std::string agent_;
  std::shared_ptr<Follower> follower_;
  std::shared_ptr<Inbox> inbox_;
  std::chrono::milliseconds linger_;
  bool watched_ = false;
  std::optional<SteadyTime> left_at_;  ///< when the last one who looked had gone
  std::optional<Target> target_;       ///< what the follower was told last
  bool engine_answers_ = true;
  State told_ = State::connecting;  ///< by the follower
};

}  // namespace trinity::logs
