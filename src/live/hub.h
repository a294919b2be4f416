#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "fleet/types.h"
#include "live/channel.h"
#include "live/config_feed.h"
#include "live/feed.h"
#include "live/operations.h"
#include "live/protocol.h"
#include "live/run_stops.h"
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
  std::chrono::seconds rests_after{60};         ///< a hidden tab gets no figures after this
  ChannelBounds channel;
  StatsPace pace;
};

/// Who listens to what. Takes the fleet's publications and the sockets' wishes, and hands every socket its frames.
/// Without I/O and without clock. One thread: the fleet's. From other threads use HubLink.
///
/// A channel is a topic for one viewer where viewers see different things (`agents`), or for all of them
/// (`agent:{n}:stats`); each interval that somebody has chosen is a channel too. Each frame is encoded once per
/// channel. Where its content comes from is the channel's Feed.
class Hub {
 public:
  /// `watch` is called with an agent's name and +1 when its figures get their first listener, -1 when the last has
  /// left.
  Hub(Watch watch, HubBounds bounds);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// Serves a kind of topic; a kind without maker is unknown to clients. Before the first socket.
  void serve(Topic::Kind kind, FeedMaker maker);

  // ---- sockets
  void attach(SocketId id, std::shared_ptr<Subscriber> subscriber);
  void detach(SocketId id, Moment at);
  /// The socket's user, anew whenever something about it changes. Without caller: the session has expired; all
  /// subscriptions end.
  void identify(SocketId id, Identity who, Moment at);
  void subscribe(SocketId id, const std::vector<Wanted>& topics, Moment at);
  void unsubscribe(SocketId id, const std::vector<std::string>& topics, Moment at);
  /// Other options for a topic that is subscribed.
  void choose(SocketId id, const Choose& choice, Moment at);
  /// Whether somebody can see the page. After a while a hidden one gets no frames of topics that rest.
  void visibility(SocketId id, bool hidden, Moment at);
  /// The socket lost changes of this topic and has room again.
  void resync(SocketId id, const std::string& topic, Moment at);

  // ---- what is new
  void publish(const fleet::Publication& publication, Moment at);
  /// Once per HubBounds::pace.tick: sends what is due, forgets what nobody wants, holds the bounds.
  void tick(Moment at);
  /// Feeds of this topic have something that is due now.
  void stir(const Topic& topic, Moment at);
  /// An event that needs no feed, to all who listen to this topic.
  void tell(const Topic& topic, const Event& event, Moment at);
  /// The same for those alone whom what is told about this agent concerns (see Feed::concerns()).
  void tell_readers(const Topic& topic, const std::string& agent, const Event& event, Moment at);
  /// All runs are stopped, or may start again: `runs_halt`. `state`: see RunStops.
  void runs_halt(const std::string& state, Moment at);
  /// A budget is used up, or is not any more: `agent_budget`. `agent` and `row`: see RunStops.
  void agent_budget(const std::string& agent, const std::string& row, bool reached, Moment at);
  /// A long action of a person got on: `operation_update` to the person's sockets.
  void note(const Operation& operation, Moment at);
  /// A classic broadcast about an agent, to the sockets of those who may read it, and of whoever has the address
  /// `also_to` (lower case; empty: nobody): a person who may no longer read it.
  void broadcast(const std::string& agent, const Frame& frame, const std::string& also_to = {});

  /// The same about two agents, to those who may read at least one of them.
  void broadcast_between(const std::string& one, const std::string& other, const Frame& frame);

  struct Counts {
    std::size_t sockets = 0;
    std::size_t channels = 0;
    std::size_t subscriptions = 0;
    std::size_t unsent_bytes = 0;  ///< handed over and not yet sent
  };
  [[nodiscard]] Counts counts() const noexcept;

 private:
  struct Socket;
  struct Station;
  struct Listener;
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
  void wake(Socket& socket, Moment at);
  void rest_hidden(Moment at);

  // subscriptions
  void subscribe_one(Socket& socket, const Wanted& wanted, Moment at);
  [[nodiscard]] std::optional<Refusal> refusal(Socket& socket, const Topic& topic) const;
  void answer(Socket& socket, Station& station, const Wanted& wanted, const Options& options, Moment at);
  void listen(Socket& socket, Station& station, const Options& options);
  void refuse(Listener& listener, Moment at);
  void settle(Station& station, Moment at);
  void leave(Listener& listener, Moment at);
  void end(Listener& listener, std::string_view reason, Moment at);
  void end_all(Socket& socket, std::string_view reason, Moment at);
  void reseat_topics(Socket& socket, Moment at);
  void greet_again(Socket& socket, Listener& listener, Moment at);
  void greet_all_again(Station& station, Moment at);

  // stations
  [[nodiscard]] Station* station_for(const Socket& socket, const Topic& topic, const Options& options, Moment at);
  [[nodiscard]] bool make_room();
  void remove(Station& station);
  [[nodiscard]] std::vector<Station*> stations_of(const Topic& topic) const;
  void emit(Station& station, const std::vector<Event>& events, Moment at);
  [[nodiscard]] Frame baseline(Station& station, const Options& options, bool again, Moment at);

  // publications
  void check_access(const Digest& digest, Moment at);
  void broadcast_classic(const Digest& digest);
  void to_classic(const fleet::Agent& agent, const Frame& frame, const std::string& also_to = {});
  void sweep(Moment at);
  void hold_bounds();

  HubBounds bounds_;
  Operations operations_;  ///< outlives the feeds, as the next
  RunStops stops_;
  std::array<FeedMaker, Topic::kinds> makers_;  ///< by kind of topic
  fleet::SnapshotPtr snapshot_ = std::make_shared<const fleet::Snapshot>();
  std::unordered_map<SocketId, std::unique_ptr<Socket>> sockets_;
  std::unordered_map<std::string, std::unique_ptr<Station>> stations_;
  std::unordered_multimap<std::string, Station*> about_;  ///< by agent, where they are about one
  std::unordered_map<std::int64_t, std::size_t> seats_;   ///< by user id
  std::vector<SocketId> waiting_;                         ///< sockets with an unsent delivery
};

}  // namespace trinity::live
