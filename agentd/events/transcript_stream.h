#pragma once
#include <chrono>
#include <memory>

#include "agentd/executions.h"
#include "http/router.h"

namespace trinity::agentd {

/// Sends what is seen of a run to one reader over a WebSocket: its lines so far, then what comes, and the text that is
/// being written. Reads from the run's own transcript as fast as the reader takes it, so that a slow one costs nothing;
/// one that has not taken the rest some time after the end is dropped. docs/agentd.md has the frames.
class TranscriptStream {
 public:
  struct Pace {
    std::chrono::milliseconds text{50};      ///< between two pieces of text, at least
    std::chrono::milliseconds rest{10'000};  ///< for what is left after the end
  };
  explicit TranscriptStream(const Executions& executions) : TranscriptStream(executions, Pace{}) {}
  TranscriptStream(const Executions& executions, Pace pace) : executions_(executions), pace_(pace) {}

  /// Returns when the reader has gone, or the run has ended and everything is told.
  Task<> serve(std::shared_ptr<http::WebSocket> socket, http::Request request);

 private:
  const Executions& executions_;
  Pace pace_;
  std::size_t readers_ = 0;
};

}  // namespace trinity::agentd
