#pragma once
// Hand-made fleets, callers and sockets for the tests of this room.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fleet/agent.h"
#include "fleet/types.h"
#include "live/hub.h"

namespace trinity::live::testing {

namespace json = boost::json;

inline json::object object(const std::string& text) {
  return json::parse(text).as_object();
}

inline json::object object(const Frame& frame) {
  return object(*frame);
}

inline std::string text(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

/// As a number of any kind: 20 and 20.0 are the same on the wire.
inline double number(const json::object& from, std::string_view key) {
  return from.at(key).to_number<double>();
}

inline std::shared_ptr<const Caller> caller(std::int64_t id, std::string name, Role role = Role::user,
                                            std::optional<std::string> email = std::nullopt) {
  return std::make_shared<const Caller>(Caller{id, std::move(name), std::move(email), role});
}

/// A moment `seconds` after an arbitrary start.
inline Moment moment(double seconds) {
  const auto since = std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
  return {Time(std::chrono::seconds(1'768'000'000)) + since, SteadyTime(std::chrono::hours(1)) + since};
}

inline void refresh(fleet::Agent& agent) {
  fleet::write_fragment(agent);
}

inline std::shared_ptr<fleet::Agent> agent(std::string name, std::int64_t owner_id, std::string status = "running") {
  auto made = std::make_shared<fleet::Agent>();
  made->name = std::move(name);
  made->container_id = "id-" + made->name;
  made->type = "custom";
  made->status = std::move(status);
  made->port = 2222;
  made->created = "2026-01-13T10:15:30";
  made->cpu = "2";
  made->memory = "4g";
  made->metadata = fleet::Metadata{};
  made->metadata->owner_id = owner_id;
  made->metadata->owner = "user" + std::to_string(owner_id);
  if (made->status == "running") made->started_at = moment(-100).wall;
  refresh(*made);
  return made;
}

inline fleet::FiguresPtr figures(double cpu, std::uint64_t memory, Moment at, std::uint64_t rx = 0) {
  auto made = std::make_shared<fleet::Figures>();
  made->sample.at = at.wall;
  made->sample.cpu_percent = cpu;
  made->sample.memory_bytes = memory;
  made->sample.memory_limit = 1000'000'000;
  made->sample.memory_percent = static_cast<double>(memory) / 1e7;
  made->sample.network_rx = rx;
  made->history.push_back({epoch_ms(at.wall), cpu, made->sample.memory_percent});
  return made;
}

/// A fleet that changes step by step and publishes each step.
class FakeFleet {
 public:
  using Kind = fleet::Change::Kind;

  std::map<std::string, fleet::Snapshot::Entry> entries;
  fleet::EngineHealth engine{true, moment(-500).wall, moment(0).steady};

  fleet::Publication nothing() { return publication({}); }

  fleet::Publication add(const fleet::AgentPtr& made) {
    entries[made->name] = {made, nullptr};
    return publication({{Kind::created, made->name, nullptr, made, "user"}});
  }

  /// `change` edits a copy of the agent.
  fleet::Publication change(const std::string& name, const std::function<void(fleet::Agent&)>& edit,
                            std::string reason = "user") {
    auto& entry = entries.at(name);
    auto before = entry.agent;
    auto after = std::make_shared<fleet::Agent>(*before);
    edit(*after);
    const bool status = before->status != after->status || before->started_at != after->started_at;
    if (status || before->exit_code != after->exit_code) after->reason = reason;
    refresh(*after);
    entry.agent = after;
    if (after->status != "running") entry.figures = nullptr;
    return publication({{status ? Kind::status : Kind::updated, name, before, after, std::move(reason)}});
  }

  fleet::Publication remove(const std::string& name) {
    auto before = entries.at(name).agent;
    entries.erase(name);
    return publication({{Kind::deleted, name, before, nullptr, "user"}});
  }

  fleet::Publication sample(const std::string& name, fleet::FiguresPtr figures) {
    entries.at(name).figures = std::move(figures);
    auto made = publication({});
    made.sampled = true;
    return made;
  }

  fleet::Publication engine_lost(Moment at) {
    engine.reachable = false;
    engine.since = at.wall;
    return publication({{Kind::engine, {}, nullptr, nullptr, {}}});
  }

  fleet::Publication publication(std::vector<fleet::Change> changes) {
    auto snapshot = std::make_shared<fleet::Snapshot>();
    snapshot->epoch = ++epoch_;
    snapshot->engine = engine;
    snapshot->loaded = true;
    for (const auto& [name, entry] : entries) snapshot->entries.push_back(entry);
    snapshot->by_name = fleet::index_of(snapshot->entries);
    return {snapshot, std::move(changes), false};
  }

 private:
  std::uint64_t epoch_ = 0;
};

/// Keeps what a socket was handed.
class FakeSubscriber final : public Subscriber {
 public:
  void deliver(Delivery delivery) override {
    ++deliveries;
    breaches += delivery.breaches;
    too_slow = too_slow || delivery.too_slow;
    for (auto& outgoing : delivery.frames) {
      shared.push_back(outgoing.frame);
      frames.push_back(object(outgoing.frame));
      kinds.push_back(outgoing.kind);
    }
  }
  [[nodiscard]] std::size_t unsent() const noexcept override { return unsent_bytes; }

  std::vector<json::object> take() {
    kinds.clear();
    shared.clear();
    return std::exchange(frames, {});
  }

  std::vector<json::object> frames;
  std::vector<Frame> shared;
  std::vector<Outgoing::Kind> kinds;
  std::size_t deliveries = 0;
  unsigned breaches = 0;
  bool too_slow = false;
  std::size_t unsent_bytes = 0;
};

}  // namespace trinity::live::testing
