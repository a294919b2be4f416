#include "activities/classic.h"

#include <cmath>

namespace trinity::activities {

namespace {

std::optional<double> number_in(const json::object& details, std::string_view key) {
  const auto* found = details.if_contains(key);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

/// For readers of the event only; the stored row does not get it.
void add_context(json::object& details) {
  const auto used = number_in(details, "context_used");
  const auto max = number_in(details, "context_max");
  if (!used || !max || *max <= 0) return;
  details["context"] = json::object{{"used", details.at("context_used")},
                                    {"max", details.at("context_max")},
                                    {"percentage", std::round(*used / *max * 10'000) / 100}};
}

}  // namespace

std::string classic_text(const Told& told) {
  const auto& row = *told.row;
  auto details = told.details;
  add_context(details);
  return json::write(json::object{{"type", "agent_activity"},
                                  {"agent_name", row.agent_name},
                                  {"activity_id", row.id},
                                  {"activity_type", row.activity_type},
                                  {"activity_state", row.activity_state},
                                  {"action", told.action},
                                  {"timestamp", row.completed_at.value_or(row.started_at)},
                                  {"details", std::move(details)},
                                  {"error", json::encode(row.error)}});
}

std::string classic_text(const Collaboration& collaboration) {
  return json::write(json::object{{"type", "agent_collaboration"},
                                  {"source_agent", collaboration.source},
                                  {"target_agent", collaboration.target},
                                  {"action", collaboration.action},
                                  {"timestamp", collaboration.timestamp}});
}

Listener classic(live::HubLink& link) {
  return [&link](const News& news) {
    if (const auto* told = std::get_if<Told>(&news)) {
      link.broadcast(told->row->agent_name, classic_text(*told));
    } else {
      const auto& call = std::get<Collaboration>(news);
      link.broadcast_between(call.source, call.target, classic_text(call));
    }
  };
}

}  // namespace trinity::activities
