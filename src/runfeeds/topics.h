#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "agentlink/transcript_reader.h"
#include "executions/news.h"
#include "live/feed.h"
#include "runfeeds/inbox.h"
#include "runfeeds/ledger.h"
#include "runfeeds/run_feed.h"
#include "runfeeds/source.h"

namespace trinity::runfeeds {

struct Limits {
  std::size_t runs = 256;                 ///< whose stream is read at the same time
  std::size_t untaken = 2 * 1024 * 1024;  ///< bytes of one stream on their way to the hub
  std::size_t log = 1024 * 1024;          ///< bytes of the newest entries
  agentlink::TranscriptPace pace{};
  RunFeed::Pace feed{};
};

/// Makes the feeds of the topics `agent:{n}:executions` and `execution:{n}:{id}` out of the news of runs, the records,
/// and the streams of the agents. However many watch a run, its stream is read once. Must outlive the hub.
class Topics {
 public:
  struct Parts {
    Source& source;
    std::function<agentlink::Target(const fleet::Agent&)> target_of;
    std::vector<asio::any_io_executor> threads;  ///< what is read for a feed is read on one of them
    asio::any_io_executor hub;
    std::function<void(const live::Topic&)> stir;  ///< called on the hub's thread, see live::Hub::stir()
  };

  /// Before the first news: it listens to the board.
  Topics(executions::RunBoard& board, Parts parts, Limits limits = {});
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  // For live::Hub::serve(). Null when too many are served already. The hub's thread only.
  [[nodiscard]] std::unique_ptr<live::Feed> agent(const live::Asked& asked);
  [[nodiscard]] std::unique_ptr<live::Feed> run(const live::Asked& asked);

 private:
  using InboxPtr = std::shared_ptr<Inbox>;
  using Seat = std::shared_ptr<const void>;
  struct Joined {
    AgentRunsPtr now;
    Seat seat;
  };

  void hear(const executions::RunNews& news);
  void deliver(const executions::RunNews& news);
  /// News of this agent come to the inbox from now on; what was told before is given.
  [[nodiscard]] Joined join(const InboxPtr& inbox);
  [[nodiscard]] AgentRunsPtr look(const std::string& agent) const;
  [[nodiscard]] Again again(const live::Topic& topic) const;
  [[nodiscard]] const asio::any_io_executor& thread_of(const live::Topic& topic) const;
  [[nodiscard]] std::shared_ptr<agentlink::TranscriptReader> reader_for(const InboxPtr& inbox);
  void hand_over(const InboxPtr& inbox, std::function<void(Inbox&)> put);
  static Task<> load_agent(Topics* topics, InboxPtr inbox);
  static Task<> load_run(Topics* topics, InboxPtr inbox);

  Parts parts_;
  Limits limits_;
  std::unordered_multimap<std::string, std::weak_ptr<Inbox>> inboxes_;  ///< by agent; the hub's thread only

  mutable std::mutex mutex_;
  Ledger ledger_;
  std::unordered_map<std::string, std::size_t> watched_;  ///< agents with feeds
};

}  // namespace trinity::runfeeds
