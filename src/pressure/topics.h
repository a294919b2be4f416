#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "executions/running_turns.h"
#include "fleet/fleet.h"
#include "live/feed.h"
#include "pressure/pressure_feed.h"

namespace trinity::pressure {

/// Makes the feeds of the topics `agent:{n}:pressure`. Must outlive the hub.
class Topics {
 public:
  /// Called on the hub's thread: the topic has something new, see live::Hub::stir().
  using Stir = std::function<void(const live::Topic&)>;

  /// Before the first news of turns: it listens to them.
  Topics(executions::RunningTurns& turns, fleet::Fleet& fleet, Stir stir);
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  /// For live::Hub::serve(). The hub's thread only, which is the fleet's.
  [[nodiscard]] std::unique_ptr<live::Feed> feed(const live::Asked& asked);

 private:
  [[nodiscard]] Again again(const live::Topic& topic);
  void hear(const std::string& agent);

  executions::RunningTurns& turns_;
  fleet::Fleet& fleet_;
  Stir stir_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> shown_;  ///< agents with a feed
};

}  // namespace trinity::pressure
