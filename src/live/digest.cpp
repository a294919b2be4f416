#include "live/digest.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;
using fleet::Change;

namespace {

json::value exit_code_of(const fleet::Agent& agent) {
  return agent.exit_code ? json::value(*agent.exit_code) : json::value(nullptr);
}

std::string status_data(const Change& change) {
  const auto& after = *change.after;
  return trinity::json::write(json::object{{"name", change.name},
                                           {"status", after.status},
                                           {"previous_status", change.before->status},
                                           {"reason", change.reason.empty() ? "unknown" : change.reason},
                                           {"exit_code", exit_code_of(after)},
                                           {"started_at", time_or_null(after.started_at)},
                                           {"changed_at", time_or_null(after.changed_at)}});
}

/// What `agent_status` does not tell. How a container ended is sometimes known only after it has ended.
json::object changed_fields(const Change& change) {
  // What others may reach is no part of the item, and may change for thousands at once.
  if (change.before->fragment_digest == change.after->fragment_digest) return {};
  auto fields = difference(item_of(*change.before), item_of(*change.after));
  if (change.kind == Change::Kind::status) {
    for (const auto* told : {"status", "reason", "exit_code", "started_at", "changed_at"}) fields.erase(told);
  }
  return fields;
}

json::object picked(const json::object& from, std::initializer_list<std::string_view> keys) {
  json::object made;
  for (const auto key : keys) {
    if (const auto* found = from.if_contains(key)) made[key] = *found;
  }
  return made;
}

/// One message for both kinds of classic socket: the one reads `event`, the other `type`.
std::string double_shape(std::string_view event, json::object data, json::object flat) {
  json::object made{{"event", event}, {"data", std::move(data)}};
  for (auto& [key, value] : flat) made[key] = std::move(value);
  return trinity::json::write(made);
}

std::optional<std::string> classic_status(const Change& change) {
  const auto& status = change.after->status;
  if (status == change.before->status) return std::nullopt;
  json::object flat{{"type", "agent_status"}, {"agent_name", change.name}, {"status", status}};
  // `agent_started` comes from whoever pushes the agent's credentials: it tells what came of that.
  if (change.reason == "user" && status == "stopped") {
    return double_shape("agent_stopped", json::object{{"name", change.name}}, std::move(flat));
  }
  return trinity::json::write(flat);
}

}  // namespace

json::value time_or_null(const std::optional<Time>& time) {
  return time ? json::value(format_z(*time)) : json::value(nullptr);
}

json::object item_of(const fleet::Agent& agent) {
  boost::system::error_code fault;
  auto parsed = json::parse(agent.fragment + '}', fault);
  return fault || !parsed.is_object() ? json::object{{"name", agent.name}} : std::move(parsed.get_object());
}

json::object difference(const json::object& before, const json::object& after) {
  json::object made;
  for (const auto& [key, value] : after) {
    const auto* old = before.if_contains(key);
    if (!old || *old != value) made[key] = value;
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) made[key] = nullptr;
  }
  return made;
}

Digest digest(const fleet::Publication& publication, bool loaded_before) {
  Digest made;
  made.first_list = !loaded_before;
  made.changes.reserve(publication.changes.size());
  for (const auto& change : publication.changes) {
    Digested digested{change, nullptr, {}, {}};
    if (change.kind == Change::Kind::deleted) {
      if (const auto* entry = publication.snapshot->find(change.name)) digested.successor = entry->agent;
    }
    if (change.kind == Change::Kind::status) digested.status_data = status_data(change);
    if (change.before && change.after) digested.fields = changed_fields(change);
    made.changes.push_back(std::move(digested));
  }
  return made;
}

std::optional<std::string> classic_broadcast(const Digested& digested) {
  const auto& change = digested.change;
  switch (change.kind) {
    case Change::Kind::created:
      return trinity::json::write(
          json::object{{"event", "agent_created"},
                       {"data", picked(item_of(*change.after),
                                       {"name", "type", "status", "port", "created", "resources", "container_id"})}});
    case Change::Kind::deleted:
      if (digested.successor) return std::nullopt;
      return double_shape("agent_deleted", json::object{{"name", change.name}},
                          json::object{{"type", "agent_deleted"}, {"agent_name", change.name}});
    case Change::Kind::status:
      return classic_status(change);
    case Change::Kind::updated:
    case Change::Kind::engine:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace trinity::live
