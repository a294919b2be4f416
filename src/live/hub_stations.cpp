#include <fmt/format.h>

#include "live/hub_parts.h"

namespace trinity::live {

namespace {

constexpr std::chrono::seconds cached_for{1};

/// Who shares a channel.
std::string key_of(const Identity& viewer, const Topic& topic, const Options& options) {
  const auto manner = manner_of(topic.kind);
  auto key = manner.per_viewer ? fleet::viewer_class(*viewer.caller) + '\n' + name_of(topic) : name_of(topic);
  if (manner.per_session) key += fmt::format("|{}", epoch_ms(viewer.expires_at));
  if (manner.interval) key += fmt::format("@{}", options.interval.count());
  return key;
}

}  // namespace

Hub::Station* Hub::station_for(const Socket& socket, const Topic& topic, const Options& options, Moment at) {
  const auto key = key_of(socket.who, topic, options);
  if (const auto it = stations_.find(key); it != stations_.end()) return it->second.get();
  if (stations_.size() >= bounds_.channels && !make_room()) return nullptr;
  auto feed = makers_.at(static_cast<std::size_t>(topic.kind))({topic, socket.who, options, at});
  if (!feed) return nullptr;
  const auto manner = feed->manner();
  Channel channel(name_of(topic), first_number(key, at.wall), manner.kept.value_or(bounds_.channel), manner.cursor);
  auto station = std::make_unique<Station>(key, topic, std::move(channel), std::move(feed), manner);
  station->empty_since = at.steady;
  if (manner_of(topic.kind).per_session) station->user_id = socket.caller()->user_id;
  if (!topic.agent.empty()) about_.emplace(topic.agent, station.get());
  return stations_.emplace(key, std::move(station)).first->second.get();
}

/// Forgets the channel that nobody has listened to for the longest time.
bool Hub::make_room() {
  Station* oldest = nullptr;
  for (const auto& [key, station] : stations_) {
    if (!station->listeners.empty()) continue;
    if (!oldest || station->empty_since < oldest->empty_since) oldest = station.get();
  }
  if (!oldest) return false;
  remove(*oldest);
  return true;
}

void Hub::remove(Station& station) {
  const auto [first, last] = about_.equal_range(station.topic.agent);
  for (auto it = first; it != last; ++it) {
    if (it->second != &station) continue;
    about_.erase(it);
    break;
  }
  // The key belongs to what is being removed.
  stations_.erase(stations_.find(station.key));
}

std::vector<Hub::Station*> Hub::stations_of(const Topic& topic) const {
  std::vector<Station*> found;
  const auto consider = [&](Station* station) {
    if (station->topic == topic) found.push_back(station);
  };
  if (topic.agent.empty()) {
    for (const auto& [key, station] : stations_) consider(station.get());
  } else {
    const auto [first, last] = about_.equal_range(topic.agent);
    for (auto it = first; it != last; ++it) consider(it->second);
  }
  return found;
}

void Hub::emit(Station& station, const std::vector<Event>& events, Moment at) {
  for (const auto& event : events) {
    if (event.name.empty()) {
      greet_all_again(station, at);
      continue;
    }
    const auto frame = station.channel.publish(event.name, event.data, at.wall);
    for (auto* listener : station.listeners) {
      if (listener->asleep || listener->asked) continue;
      put(*listener->socket, {frame, Outgoing::Kind::event, station.channel.topic(), station.manner.mergeable});
    }
  }
}

/// See whole_again(). Sleepers notice it by the number when they wake.
void Hub::greet_all_again(Station& station, Moment at) {
  station.channel.begin_anew();
  for (auto* listener : station.listeners) {
    if (!listener->asleep) greet_again(*listener->socket, *listener, at);
  }
}

Frame Hub::baseline(Station& station, const Options& options, bool again, Moment at) {
  auto& cached = again ? station.resync_frame : station.subscribed_frame;
  const auto seq = station.channel.seq();
  const bool fresh =
      cached.frame && cached.seq == seq && at.steady - cached.at < cached_for && cached.options == options;
  if (fresh) return cached.frame;
  auto text = station.feed->baseline(*snapshot_, options, at);
  if (station.manner.cursor) text = with_cursor(text, seq);
  const Baseline whole{*station.channel.topic(), seq, text, station.feed->sampled_at(*snapshot_, at)};
  auto frame = again ? live::resync(whole) : subscribed(whole);
  if (station.manner.shares_baseline) cached = {frame, seq, at.steady, options};
  return frame;
}

}  // namespace trinity::live
