#include "runstats/contexts.h"

#include <cmath>

namespace trinity::runstats {

void ContextFigures::load(const std::vector<Activity>& newest) {
  const std::lock_guard lock(mutex_);
  ends_.clear();
  for (auto& [name, known] : agents_) {
    known = {known.session};
    log_.touch(name);
  }
  for (const auto& activity : newest) put(activity);
}

void ContextFigures::hear(const Activity& activity) {
  const std::lock_guard lock(mutex_);
  put(activity);
}

void ContextFigures::put(const Activity& activity) {
  const auto created = parse_time(activity.created_at);
  if (!created || forgotten_.covers(activity.agent, *created)) return;
  auto& known = agents_[activity.agent];
  const bool other = known.activity != activity.id;
  // What was begun before the newest one says nothing more.
  if (other && !known.activity.empty() && *created < known.created) return;
  // In whatever order it is told: what has ended does not go on.
  if (!other && !known.started) return;
  if (known.started) ends_.erase({known.created + active_for, activity.agent});
  known.activity = activity.id;
  known.created_at = activity.created_at;
  known.created = *created;
  known.started = activity.started;
  if (known.started) ends_.emplace(known.created + active_for, activity.agent);
  log_.touch(activity.agent);
}

void ContextFigures::hear(const agentlink::News& news) {
  const auto& name = news.agent.empty() && news.live ? news.live->agent : news.agent;
  const auto session = news.live ? news.live->session : nullptr;
  const std::lock_guard lock(mutex_);
  const auto it = agents_.find(name);
  const auto before = it == agents_.end() ? nullptr : it->second.session;
  // Most news are of tools.
  if (before == session) return;
  agents_[name].session = session;
  log_.touch(name);
}

void ContextFigures::hear(const activities::News& news) {
  const auto* told = std::get_if<activities::Told>(&news);
  if (told == nullptr) return;
  const auto& row = *told->row;
  hear(Activity{row.agent_name, row.id, row.created_at, row.activity_state == "started"});
}

void ContextFigures::forget(const std::string& agent, Time at) {
  const std::lock_guard lock(mutex_);
  forgotten_.note(agent, at);
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  ends_.erase({it->second.created + active_for, agent});
  agents_.erase(it);
  log_.forget(agent);
}

void ContextFigures::age(Time at) {
  while (!ends_.empty() && ends_.begin()->first <= at) {
    log_.touch(ends_.begin()->second);
    ends_.erase(ends_.begin());
  }
}

std::optional<boost::json::object> ContextFigures::row(const fleet::Agent& agent, Time at) {
  boost::json::object made{{"name", agent.name},         {"contextPercent", 0},        {"contextUsed", 0},
                           {"contextMax", usual_window}, {"activityState", "offline"}, {"lastActivityTime", nullptr}};
  if (agent.status != "running") return made;
  made["activityState"] = "idle";
  const std::lock_guard lock(mutex_);
  const auto it = agents_.find(agent.name);
  if (it == agents_.end()) return made;
  const auto& known = it->second;
  if (known.session) {
    made["contextPercent"] = std::round(known.session->context_percent * 10) / 10;
    made["contextUsed"] = known.session->context_tokens;
    if (known.session->context_window > 0) made["contextMax"] = known.session->context_window;
  }
  if (!known.activity.empty()) made["lastActivityTime"] = known.created_at;
  if (known.started && at < known.created + active_for) made["activityState"] = "active";
  return made;
}

Rows::Changed ContextFigures::changed(std::uint64_t since, Time at) {
  const std::lock_guard lock(mutex_);
  age(at);
  return {log_.newest(), log_.since(since)};
}

}  // namespace trinity::runstats
