#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "live/agents_feed.h"
#include "live/channel.h"
#include "live/hub.h"

namespace trinity::live {

struct Hub::Socket {
  SocketId id = 0;
  std::shared_ptr<Subscriber> subscriber;
  std::shared_ptr<const Caller> caller;  ///< null: unknown user
  bool seated = false;                   ///< counts among its user's sockets
  bool subscribed_ever = false;          ///< gets no classic broadcasts any more
  std::map<std::string, Station*> stations;
  Delivery delivery;
  bool waiting = false;  ///< the delivery is not handed over yet
};

/// A channel, what feeds it and who listens.
struct Hub::Station {
  Station(std::string k, std::string agent, Channel c, std::unique_ptr<Feed> f)
      : key(std::move(k)), watched(std::move(agent)), channel(std::move(c)), feed(std::move(f)) {}

  /// Many sockets of one user often begin at the same moment (a server that comes back).
  struct Cached {
    Frame frame;
    std::uint64_t seq = 0;
    SteadyTime at{};
  };

  std::string key;
  std::string watched;  ///< the agent whose figures are shown here; empty for other topics
  Channel channel;
  std::unique_ptr<Feed> feed;
  std::vector<Socket*> sockets;
  SteadyTime empty_since{};
  Cached subscribed_frame;
  Cached resync_frame;

  void drop_cached() noexcept {
    subscribed_frame = {};
    resync_frame = {};
  }
};

/// The same for callers that see the same: a user whose role or address changes gets another channel.
[[nodiscard]] inline std::string viewer_key(const Caller& caller) {
  return std::to_string(caller.user_id) + (caller.is_admin() ? "|admin|" : "|user|") + caller.email.value_or("") + '|';
}

}  // namespace trinity::live
