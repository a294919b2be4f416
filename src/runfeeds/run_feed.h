#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agentlink/link.h"
#include "live/feed.h"
#include "runfeeds/inbox.h"
#include "runfeeds/ledger.h"
#include "runfeeds/run_log.h"

namespace trinity::runfeeds {

/// Topic `execution:{n}:{id}`: one run, its transcript as it grows, and the text that is being written. Has the run's
/// stream read from when the agent begins with it until it has ended. What the stream did not tell stands in the
/// record.
class RunFeed final : public live::Feed {
 public:
  struct Pace {
    std::chrono::milliseconds ready_within{1'000};  ///< who asks first gets what is known then
    std::chrono::milliseconds rest_within{500};     ///< after the end, for the rest of the stream
    std::chrono::seconds linger{5};                 ///< the stream is kept after the last one who watched
  };
  struct Hooks {
    std::function<void()> load;  ///< reads the record again; it comes by the inbox
    std::function<void(std::optional<agentlink::Target>)> aim;
    std::function<agentlink::Target(const fleet::Agent&)> target_of;
    Again again;
    std::shared_ptr<const void> seat;  ///< the news come as long as it lives
  };
  /// `known`: what was told of the run before; null: nothing. Its record is being read already.
  RunFeed(std::shared_ptr<Inbox> inbox, const OpenRun* known, Hooks hooks, live::Moment at, Pace pace);
  ~RunFeed() override;
  RunFeed(const RunFeed&) = delete;
  RunFeed& operator=(const RunFeed&) = delete;

  [[nodiscard]] live::FeedManner manner() const override;
  [[nodiscard]] live::Standing standing() const override { return standing_; }
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  enum class Stream { off, opening, current, lost, ended };

  void take_stored();
  void take_news(live::Moment at);
  void take_frames();
  void take_frame(agentlink::TranscriptFrame frame);
  void steer(const fleet::Snapshot& snapshot);
  void get_ready(live::Moment at);
  [[nodiscard]] bool complete() const;
  void finish(live::Moment at, std::vector<live::Event>& events);
  [[nodiscard]] std::string_view state() const;
  [[nodiscard]] std::string row_text() const;
  void ask_again(live::Moment at);

  std::shared_ptr<Inbox> inbox_;
  const std::string agent_;
  const std::string run_;
  Hooks hooks_;
  Pace pace_;
  live::Standing standing_ = live::Standing::loading;
  bool known_ = false;     ///< the news have told of it
  bool begun_ = false;     ///< the agent has been asked
  bool finished_ = false;  ///< its record has ended
  bool stored_ = false;    ///< the record was read, or there is none
  std::shared_ptr<const executions::Execution> record_;
  RunLog log_;

  Stream stream_ = Stream::off;
  unsigned attempt_ = 0;
  std::uint64_t expected_ = 0;  ///< entries that the stream had when it was opened, or in all when it has ended
  bool whole_ = false;          ///< the log is that of the record
  bool loading_ = true;         ///< the record is being read
  bool reread_ = false;         ///< it was read once more after the end
  SteadyTime ready_by_{};
  SteadyTime rest_by_{};
  bool finish_told_ = false;
  std::string_view told_state_;
};

}  // namespace trinity::runfeeds
