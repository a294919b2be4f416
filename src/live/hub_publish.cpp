#include <algorithm>

#include "base/mail_address.h"
#include "live/hub_parts.h"

namespace trinity::live {

using fleet::Change;

void Hub::publish(const fleet::Publication& publication, Moment at) {
  const auto changes = digest(publication, snapshot_->loaded);
  snapshot_ = publication.snapshot;
  check_access(changes, at);
  for (const auto& [key, station] : stations_) emit(*station, station->feed->published(changes, *snapshot_, at), at);
  broadcast_classic(changes);
  hold_bounds();
  flush();
}

void Hub::tick(Moment at) {
  rest_hidden(at);
  operations_.tick(at);
  for (const auto& [key, station] : stations_) emit(*station, station->feed->due(*snapshot_, at), at);
  sweep(at);
  hold_bounds();
  flush();
}

void Hub::stir(const Topic& topic, Moment at) {
  for (auto* station : stations_of(topic)) {
    emit(*station, station->feed->due(*snapshot_, at), at);
    settle(*station, at);
  }
  flush();
}

void Hub::tell(const Topic& topic, const Event& event, Moment at) {
  for (auto* station : stations_of(topic)) emit(*station, {event}, at);
  flush();
}

void Hub::tell_readers(const Topic& topic, const std::string& agent, const Event& event, Moment at) {
  for (auto* station : stations_of(topic)) {
    if (station->feed->concerns(*snapshot_, agent)) emit(*station, {event}, at);
  }
  flush();
}

void Hub::runs_halt(const std::string& state, Moment at) {
  stops_.halt = state;
  tell({Topic::Kind::agents}, {"runs_halt", state}, at);
}

void Hub::agent_budget(const std::string& agent, const std::string& row, bool reached, Moment at) {
  if (reached) {
    stops_.budgets[agent] = row;
  } else {
    stops_.budgets.erase(agent);
  }
  const Event event{"agent_budget", row};
  if (agent.empty()) {
    tell({Topic::Kind::agents}, event, at);
  } else {
    tell_readers({Topic::Kind::agents}, agent, event, at);
  }
}

void Hub::note(const Operation& operation, Moment at) {
  operations_.note(operation, at);
  const Event event{"operation_update", operation_data(operation)};
  for (const auto& [key, station] : stations_) {
    if (station->topic.kind == Topic::Kind::user && station->user_id == operation.user_id) emit(*station, {event}, at);
  }
  flush();
}

/// Ends the subscriptions about one agent for those who may no longer read it.
void Hub::check_access(const Digest& digest, Moment at) {
  for (const auto& [change, successor, status_data, fields] : digest.changes) {
    if (change.kind == Change::Kind::engine) continue;
    const auto* entry = snapshot_->find(change.name);
    std::vector<Station*> stations;
    const auto [first, last] = about_.equal_range(change.name);
    for (auto it = first; it != last; ++it) stations.push_back(it->second);
    for (auto* station : stations) {
      const auto listeners = station->listeners;
      for (auto* listener : listeners) {
        if (!entry) {
          end(*listener, "agent_deleted", at);
        } else if (!fleet::can_read(*entry->agent, *listener->socket->caller())) {
          end(*listener, "access_revoked", at);
        }
      }
      if (!entry) remove(*station);
    }
  }
}

void Hub::broadcast_classic(const Digest& digest) {
  // What is found at start-up has not just happened.
  if (digest.first_list) return;
  for (const auto& digested : digest.changes) {
    const auto& change = digested.change;
    const auto& agent = change.after ? change.after : change.before;
    if (!agent) continue;
    const auto text = classic_broadcast(digested);
    if (text) to_classic(*agent, std::make_shared<const std::string>(*text));
  }
}

void Hub::broadcast(const std::string& agent, const Frame& frame, const std::string& also_to) {
  if (const auto* entry = snapshot_->find(agent)) to_classic(*entry->agent, frame, also_to);
  flush();
}

void Hub::broadcast_between(const std::string& one, const std::string& other, const Frame& frame) {
  const auto* first = snapshot_->find(one);
  const auto* second = snapshot_->find(other);
  const auto reads = [](const fleet::Snapshot::Entry* entry, const Caller& caller) {
    return entry != nullptr && fleet::can_read(*entry->agent, caller);
  };
  for (const auto& [id, socket] : sockets_) {
    if (!socket->hears_classic()) continue;
    if (reads(first, *socket->caller()) || reads(second, *socket->caller())) put(*socket, {frame});
  }
  flush();
}

void Hub::to_classic(const fleet::Agent& agent, const Frame& frame, const std::string& also_to) {
  for (const auto& [id, socket] : sockets_) {
    if (!socket->hears_classic()) continue;
    const auto& caller = *socket->caller();
    const bool named = !also_to.empty() && caller.email && lower_case(*caller.email) == also_to;
    if (named || fleet::can_read(agent, caller)) put(*socket, {frame});
  }
}

void Hub::sweep(Moment at) {
  std::vector<Station*> over;
  for (const auto& [key, station] : stations_) {
    const auto linger = station->manner.linger.value_or(bounds_.linger);
    if (station->listeners.empty() && at.steady - station->empty_since >= linger) over.push_back(station.get());
  }
  for (auto* station : over) remove(*station);
  std::size_t kept = 0;
  for (const auto& [key, station] : stations_) kept += station->channel.bytes();
  if (kept <= bounds_.kept_bytes) return;
  // Rare: clients that come back get a snapshot instead of the changes.
  for (const auto& [key, station] : stations_) {
    if (kept <= bounds_.kept_bytes) return;
    kept -= station->channel.bytes();
    station->channel.forget();
  }
}

/// Sockets that read too slowly share a bound; the one that holds the most goes first.
void Hub::hold_bounds() {
  std::size_t total = 0;
  for (const auto& [id, socket] : sockets_) total += socket->subscriber->unsent();
  if (total <= bounds_.unsent_bytes) return;
  std::vector<std::pair<std::size_t, Socket*>> held;
  held.reserve(sockets_.size());
  for (const auto& [id, socket] : sockets_) held.emplace_back(socket->subscriber->unsent(), socket.get());
  std::sort(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [bytes, socket] : held) {
    if (total <= bounds_.unsent_bytes) return;
    socket->delivery.too_slow = true;
    if (!std::exchange(socket->waiting, true)) waiting_.push_back(socket->id);
    total -= bytes;
  }
}

}  // namespace trinity::live
