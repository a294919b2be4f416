#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "agentlink/transcript_frames.h"
#include "executions/news.h"
#include "live/topic.h"
#include "runfeeds/source.h"

namespace trinity::runfeeds {

/// What is on its way to one feed. The hub's thread only, but for `frame_bytes`.
struct Inbox {
  explicit Inbox(live::Topic about) : topic(std::move(about)) {}

  const live::Topic topic;
  std::vector<executions::RunNews> news{};
  std::optional<std::vector<executions::Execution>> rows{};  ///< of the agent
  std::optional<std::optional<StoredRun>> run{};             ///< what was read; inside nothing: there is none
  bool failed = false;                                       ///< it could not be read
  std::vector<agentlink::TranscriptFrame> frames{};
  std::atomic<std::size_t> frame_bytes{0};  ///< handed over and not taken yet; any thread
  bool closed = false;                      ///< the feed is gone
};

/// Has the feed asked again after that time; the last call counts.
using Again = std::function<void(std::chrono::milliseconds)>;

}  // namespace trinity::runfeeds
