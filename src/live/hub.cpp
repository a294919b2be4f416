#include "live/hub.h"

#include <algorithm>

#include "live/agents_feed.h"
#include "live/fleet_stats_feed.h"
#include "live/hub_parts.h"
#include "live/user_feed.h"

namespace trinity::live {

Hub::Hub(Watch watch, HubBounds bounds) : bounds_(bounds) {
  serve(Topic::Kind::user,
        [this](const Asked& asked) { return std::make_unique<UserFeed>(asked.viewer, operations_); });
  serve(Topic::Kind::agent, [](const Asked& asked) { return std::make_unique<ConfigFeed>(asked.topic.agent); });
  serve(Topic::Kind::fleet_stats, [watch, pace = bounds.pace](const Asked& asked) {
    return std::make_unique<FleetStatsFeed>(asked.viewer.caller, pace.slowed(asked.options.interval), watch);
  });
  serve(Topic::Kind::agents,
        [this](const Asked& asked) { return std::make_unique<AgentsFeed>(asked.viewer.caller, stops_); });
  serve(Topic::Kind::stats, [watch = std::move(watch), pace = bounds.pace](const Asked& asked) {
    return std::make_unique<StatsFeed>(asked.topic.agent, pace.slowed(asked.options.interval), watch);
  });
}

Hub::~Hub() = default;

void Hub::serve(Topic::Kind kind, FeedMaker maker) {
  makers_.at(static_cast<std::size_t>(kind)) = std::move(maker);
}

void Hub::attach(SocketId id, std::shared_ptr<Subscriber> subscriber) {
  auto socket = std::make_unique<Socket>();
  socket->id = id;
  socket->subscriber = std::move(subscriber);
  sockets_[id] = std::move(socket);
}

void Hub::detach(SocketId id, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  while (!socket->listeners.empty()) leave(*socket->listeners.begin()->second, at);
  unseat(*socket);
  sockets_.erase(id);
}

void Hub::identify(SocketId id, Identity who, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  unseat(*socket);
  socket->who = std::move(who);
  if (socket->caller()) {
    seat(*socket);
    reseat_topics(*socket, at);
  } else {
    end_all(*socket, "session_expired", at);
  }
  flush();
}

Hub::Socket* Hub::find(SocketId id) const noexcept {
  const auto it = sockets_.find(id);
  return it == sockets_.end() ? nullptr : it->second.get();
}

bool Hub::seat(Socket& socket) {
  if (socket.seated) return true;
  auto& taken = seats_[socket.caller()->user_id];
  if (taken >= bounds_.sockets_per_user) return false;
  ++taken;
  return socket.seated = true;
}

void Hub::unseat(Socket& socket) {
  if (!std::exchange(socket.seated, false)) return;
  const auto it = seats_.find(socket.caller()->user_id);
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

// ---- hidden tabs
// -----------------------------------------------------------------------------------------------------------------

void Hub::visibility(SocketId id, bool hidden, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  if (hidden) {
    if (!socket->hidden_since) socket->hidden_since = at.steady;
    return;
  }
  socket->hidden_since.reset();
  if (std::exchange(socket->resting, false)) wake(*socket, at);
  flush();
}

void Hub::wake(Socket& socket, Moment at) {
  for (const auto& [name, listener] : socket.listeners) {
    if (!listener->asleep) continue;
    auto& station = *listener->station;
    station.wakes(*listener);
    const bool missed = std::exchange(listener->owed, false) || station.channel.seq() != listener->asleep_at;
    if (missed) greet_again(socket, *listener, at);
  }
}

void Hub::rest_hidden(Moment at) {
  for (const auto& [id, socket] : sockets_) {
    if (socket->resting || !socket->hidden_since || at.steady - *socket->hidden_since < bounds_.rests_after) continue;
    socket->resting = true;
    for (const auto& [name, listener] : socket->listeners) {
      if (listener->station->rests) listener->station->falls_asleep(*listener);
    }
  }
}

Hub::Counts Hub::counts() const noexcept {
  Counts counts{sockets_.size(), stations_.size(), 0, 0};
  for (const auto& [id, socket] : sockets_) {
    counts.subscriptions += socket->listeners.size();
    counts.unsent_bytes += socket->subscriber->unsent();
  }
  return counts;
}

}  // namespace trinity::live
