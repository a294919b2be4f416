#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "activities/types.h"
#include "agents/lookup.h"
#include "live/feed.h"
#include "live/limits.h"

namespace trinity::activities {

/// Asks for Feed::due() once more after this time.
using Again = std::function<void(std::chrono::milliseconds)>;

/// News with its text, made once for all feeds.
struct Item {
  std::shared_ptr<const Activity> row;  ///< null: a call between agents
  Collaboration collaboration{};
  std::shared_ptr<const std::string> text;
};
[[nodiscard]] Item item_of(const News& news);

/// What has come for a feed. The hub's thread only.
struct Inbox {
  std::vector<Item> items;
  std::optional<std::vector<Item>> loaded;  ///< the newest rows that the viewer may read
  bool loading = false;
};

/// Topic `activities`: what the agents do that one viewer may read, and who calls whom.
///
/// The newest rows are read from the database when the feed begins and when the viewer gets other agents; until they
/// are there a snapshot says that it is not complete, and then everybody gets a whole one.
class ActivitiesFeed final : public live::Feed {
 public:
  static constexpr std::size_t kept = 100;
  /// Events within a second; more wait, and when too many wait everybody gets a snapshot instead.
  static constexpr std::size_t per_second = 10;
  static constexpr std::size_t most_waiting = 100;
  static constexpr std::chrono::milliseconds pace{100};
  /// Between two readings, at least.
  static constexpr std::chrono::seconds load_again{5};

  /// `load` fills Inbox::loaded later and has due() called; it ends Inbox::loading in any case.
  ActivitiesFeed(agents::CallerPtr viewer, std::shared_ptr<Inbox> inbox, std::function<void()> load, Again again)
      : viewer_(std::move(viewer)), inbox_(std::move(inbox)), load_(std::move(load)), again_(std::move(again)) {}

  [[nodiscard]] live::FeedManner manner() const override { return {.shares_baseline = true}; }
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  [[nodiscard]] bool reads(const fleet::Snapshot& snapshot, const std::string& agent) const;
  void load(SteadyTime at);
  void take(Item item);
  void keep(Item item);
  void order();
  std::vector<live::Event> paced(live::Moment at);

  agents::CallerPtr viewer_;
  std::shared_ptr<Inbox> inbox_;
  std::function<void()> load_;
  Again again_;
  std::vector<Item> newest_;  ///< newest first
  std::deque<Item> waiting_;  ///< to be told
  bool complete_ = false;
  bool stale_ = true;       ///< what stands in the database is to be read
  SteadyTime loaded_at_{};  ///< when it was last asked for
  live::Window window_{per_second, std::chrono::milliseconds(1'000)};
};

}  // namespace trinity::activities
