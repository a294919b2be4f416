#pragma once
#include <memory>
#include <string>
#include <vector>

#include "activity/activity_feed.h"
#include "agentlink/file_changes.h"
#include "live/feed.h"

namespace trinity::activity {

/// What has changed and was not told yet. The hub's thread only.
using FilesInbox = std::shared_ptr<agentlink::FileChanges>;

/// Topic `agent:{n}:files`: which files have changed, merged; the same for everybody who may read the agent.
class FilesFeed final : public live::Feed {
 public:
  static constexpr std::chrono::milliseconds pace{2'000};

  /// `kept`: what lives as long as the feed.
  FilesFeed(std::string agent, FilesInbox inbox, Again again, std::shared_ptr<const void> kept)
      : agent_(std::move(agent)), inbox_(std::move(inbox)), again_(std::move(again)), kept_(std::move(kept)) {}

  [[nodiscard]] live::FeedManner manner() const override;
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  std::string agent_;
  FilesInbox inbox_;
  Again again_;
  std::shared_ptr<const void> kept_;
  SteadyTime next_at_{};
};

}  // namespace trinity::activity
