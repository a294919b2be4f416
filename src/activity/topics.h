#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "activity/activity_feed.h"
#include "agentlink/followers.h"
#include "live/feed.h"

namespace trinity::activity {

/// Makes the feeds of the topics `agent:{n}:activity` and `agent:{n}:files` out of what agents tell. Must outlive the
/// hub.
class Topics {
 public:
  /// Called on the hub's thread: the topic has something new, see live::Hub::stir().
  using Stir = std::function<void(const live::Topic&)>;

  /// Before the first publication: it listens to the followers.
  Topics(agentlink::Followers& followers, asio::any_io_executor hub, Stir stir);
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  // For live::Hub::serve(). The hub's thread only.
  [[nodiscard]] std::unique_ptr<live::Feed> activity(const live::Asked& asked);
  [[nodiscard]] std::unique_ptr<live::Feed> files(const live::Asked& asked);

 private:
  /// Where a feed has itself asked again.
  [[nodiscard]] Again again(const live::Topic& topic);
  void hear(const agentlink::News& news);

  agentlink::Followers& followers_;
  asio::any_io_executor hub_;
  Stir stir_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> watched_;  ///< agents with a feed of their activity
};

}  // namespace trinity::activity
