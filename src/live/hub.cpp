#include "live/hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "live/hub_parts.h"

namespace trinity::live {

namespace {

constexpr std::string_view no_access = "You don't have permission to access this agent";
constexpr std::string_view no_agent = "Agent not found";
constexpr std::chrono::seconds cached_for{1};

}  // namespace

Hub::Hub(Watch watch, HubBounds bounds) : watch_(std::move(watch)), bounds_(bounds) {}
Hub::~Hub() = default;

// ---- sockets
// ---------------------------------------------------------------------------------------------------------------------

void Hub::attach(SocketId id, std::shared_ptr<Subscriber> subscriber) {
  auto socket = std::make_unique<Socket>();
  socket->id = id;
  socket->subscriber = std::move(subscriber);
  sockets_[id] = std::move(socket);
}

void Hub::detach(SocketId id, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  while (!socket->stations.empty()) leave(*socket, *socket->stations.begin()->second, at);
  unseat(*socket);
  sockets_.erase(id);
}

void Hub::identify(SocketId id, std::shared_ptr<const Caller> caller, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  unseat(*socket);
  socket->caller = std::move(caller);
  if (socket->caller) {
    seat(*socket);
    reseat_topics(*socket, at);
  } else {
    while (!socket->stations.empty()) end(*socket, *socket->stations.begin()->second, "session_expired", at);
  }
  flush();
}

Hub::Socket* Hub::find(SocketId id) const noexcept {
  const auto it = sockets_.find(id);
  return it == sockets_.end() ? nullptr : it->second.get();
}

bool Hub::seat(Socket& socket) {
  if (socket.seated) return true;
  auto& taken = seats_[socket.caller->user_id];
  if (taken >= bounds_.sockets_per_user) return false;
  ++taken;
  return socket.seated = true;
}

void Hub::unseat(Socket& socket) {
  if (!std::exchange(socket.seated, false)) return;
  const auto it = seats_.find(socket.caller->user_id);
  if (--it->second == 0) seats_.erase(it);
}

void Hub::put(Socket& socket, Outgoing outgoing) {
  if (!std::exchange(socket.waiting, true)) waiting_.push_back(socket.id);
  socket.delivery.frames.push_back(std::move(outgoing));
}

void Hub::flush() {
  for (const auto id : std::exchange(waiting_, {})) {
    auto* socket = find(id);
    if (!socket) continue;
    socket->waiting = false;
    socket->subscriber->deliver(std::exchange(socket->delivery, {}));
  }
}

Hub::Counts Hub::counts() const noexcept {
  Counts counts{sockets_.size(), stations_.size(), 0};
  for (const auto& [id, socket] : sockets_) counts.subscriptions += socket->stations.size();
  return counts;
}

// ---- subscriptions
// ---------------------------------------------------------------------------------------------------------------

void Hub::subscribe(SocketId id, const std::vector<Wanted>& topics, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  const bool may_listen = socket->caller && seat(*socket);
  for (const auto& wanted : topics) {
    if (may_listen) {
      subscribe_one(*socket, wanted, at);
    } else if (socket->caller) {
      put(*socket, {subscribe_error(wanted.topic, 429, "Too many open connections for this user")});
    } else {
      put(*socket, {subscribe_error(wanted.topic, 401, "Not authenticated")});
    }
  }
  flush();
}

void Hub::subscribe_one(Socket& socket, const Wanted& wanted, Moment at) {
  const auto topic = parse_topic(wanted.topic);
  if (!topic) {
    const bool malformed = topic.error() == TopicFault::malformed;
    put(socket, {malformed ? subscribe_error(wanted.topic, 422, "Not a topic name")
                           : subscribe_error(wanted.topic, 404, "Unknown topic")});
    return;
  }
  if (const auto refused = refusal(socket, *topic)) {
    put(socket, {subscribe_error(wanted.topic, refused->status, refused->detail)});
    // One breach per frame, however many topics it names.
    if (refused->breach) socket.delivery.breaches = 1;
    return;
  }
  auto* station = station_for(socket, *topic, at);
  if (!station) {
    put(socket, {subscribe_error(wanted.topic, 429, "The server serves no more topics at present")});
    return;
  }
  socket.subscribed_ever = true;
  listen(socket, *station);
  answer(socket, *station, wanted.since, at);
}

std::optional<Hub::Refusal> Hub::refusal(Socket& socket, const Topic& topic) const {
  if (topic.kind == Topic::Kind::stats) {
    const auto* entry = snapshot_->find(topic.agent);
    // Whether an agent exists is only for those who may read every agent.
    if (!entry && socket.caller->is_admin()) return Refusal{404, no_agent, false};
    if (!entry || !fleet::can_read(*entry->agent, *socket.caller)) return Refusal{403, no_access, false};
  }
  if (!socket.stations.contains(name_of(topic)) && socket.stations.size() >= bounds_.topics_per_socket) {
    return Refusal{429, "Too many topics on this connection", true};
  }
  return std::nullopt;
}

void Hub::answer(Socket& socket, Station& station, std::optional<std::uint64_t> since, Moment at) {
  const auto& topic = station.channel.topic();
  const auto missed = since ? station.channel.since(*since) : std::nullopt;
  if (!missed) {
    put(socket, {baseline(station, false, at), Outgoing::Kind::baseline, topic, false});
    return;
  }
  put(socket, {subscribed({*topic, *since, "null", std::nullopt}), Outgoing::Kind::baseline, topic, false});
  for (const auto& frame : *missed) {
    put(socket, {frame, Outgoing::Kind::event, topic, station.feed->mergeable()});
  }
}

void Hub::listen(Socket& socket, Station& station) {
  if (!socket.stations.try_emplace(*station.channel.topic(), &station).second) return;
  if (station.sockets.empty() && !station.watched.empty()) watch_(station.watched, 1);
  station.sockets.push_back(&socket);
}

void Hub::leave(Socket& socket, Station& station, Moment at) {
  socket.stations.erase(*station.channel.topic());
  std::erase(station.sockets, &socket);
  if (!station.sockets.empty()) return;
  station.empty_since = at.steady;
  station.drop_cached();
  if (!station.watched.empty()) watch_(station.watched, -1);
}

void Hub::end(Socket& socket, Station& station, std::string_view reason, Moment at) {
  const auto topic = station.channel.topic();
  leave(socket, station, at);
  put(socket, {unsubscribed(*topic, reason), Outgoing::Kind::ending, topic, false});
}

void Hub::unsubscribe(SocketId id, const std::vector<std::string>& topics, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  for (const auto& topic : topics) {
    const auto it = socket->stations.find(topic);
    if (it != socket->stations.end()) {
      end(*socket, *it->second, "client", at);
    } else {
      put(*socket, {unsubscribed(topic, "client")});
    }
  }
  flush();
}

void Hub::resync(SocketId id, const std::string& topic, Moment at) {
  auto* socket = find(id);
  const auto it = socket ? socket->stations.find(topic) : decltype(socket->stations.end()){};
  if (!socket || it == socket->stations.end()) return;
  auto& station = *it->second;
  put(*socket, {baseline(station, true, at), Outgoing::Kind::baseline, station.channel.topic(), true});
  flush();
}

/// The user of a socket has changed, or what this user may do.
void Hub::reseat_topics(Socket& socket, Moment at) {
  const auto held = socket.stations;
  for (const auto& [name, station] : held) {
    const auto topic = parse_topic(name);
    if (refusal(socket, *topic)) {
      end(socket, *station, "access_revoked", at);
      continue;
    }
    auto* fitting = station_for(socket, *topic, at);
    if (fitting == station) continue;
    if (!fitting) {
      end(socket, *station, "access_revoked", at);
      continue;
    }
    leave(socket, *station, at);
    listen(socket, *fitting);
    put(socket, {baseline(*fitting, true, at), Outgoing::Kind::baseline, fitting->channel.topic(), false});
  }
}

// ---- stations
// --------------------------------------------------------------------------------------------------------------------

Hub::Station* Hub::station_for(const Socket& socket, const Topic& topic, Moment at) {
  const auto name = name_of(topic);
  const bool per_viewer = topic.kind == Topic::Kind::agents;
  const auto key = per_viewer ? viewer_key(*socket.caller) + name : name;
  if (const auto it = stations_.find(key); it != stations_.end()) return it->second.get();
  if (stations_.size() >= bounds_.channels && !make_room()) return nullptr;
  std::unique_ptr<Feed> feed;
  if (per_viewer) {
    feed = std::make_unique<AgentsFeed>(socket.caller);
  } else {
    feed = std::make_unique<StatsFeed>(topic.agent, bounds_.pace);
  }
  const auto start = first_number(key, at.wall);
  auto station = std::make_unique<Station>(key, topic.agent, Channel(name, start, bounds_.channel), std::move(feed));
  station->empty_since = at.steady;
  return stations_.emplace(key, std::move(station)).first->second.get();
}

/// Forgets the channel that nobody has listened to for the longest time.
bool Hub::make_room() {
  const Station* oldest = nullptr;
  for (const auto& [key, station] : stations_) {
    if (!station->sockets.empty()) continue;
    if (!oldest || station->empty_since < oldest->empty_since) oldest = station.get();
  }
  if (!oldest) return false;
  remove(oldest->key);
  return true;
}

void Hub::remove(const std::string& key) {
  // The key may belong to what is being removed.
  const auto it = stations_.find(key);
  if (it != stations_.end()) stations_.erase(it);
}

void Hub::emit(Station& station, const std::vector<Event>& events, Moment at) {
  for (const auto& event : events) {
    const auto frame = station.channel.publish(event.name, event.data, at.wall);
    for (auto* socket : station.sockets) {
      put(*socket, {frame, Outgoing::Kind::event, station.channel.topic(), station.feed->mergeable()});
    }
  }
}

Frame Hub::baseline(Station& station, bool again, Moment at) {
  auto& cached = again ? station.resync_frame : station.subscribed_frame;
  const bool fresh = cached.frame && cached.seq == station.channel.seq() && at.steady - cached.at < cached_for;
  if (fresh) return cached.frame;
  const auto text = station.feed->baseline(*snapshot_, at);
  const Baseline whole{*station.channel.topic(), station.channel.seq(), text, station.feed->sampled_at(*snapshot_, at)};
  auto frame = again ? live::resync(whole) : subscribed(whole);
  if (station.feed->shares_baseline()) cached = {frame, station.channel.seq(), at.steady};
  return frame;
}

}  // namespace trinity::live
