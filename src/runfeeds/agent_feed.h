#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "live/feed.h"
#include "runfeeds/inbox.h"
#include "runfeeds/ledger.h"

namespace trinity::runfeeds {

/// Topic `agent:{n}:executions`: the newest runs of one agent, those that go on, and its queue.
class AgentFeed final : public live::Feed {
 public:
  static constexpr std::size_t most_rows = 50;

  struct Hooks {
    std::function<AgentRunsPtr()> look;  ///< what goes on now
    Again again;
    std::shared_ptr<const void> seat;  ///< the news come as long as it lives
  };
  AgentFeed(std::string agent, std::shared_ptr<Inbox> inbox, Hooks hooks);
  ~AgentFeed() override;
  AgentFeed(const AgentFeed&) = delete;
  AgentFeed& operator=(const AgentFeed&) = delete;

  [[nodiscard]] live::FeedManner manner() const override;
  [[nodiscard]] live::Standing standing() const override { return standing_; }
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  struct Row {
    std::string id;
    bool running = false;
    OpenRun open;  ///< while it runs
    std::string json;
  };
  static Row row_from(const executions::Execution& record);
  void take_rows();
  void take_news(const executions::RunNews& news, std::vector<live::Event>& events);
  void tell_queue(live::Moment at, std::vector<live::Event>& events);
  [[nodiscard]] std::string queue_text(bool snapshot) const;

  std::string agent_;
  std::shared_ptr<Inbox> inbox_;
  Hooks hooks_;
  live::Standing standing_ = live::Standing::loading;
  std::deque<Row> rows_;  ///< newest first
  AgentRunsPtr now_;
  bool stale_ = false;  ///< what was told of queue and running ones may not be so any more
  std::string told_queue_;
  SteadyTime next_at_{};
};

}  // namespace trinity::runfeeds
