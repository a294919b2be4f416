#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/channel.h"
#include "live/hub.h"

namespace trinity::live {

/// One subscription.
struct Hub::Listener {
  Socket* socket = nullptr;
  Station* station = nullptr;
  Options options{};
  bool asleep = false;            ///< the tab is hidden; gets nothing
  bool owed = false;              ///< lost changes before or while it slept
  std::uint64_t asleep_at = 0;    ///< the channel's number then
  std::optional<Wanted> asked{};  ///< not answered yet: the content is still being read
};

struct Hub::Socket {
  SocketId id = 0;
  std::shared_ptr<Subscriber> subscriber;
  Identity who;                  ///< without caller: unknown user
  bool seated = false;           ///< counts among its user's sockets
  bool subscribed_ever = false;  ///< gets no classic broadcasts any more
  std::optional<SteadyTime> hidden_since;
  bool resting = false;                                        ///< hidden for so long that some topics rest
  std::map<std::string, std::unique_ptr<Listener>> listeners;  ///< by topic
  Delivery delivery;
  bool waiting = false;  ///< the delivery is not handed over yet

  [[nodiscard]] const Caller* caller() const noexcept { return who.caller.get(); }
  [[nodiscard]] bool hears_classic() const noexcept { return caller() && seated && !subscribed_ever; }
};

/// A channel, what feeds it and who listens.
struct Hub::Station {
  Station(std::string k, Topic t, Channel c, std::unique_ptr<Feed> f, FeedManner m)
      : key(std::move(k)),
        topic(std::move(t)),
        rests(manner_of(topic.kind).rests),
        channel(std::move(c)),
        feed(std::move(f)),
        manner(m) {}

  /// Many sockets of one user often begin at the same moment (a server that comes back).
  struct Cached {
    Frame frame;
    std::uint64_t seq = 0;
    SteadyTime at{};
    Options options{};
  };

  std::string key;
  Topic topic;
  bool rests;
  std::int64_t user_id = 0;  ///< whose sessions these are, where topics are per session
  Channel channel;
  std::unique_ptr<Feed> feed;
  FeedManner manner;
  std::vector<Listener*> listeners;
  std::size_t awake = 0;  ///< of them
  SteadyTime empty_since{};
  Cached subscribed_frame;
  Cached resync_frame;

  void wakes(Listener& listener) {
    listener.asleep = false;
    if (++awake == 1) feed->watched(true);
  }
  void falls_asleep(Listener& listener) {
    listener.asleep = true;
    listener.asleep_at = channel.seq();
    if (--awake == 0) feed->watched(false);
  }
  void drop_cached() noexcept {
    subscribed_frame = {};
    resync_frame = {};
  }
};

}  // namespace trinity::live
