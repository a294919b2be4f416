#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fleet/types.h"
#include "live/channel.h"
#include "live/feed.h"
#include "live/protocol.h"
#include "live/stats_feed.h"
#include "live/topic.h"
#include "live/types.h"

namespace trinity::live {

struct HubBounds {
  std::size_t topics_per_socket = 64;
  std::size_t sockets_per_user = 20;
  std::size_t channels = 4096;
  std::size_t kept_bytes = 32 * 1024 * 1024;    ///< frames that all channels keep for `since`
  std::size_t unsent_bytes = 64 * 1024 * 1024;  ///< of all sockets; beyond it the largest is closed
  std::chrono::seconds linger{120};             ///< a channel nobody listens to is kept for this long
  ChannelBounds channel;
  StatsPace pace;
};

/// Who listens to what. Takes the fleet's publications and the sockets' wishes, and hands every socket its frames.
/// Without I/O and without clock. One thread: the fleet's. From other threads use HubLink.
///
/// A channel is a topic for one viewer where viewers see different things (`agents`), or for all of them
/// (`agent:{n}:stats`). Each frame is encoded once per channel.
class Hub {
 public:
  /// Called with the agent's name and +1 when its figures get their first listener, -1 when the last has left.
  using Watch = std::function<void(const std::string& agent, int delta)>;

  Hub(Watch watch, HubBounds bounds);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // ---- sockets
  void attach(SocketId id, std::shared_ptr<Subscriber> subscriber);
  void detach(SocketId id, Moment at);
  /// The socket's user, anew whenever it changes. Null: the session has expired; all subscriptions end.
  void identify(SocketId id, std::shared_ptr<const Caller> caller, Moment at);
  void subscribe(SocketId id, const std::vector<Wanted>& topics, Moment at);
  void unsubscribe(SocketId id, const std::vector<std::string>& topics, Moment at);
  /// The socket lost changes of this topic and has room again.
  void resync(SocketId id, const std::string& topic, Moment at);

  // ---- the fleet
  void publish(const fleet::Publication& publication, Moment at);
  /// Once per HubBounds::pace.tick: sends what is due, forgets what nobody wants, holds the bounds.
  void tick(Moment at);
  /// A classic broadcast about an agent, to the sockets of those who may read it.
  void broadcast(const std::string& agent, Frame frame);

  struct Counts {
    std::size_t sockets = 0;
    std::size_t channels = 0;
    std::size_t subscriptions = 0;
  };
  [[nodiscard]] Counts counts() const noexcept;

 private:
  struct Socket;
  struct Station;
  struct Refusal {
    unsigned status = 0;
    std::string_view detail;
    bool breach = false;
  };

  // sockets
  [[nodiscard]] Socket* find(SocketId id) const noexcept;
  bool seat(Socket& socket);
  void unseat(Socket& socket);
  void put(Socket& socket, Outgoing outgoing);
  void flush();

  // subscriptions
  void subscribe_one(Socket& socket, const Wanted& wanted, Moment at);
  [[nodiscard]] std::optional<Refusal> refusal(Socket& socket, const Topic& topic) const;
  void answer(Socket& socket, Station& station, std::optional<std::uint64_t> since, Moment at);
  void listen(Socket& socket, Station& station);
  void leave(Socket& socket, Station& station, Moment at);
  void end(Socket& socket, Station& station, std::string_view reason, Moment at);
  void reseat_topics(Socket& socket, Moment at);

  // stations
  [[nodiscard]] Station* station_for(const Socket& socket, const Topic& topic, Moment at);
  [[nodiscard]] bool make_room();
  void remove(const std::string& key);
  void emit(Station& station, const std::vector<Event>& events, Moment at);
  [[nodiscard]] Frame baseline(Station& station, bool again, Moment at);

  // publications
  void check_access(const Digest& digest, Moment at);
  void broadcast_classic(const Digest& digest);
  void to_classic(const fleet::Agent& agent, const Frame& frame);
  void sweep(Moment at);
  void hold_bounds();

  Watch watch_;
  HubBounds bounds_;
  fleet::SnapshotPtr snapshot_ = std::make_shared<const fleet::Snapshot>();
  std::unordered_map<SocketId, std::unique_ptr<Socket>> sockets_;
  std::unordered_map<std::string, std::unique_ptr<Station>> stations_;
  std::unordered_map<std::int64_t, std::size_t> seats_;  ///< by user id
  std::vector<SocketId> waiting_;                        ///< sockets with an unsent delivery
};

}  // namespace trinity::live
