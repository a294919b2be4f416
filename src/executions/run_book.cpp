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
  ask_again();
}

std::shared_ptr<http::Hangup> Run::line() {
  const std::lock_guard lock(mutex_);
  line_ = std::make_shared<http::Hangup>();
  if (!lost_.empty()) line_->now();
  return line_;
}

void Run::ask_again() {
  std::shared_ptr<http::Hangup> line;
  {
    const std::lock_guard lock(mutex_);
    line = line_;
  }
  if (line) line->now();
}

std::optional<RunBook::Place> RunBook::enter(std::string id, const fleet::Agent& agent) {
  const std::lock_guard lock(mutex_);
  const auto here = per_agent_.find(agent.name);
  const bool full = here != per_agent_.end() && here->second >= limits_.per_agent;
  if (full || runs_.size() >= limits_.in_all) return std::nullopt;
  return put(std::move(id), agent);
}

RunBook::Place RunBook::enter_again(std::string id, const fleet::Agent& agent) {
  const std::lock_guard lock(mutex_);
  return put(std::move(id), agent);
}

RunBook::Place RunBook::put(std::string id, const fleet::Agent& agent) {
  auto run = std::make_shared<Run>();
  run->id = std::move(id);
  run->agent = agent.name;
  run->container_id = agent.container_id;
  run->container_since = agent.started_at;
  ++per_agent_[agent.name];
  runs_[run->id] = run;
  return {this, std::move(run)};
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

void RunBook::ask_again(const std::string& id) {
  RunPtr run;
  {
    const std::lock_guard lock(mutex_);
    const auto it = runs_.find(id);
    if (it == runs_.end()) return;
    run = it->second;
  }
  run->ask_again();
}

void RunBook::ask_again_all(const std::string& agent, SteadyTime before) {
  std::vector<RunPtr> runs;
  {
    const std::lock_guard lock(mutex_);
    if (!per_agent_.contains(agent)) return;
    for (const auto& [id, run] : runs_) {
      if (run->agent == agent && run->entered < before) runs.push_back(run);
    }
  }
  for (const auto& run : runs) run->ask_again();
}

}  // namespace trinity::executions
