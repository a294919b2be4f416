#include "executions/run_book.h"

namespace trinity::executions {

namespace {

std::string end_of(const fleet::Change& change) {
  if (change.kind == fleet::Change::Kind::deleted) return std::string(agent_deleted);
  if (change.after && change.after->oom_killed) return "its container ran out of memory";
  if (change.reason == "user") return std::string(agent_stopped);
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

void Run::find_again() {
  const std::lock_guard lock(mutex_);
  lost_.clear();
}

void Run::want_end(std::string why) {
  const std::lock_guard lock(mutex_);
  if (unwanted_.empty()) unwanted_ = std::move(why);
}

std::string Run::unwanted() const {
  const std::lock_guard lock(mutex_);
  return unwanted_;
}

void Run::give_up() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  ask_again();
}

bool Run::given_up() const {
  const std::lock_guard lock(mutex_);
  return given_up_;
}

std::shared_ptr<http::Hangup> Run::line() {
  const std::lock_guard lock(mutex_);
  line_ = std::make_shared<http::Hangup>();
  if (!lost_.empty() || given_up_) line_->now();
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
  const auto here = tasks_.find(agent.name);
  const bool full = here != tasks_.end() && here->second >= limits_.per_agent;
  if (full || all_tasks_ >= limits_.in_all) return std::nullopt;
  return put(std::move(id), RunKind::task, agent);
}

RunBook::Place RunBook::enter_anyway(std::string id, RunKind kind, const fleet::Agent& agent) {
  const std::lock_guard lock(mutex_);
  return put(std::move(id), kind, agent);
}

RunBook::Place RunBook::put(std::string id, RunKind kind, const fleet::Agent& agent) {
  auto run = std::make_shared<Run>();
  run->id = std::move(id);
  run->agent = agent.name;
  run->container_id = agent.container_id;
  run->container_since = agent.started_at;
  run->kind = kind;
  if (kind == RunKind::task) {
    ++tasks_[agent.name];
    ++all_tasks_;
  }
  runs_[run->id] = run;
  return {this, std::move(run)};
}

void RunBook::bind(const RunPtr& run, const fleet::Agent& agent) {
  const std::lock_guard lock(mutex_);
  run->container_id = agent.container_id;
  run->container_since = agent.started_at;
  run->entered = steady_now();
  run->find_again();
}

void RunBook::leave(Run& run) noexcept {
  {
    const std::lock_guard lock(mutex_);
    runs_.erase(run.id);
    if (run.kind == RunKind::task) {
      --all_tasks_;
      const auto it = tasks_.find(run.agent);
      if (it != tasks_.end() && --it->second == 0) tasks_.erase(it);
    }
  }
  run.over.set();
}

RunPtr RunBook::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto it = runs_.find(id);
  return it == runs_.end() ? nullptr : it->second;
}

std::vector<RunPtr> RunBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<RunPtr> runs;
  runs.reserve(runs_.size());
  for (const auto& [id, run] : runs_) runs.push_back(run);
  return runs;
}

std::size_t RunBook::size() const {
  const std::lock_guard lock(mutex_);
  return runs_.size();
}

void RunBook::follow(const fleet::Publication& publication) {
  std::vector<std::pair<RunPtr, std::string>> ended;
  {
    const std::lock_guard lock(mutex_);
    if (runs_.empty()) return;
    for (const auto& change : publication.changes) {
      if (change.kind != fleet::Change::Kind::deleted && change.kind != fleet::Change::Kind::status) continue;
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
    for (const auto& [id, run] : runs_) {
      if (run->agent == agent && run->entered < before) runs.push_back(run);
    }
  }
  for (const auto& run : runs) run->ask_again();
}

}  // namespace trinity::executions
