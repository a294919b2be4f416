#include "runstats/executions.h"

#include <algorithm>
#include <cmath>

#include "json/encode.h"

namespace trinity::runstats {

std::int64_t billionths(std::optional<double> cost) noexcept {
  if (!cost || !std::isfinite(*cost) || std::abs(*cost) > 1e9) return 0;
  return std::llround(*cost * 1e9);
}

ExecutionStats stats_of(std::string name, std::int64_t all, std::int64_t success, std::int64_t failed,
                        std::int64_t running, std::int64_t cost, std::string last) {
  ExecutionStats made{std::move(name), all, success, failed, running, 0, 0, std::move(last)};
  if (all > 0) made.success_rate = std::round(1000.0 * static_cast<double>(success) / static_cast<double>(all)) / 10;
  made.total_cost = std::round(static_cast<double>(cost) / 1e5) / 1e4;
  return made;
}

void ExecutionFigures::Agent::count(const Run& run, int sign) {
  cost += sign * run.cost;
  if (run.state == State::success) success += sign;
  if (run.state == State::failed) failed += sign;
  if (run.state == State::running) running += sign;
}

void ExecutionFigures::load(const std::vector<Record>& records) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, agent] : agents_) log_.touch(name);
  agents_.clear();
  oldest_.clear();
  for (const auto& record : records) put(record);
}

void ExecutionFigures::hear(const executions::RunNews& news) {
  using Kind = executions::RunNews::Kind;
  if (!news.record || (news.kind != Kind::started && news.kind != Kind::finished)) return;
  const auto& record = *news.record;
  const std::lock_guard lock(mutex_);
  put({record.agent_name, record.id, record.status, record.started_at, record.cost});
}

void ExecutionFigures::put(const Record& record) {
  const auto started = parse_time(record.started_at);
  if (!started || forgotten_.covers(record.agent, *started)) return;
  Run run{*started, std::hash<std::string>{}(record.id), billionths(record.cost), State::failed};
  if (record.status == "running") run.state = State::running;
  if (record.status == "success") run.state = State::success;
  auto& agent = agents_[record.agent];
  const auto old_front = agent.runs.empty() ? std::nullopt : std::optional(agent.runs.front().started);
  const auto before = [](const Run& a, const Run& b) { return a.before(b); };
  const auto at = std::lower_bound(agent.runs.begin(), agent.runs.end(), run, before);
  if (at != agent.runs.end() && !run.before(*at)) {
    // It is known: what has ended does not run again, in whatever order that is told.
    if (run.state == State::running) return;
    agent.count(*at, -1);
    *at = run;
  } else {
    agent.runs.insert(at, run);
  }
  agent.count(run, 1);
  if (old_front != agent.runs.front().started) {
    if (old_front) oldest_.erase({*old_front, record.agent});
    oldest_.emplace(agent.runs.front().started, record.agent);
  }
  if (agent.runs.size() > most_runs) take_oldest(record.agent, agent);
  log_.touch(record.agent);
}

void ExecutionFigures::take_oldest(const std::string& name, Agent& agent) {
  oldest_.erase({agent.runs.front().started, name});
  agent.count(agent.runs.front(), -1);
  agent.runs.pop_front();
  if (!agent.runs.empty()) oldest_.emplace(agent.runs.front().started, name);
}

void ExecutionFigures::age(Time at) {
  while (!oldest_.empty() && oldest_.begin()->first < at - window) {
    const auto name = oldest_.begin()->second;
    take_oldest(name, agents_.at(name));
    log_.touch(name);
  }
}

void ExecutionFigures::forget(const std::string& agent, Time at) {
  const std::lock_guard lock(mutex_);
  forgotten_.note(agent, at);
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  if (!it->second.runs.empty()) oldest_.erase({it->second.runs.front().started, agent});
  agents_.erase(it);
  log_.forget(agent);
}

std::optional<ExecutionStats> ExecutionFigures::stats(const std::string& name, Time at, std::chrono::hours back) {
  const std::lock_guard lock(mutex_);
  age(at);
  const auto it = agents_.find(name);
  if (it == agents_.end() || it->second.runs.empty()) return std::nullopt;
  const auto& whole = it->second;
  const auto last = format_naive(whole.runs.back().started);
  if (back >= window) {
    return stats_of(name, static_cast<std::int64_t>(whole.runs.size()), whole.success, whole.failed, whole.running,
                    whole.cost, last);
  }
  Agent part;
  std::int64_t all = 0;
  for (auto run = whole.runs.rbegin(); run != whole.runs.rend() && run->started >= at - back; ++run, ++all)
    part.count(*run, 1);
  if (all == 0) return std::nullopt;
  return stats_of(name, all, part.success, part.failed, part.running, part.cost, last);
}

Rows::Changed ExecutionFigures::changed(std::uint64_t since, Time at) {
  const std::lock_guard lock(mutex_);
  age(at);
  return {log_.newest(), log_.since(since)};
}

std::optional<boost::json::object> ExecutionFigures::row(const fleet::Agent& agent, Time at) {
  const auto made = stats(agent.name, at);
  if (!made) return std::nullopt;
  return json::encode(*made).as_object();
}

}  // namespace trinity::runstats
