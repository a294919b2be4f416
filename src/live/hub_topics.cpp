#include <algorithm>

#include "live/hub_parts.h"
#include "live/user_feed.h"

namespace trinity::live {

namespace {

constexpr std::string_view no_access = "You don't have permission to access this agent";
constexpr std::string_view no_agent = "Agent not found";
constexpr std::string_view no_topic = "Unknown topic";
constexpr std::string_view not_there = "Not found";
constexpr std::string_view not_now = "The server cannot read this at present. Try again in a moment.";

}  // namespace

void Hub::subscribe(SocketId id, const std::vector<Wanted>& topics, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  const bool may_listen = socket->caller() && seat(*socket);
  for (const auto& wanted : topics) {
    if (may_listen) {
      subscribe_one(*socket, wanted, at);
    } else if (socket->caller()) {
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
                           : subscribe_error(wanted.topic, 404, no_topic)});
    return;
  }
  if (const auto refused = refusal(socket, *topic)) {
    put(socket, {subscribe_error(wanted.topic, refused->status, refused->detail)});
    // One breach per frame, however many topics it names.
    if (refused->breach) socket.delivery.breaches = 1;
    return;
  }
  const auto held = socket.listeners.find(wanted.topic);
  const auto present = held == socket.listeners.end() ? Options() : held->second->options;
  const auto options = fitting(wanted.options.value_or(present), topic->kind);
  auto* station = station_for(socket, *topic, options, at);
  if (!station) {
    put(socket, {subscribe_error(wanted.topic, 429, "The server serves no more topics at present")});
    return;
  }
  socket.subscribed_ever = true;
  if (held != socket.listeners.end() && held->second->station != station) leave(*held->second, at);
  listen(socket, *station, options);
  socket.listeners.at(wanted.topic)->asked = wanted;
  settle(*station, at);
}

/// Answers those who wait for the content. A feed that has none is forgotten, so that whoever asks next has it look
/// again.
void Hub::settle(Station& station, Moment at) {
  const auto standing = station.feed->standing();
  if (standing == Standing::loading) return;
  const auto listeners = station.listeners;
  for (auto* listener : listeners) {
    if (standing != Standing::ready) {
      refuse(*listener, at);
    } else if (const auto wanted = std::exchange(listener->asked, std::nullopt)) {
      answer(*listener->socket, station, *wanted, listener->options, at);
    }
  }
  if (standing != Standing::ready && station.listeners.empty()) remove(station);
}

void Hub::refuse(Listener& listener, Moment at) {
  auto& socket = *listener.socket;
  const auto topic = listener.station->channel.topic();
  const bool absent = listener.station->feed->standing() == Standing::absent;
  leave(listener, at);
  put(socket, {absent ? subscribe_error(*topic, 404, not_there) : subscribe_error(*topic, 503, not_now)});
}

std::optional<Hub::Refusal> Hub::refusal(Socket& socket, const Topic& topic) const {
  if (!makers_.at(static_cast<std::size_t>(topic.kind))) return Refusal{404, no_topic, false};
  if (manner_of(topic.kind).about_agent) {
    const auto* entry = snapshot_->find(topic.agent);
    // Whether an agent exists is only for those who may read every agent.
    if (!entry && socket.caller()->is_admin()) return Refusal{404, no_agent, false};
    if (!entry || !fleet::can_read(*entry->agent, *socket.caller())) return Refusal{403, no_access, false};
  }
  if (!socket.listeners.contains(name_of(topic)) && socket.listeners.size() >= bounds_.topics_per_socket) {
    return Refusal{429, "Too many topics on this connection", true};
  }
  return std::nullopt;
}

void Hub::answer(Socket& socket, Station& station, const Wanted& wanted, const Options& options, Moment at) {
  const auto& topic = station.channel.topic();
  const auto missed = wanted.since ? station.channel.since(*wanted.since) : std::nullopt;
  if (!missed) {
    put(socket, {baseline(station, options, false, at), Outgoing::Kind::baseline, topic, false});
    return;
  }
  put(socket, {subscribed({*topic, *wanted.since, "null", std::nullopt}), Outgoing::Kind::baseline, topic, false});
  for (const auto& frame : *missed) {
    put(socket, {frame, Outgoing::Kind::event, topic, station.manner.mergeable});
  }
}

void Hub::choose(SocketId id, const Choose& choice, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  if (socket->listeners.contains(choice.topic)) {
    subscribe_one(*socket, {choice.topic, std::nullopt, choice.options}, at);
  } else {
    put(*socket, {subscribe_error(choice.topic, 404, "Not subscribed to this topic")});
  }
  flush();
}

void Hub::listen(Socket& socket, Station& station, const Options& options) {
  auto& listener = socket.listeners[*station.channel.topic()];
  if (listener) {
    listener->options = options;
    // The answer tells it everything up to here.
    listener->asleep_at = station.channel.seq();
    listener->owed = false;
    return;
  }
  listener = std::make_unique<Listener>(Listener{&socket, &station, options});
  station.listeners.push_back(listener.get());
  if (socket.resting && station.rests) {
    listener->asleep = true;
    listener->asleep_at = station.channel.seq();
  } else {
    station.wakes(*listener);
  }
}

void Hub::leave(Listener& listener, Moment at) {
  auto& station = *listener.station;
  std::erase(station.listeners, &listener);
  if (!listener.asleep) station.falls_asleep(listener);
  if (station.listeners.empty()) {
    station.empty_since = at.steady;
    station.drop_cached();
  }
  listener.socket->listeners.erase(*station.channel.topic());
}

void Hub::end(Listener& listener, std::string_view reason, Moment at) {
  auto& socket = *listener.socket;
  const auto topic = listener.station->channel.topic();
  leave(listener, at);
  put(socket, {unsubscribed(*topic, reason), Outgoing::Kind::ending, topic, false});
}

void Hub::end_all(Socket& socket, std::string_view reason, Moment at) {
  while (!socket.listeners.empty()) end(*socket.listeners.begin()->second, reason, at);
}

void Hub::unsubscribe(SocketId id, const std::vector<std::string>& topics, Moment at) {
  auto* socket = find(id);
  if (!socket) return;
  for (const auto& topic : topics) {
    const auto it = socket->listeners.find(topic);
    if (it != socket->listeners.end()) {
      end(*it->second, "client", at);
    } else {
      put(*socket, {unsubscribed(topic, "client")});
    }
  }
  flush();
}

void Hub::resync(SocketId id, const std::string& topic, Moment at) {
  auto* socket = find(id);
  const auto it = socket ? socket->listeners.find(topic) : decltype(socket->listeners.end()){};
  if (!socket || it == socket->listeners.end()) return;
  auto& listener = *it->second;
  if (listener.asked) return;
  if (listener.asleep) {
    listener.owed = true;
    return;
  }
  auto frame = baseline(*listener.station, listener.options, true, at);
  put(*socket, {std::move(frame), Outgoing::Kind::baseline, listener.station->channel.topic(), true});
  flush();
}

void Hub::greet_again(Socket& socket, Listener& listener, Moment at) {
  if (listener.asked) return;
  auto& station = *listener.station;
  auto frame = baseline(station, listener.options, true, at);
  put(socket, {std::move(frame), Outgoing::Kind::baseline, station.channel.topic(), false});
}

/// The user of a socket has changed, or what this user may do.
void Hub::reseat_topics(Socket& socket, Moment at) {
  std::vector<std::string> held;
  held.reserve(socket.listeners.size());
  for (const auto& [name, listener] : socket.listeners) held.push_back(name);
  for (const auto& name : held) {
    auto& listener = *socket.listeners.at(name);
    const auto topic = listener.station->topic;
    const auto options = listener.options;
    auto* fitting = refusal(socket, topic) ? nullptr : station_for(socket, topic, options, at);
    if (fitting == listener.station) continue;
    if (!fitting) {
      end(listener, "access_revoked", at);
      continue;
    }
    leave(listener, at);
    listen(socket, *fitting, options);
    greet_again(socket, *socket.listeners.at(name), at);
    if (topic.kind == Topic::Kind::user) emit(*fitting, {{"session_update", session_data(socket.who)}}, at);
  }
}

}  // namespace trinity::live
