#include "executions/run_book.h"

namespace trinity::executions {

namespace {

std::string end_of(const fleet::Change& change) {
  if (change.kind == fleet::Change::Kind::deleted) return "the agent was deleted";
  if (change.after && change.after->oom_killed) return "its container ran out of memory";
  if (change.reason == "user") return "the agent was stopped";
  if (change.after && change.after->status == "running") return "its container was started again";
  return "its container ended";
}

bool still_serves(const fleet::Change& change, const Run& run) {
  return change.after && change.after->status == "running" && change.after->container_id == run.container_id &&
         change.after->started_at == run.container_since;
}

}  // namespace

std::string Run::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void Run::lose(std::string why) {
  {
    const std::lock_guard lock(mutex_);
    if (!lost_.empty()) return;
    lost_ = std::move(why);
  }
  hangup->now();
}

std::optional<RunBook::Place> RunBook::enter(std::string id, const fleet::Agent& agent, bool beyond) {
  auto run = std::make_shared<Run>();
  run->id = std::move(id);
  run->agent = agent.name;
  run->container_id = agent.container_id;
  run->container_since = agent.started_at;
  const std::lock_guard lock(mutex_);
  auto& here = per_agent_[agent.name];
  if (!beyond && (here >= limits_.per_agent || runs_.size() >= limits_.in_all)) {
    if (here == 0) per_agent_.erase(agent.name);
    return std::nullopt;
  }
  ++here;
  runs_[run->id] = run;
  return std::optional<Place>(std::in_place, this, std::move(run));
}

void RunBook::leave(const Run& run) noexcept {
  const std::lock_guard lock(mutex_);
  runs_.erase(run.id);
  const auto it = per_agent_.find(run.agent);
  if (it != per_agent_.end() && --it->second == 0) per_agent_.erase(it);
}

bool RunBook::has(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return runs_.contains(id);
}

void RunBook::follow(const fleet::Publication& publication) {
  std::vector<std::pair<RunPtr, std::string>> ended;
  {
    const std::lock_guard lock(mutex_);
    if (runs_.empty()) return;
    for (const auto& change : publication.changes) {
      if (change.kind != fleet::Change::Kind::deleted && change.kind != fleet::Change::Kind::status) continue;
      if (!per_agent_.contains(change.name)) continue;
      for (const auto& [id, run] : runs_) {
        if (run->agent == change.name && !still_serves(change, *run)) ended.emplace_back(run, end_of(change));
      }
    }
  }
  for (auto& [run, why] : ended) run->lose(std::move(why));
}

}  // namespace trinity::executions
