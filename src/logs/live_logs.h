#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "live/feed.h"
#include "logs/batch.h"
#include "logs/feed.h"
#include "logs/follower.h"

namespace trinity::logs {

struct LogLimits {
  std::size_t followed = 128;  ///< logs at the same time
  std::chrono::milliseconds linger{30'000};
  Bounds bounds{};
  Pace pace{};
};

/// Makes the feeds of the topics `agent:{n}:logs`. Each log is followed on one of the given threads, so that a
/// container that writes a lot never delays the hub. Must outlive the hub.
class LiveLogs {
 public:
  /// Called on the hub's thread: the topic has something new, see live::Hub::stir().
  using Stir = std::function<void(const live::Topic&)>;

  LiveLogs(engine::Engine& engine, std::vector<asio::any_io_executor> threads, asio::any_io_executor hub, Stir stir,
           LogLimits limits = {});

  /// For live::Hub::serve(). Null when too many logs are followed already. The hub's thread only.
  [[nodiscard]] std::unique_ptr<live::Feed> feed(const live::Asked& asked);

 private:
  engine::Engine& engine_;
  std::vector<asio::any_io_executor> threads_;
  asio::any_io_executor hub_;
  Stir stir_;
  LogLimits limits_;
  std::vector<std::weak_ptr<Inbox>> living_;  ///< one for each feed
};

}  // namespace trinity::logs
