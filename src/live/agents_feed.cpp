#include "live/agents_feed.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "json/write.h"
#include "live/protocol.h"

namespace trinity::live {

namespace json = boost::json;
using fleet::Change;

namespace {

std::string engine_text(const fleet::EngineHealth& engine) {
  return fmt::format(R"({{"state":"{}","since":{}}})", engine.reachable ? "ok" : "unreachable",
                     engine.since == Time{} ? "null" : json_text(format_z(engine.since)));
}

Event created(const fleet::Agent& agent, const Caller& viewer) {
  Event event{"agent_created", {}};
  fleet::append_item(event.data, agent, viewer);
  return event;
}

Event deleted(const std::string& name) {
  return {"agent_deleted", trinity::json::write(json::object{{"name", name}})};
}

}  // namespace

std::string AgentsFeed::baseline(const fleet::Snapshot& snapshot, const Options&, Moment) {
  std::string out = R"({"agents":[)";
  bool first = true;
  for (std::size_t i = 0; i < snapshot.entries.size(); ++i) {
    const auto& agent = *snapshot.entries[i].agent;
    // While a container is being replaced two may have the same name; a client knows agents by name.
    const bool hidden = snapshot.place_of(agent.name).value_or(i) != i;
    if (hidden || !fleet::can_read(agent, *viewer_)) continue;
    if (!first) out += ',';
    first = false;
    fleet::append_item(out, agent, *viewer_);
  }
  out += R"(],"engine":)";
  out += engine_text(snapshot.engine);
  out += R"(,"runs":)";
  out += stops_.halt;
  out += R"(,"budgets":[)";
  first = true;
  for (const auto& [name, row] : stops_.budgets) {
    if (!name.empty() && !concerns(snapshot, name)) continue;
    if (!first) out += ',';
    first = false;
    out += row;
  }
  out += "]}";
  return out;
}

bool AgentsFeed::concerns(const fleet::Snapshot& snapshot, const std::string& agent) const {
  const auto* entry = snapshot.find(agent);
  return entry != nullptr && sees(entry->agent);
}

std::optional<Time> AgentsFeed::sampled_at(const fleet::Snapshot& snapshot, Moment at) const {
  if (snapshot.engine.confirmed_at == SteadyTime{}) return std::nullopt;
  return at.wall - std::chrono::duration_cast<std::chrono::microseconds>(at.steady - snapshot.engine.confirmed_at);
}

std::vector<Event> AgentsFeed::published(const Digest& digest, const fleet::Snapshot& snapshot, Moment) {
  std::vector<Event> events;
  for (const auto& digested : digest.changes) {
    if (digested.change.kind == Change::Kind::engine) {
      events.push_back({"engine_status", engine_text(snapshot.engine)});
    } else {
      add_events(events, digested);
    }
  }
  return events;
}

void AgentsFeed::add_events(std::vector<Event>& into, const Digested& digested) const {
  const auto& change = digested.change;
  const bool saw = sees(change.before);
  const auto& now_there = change.kind == Change::Kind::deleted ? digested.successor : change.after;
  const bool sees_now = sees(now_there);
  if (saw && !sees_now) {
    into.push_back(deleted(change.name));
  } else if (!saw && sees_now) {
    into.push_back(created(*now_there, *viewer_));
  } else if (saw && change.after) {
    add_changed(into, digested);
  }
}

void AgentsFeed::add_changed(std::vector<Event>& into, const Digested& digested) const {
  const auto& [change, successor, status_data, common_fields] = digested;
  if (!status_data.empty()) into.push_back({"agent_status", status_data});
  auto fields = common_fields;
  const bool owner = fleet::is_owner(*change.after, *viewer_);
  const bool shared = fleet::is_shared(*change.after, *viewer_);
  if (owner != fleet::is_owner(*change.before, *viewer_)) fields["is_owner"] = owner;
  if (shared != fleet::is_shared(*change.before, *viewer_)) fields["is_shared"] = shared;
  if (fields.empty()) return;
  fields["name"] = change.name;
  into.push_back({"agent_updated", trinity::json::write(fields)});
}

bool AgentsFeed::sees(const fleet::AgentPtr& agent) const noexcept {
  return agent && fleet::can_read(*agent, *viewer_);
}

}  // namespace trinity::live
