#include "executions/slot_queue.h"

#include <algorithm>
#include <utility>

namespace trinity::executions {

void SlotQueue::take(Line& line, Entry entry, Moment at) const {
  entry.shown.status = "running";
  if (!entry.shown.started_at) entry.shown.started_at = format_naive(at.wall);
  line.holder = std::move(entry);
  line.lease_until = at.steady + limits_.lease;
}

std::expected<std::size_t, SlotQueue::Refusal> SlotQueue::admit(QueuedExecution entry, bool attended, Moment at) {
  auto& line = lines_[entry.agent_name];
  entry.queued_at = format_naive(at.wall);
  entry.started_at.reset();
  if (!line.holder) {
    take(line, {std::move(entry), attended}, at);
    return 0;
  }
  if (attended && entry.source == "agent" && entry.source_agent) {
    if (*entry.source_agent == entry.agent_name) return std::unexpected(Refusal::self);
    if (waits_for(entry.agent_name, *entry.source_agent)) return std::unexpected(Refusal::circle);
  }
  if (line.waiting.size() >= limits_.waiting) return std::unexpected(Refusal::full);
  entry.status = "queued";
  line.waiting.push_back({std::move(entry), attended});
  return line.waiting.size();
}

bool SlotQueue::restore(QueuedExecution entry, Moment at) {
  auto& line = lines_[entry.agent_name];
  if (entry.status == "running") {
    if (line.holder) return false;
    take(line, {std::move(entry), false}, at);
    return true;
  }
  if (!line.holder && line.waiting.empty()) {
    take(line, {std::move(entry), false}, at);
    return true;
  }
  line.waiting.push_back({std::move(entry), false});
  return false;
}

bool SlotQueue::waits_for(const std::string& from, const std::string& for_whom) const {
  std::vector<std::string> left{from};
  std::set<std::string> seen{from};
  while (!left.empty()) {
    const auto caller = std::move(left.back());
    left.pop_back();
    for (const auto& [agent, line] : lines_) {
      const auto calls = [&](const Entry& entry) { return entry.is_call_of(caller); };
      const bool waits = (line.holder && calls(*line.holder)) || std::ranges::any_of(line.waiting, calls);
      if (!waits) continue;
      if (agent == for_whom) return true;
      if (seen.insert(agent).second) left.push_back(agent);
    }
  }
  return false;
}

void SlotQueue::forget_idle(const std::string& agent) {
  const auto it = lines_.find(agent);
  if (it != lines_.end() && !it->second.holder && it->second.waiting.empty()) lines_.erase(it);
}

std::optional<std::string> SlotQueue::next(const std::string& agent, Moment at) {
  auto& line = lines_.at(agent);
  line.holder.reset();
  if (line.waiting.empty()) {
    forget_idle(agent);
    return std::nullopt;
  }
  auto first = std::move(line.waiting.front());
  line.waiting.pop_front();
  auto id = first.shown.id;
  take(line, std::move(first), at);
  return id;
}

std::optional<std::string> SlotQueue::complete(const std::string& agent, const std::string& id, Moment at) {
  if (!holds(agent, id)) return std::nullopt;
  return next(agent, at);
}

bool SlotQueue::withdraw(const std::string& agent, const std::string& id) {
  const auto it = lines_.find(agent);
  if (it == lines_.end()) return false;
  const auto gone = std::erase_if(it->second.waiting, [&](const Entry& entry) { return entry.shown.id == id; });
  forget_idle(agent);
  return gone > 0;
}

std::vector<std::string> SlotQueue::clear(const std::string& agent) {
  std::vector<std::string> gone;
  const auto it = lines_.find(agent);
  if (it == lines_.end()) return gone;
  for (auto& entry : it->second.waiting) gone.push_back(std::move(entry.shown.id));
  it->second.waiting.clear();
  forget_idle(agent);
  return gone;
}

SlotQueue::Released SlotQueue::release(const std::string& agent, Moment at) {
  const auto it = lines_.find(agent);
  if (it == lines_.end() || !it->second.holder) return {};
  Released released;
  released.ended = it->second.holder->shown.id;
  released.started = next(agent, at);
  return released;
}

bool SlotQueue::renew(const std::string& agent, const std::string& id, Moment at) {
  if (!holds(agent, id)) return false;
  lines_.at(agent).lease_until = at.steady + limits_.lease;
  return true;
}

std::vector<SlotQueue::Lapsed> SlotQueue::lapse(Moment at) {
  std::vector<std::string> over;
  for (const auto& [agent, line] : lines_) {
    if (line.holder && line.lease_until <= at.steady) over.push_back(agent);
  }
  std::vector<Lapsed> lapsed;
  lapsed.reserve(over.size());
  for (auto& agent : over) {
    auto slot = release(agent, at);
    lapsed.push_back({std::move(agent), std::move(slot)});
  }
  return lapsed;
}

QueueStatus SlotQueue::status(const std::string& agent) const {
  QueueStatus status;
  status.agent_name = agent;
  const auto it = lines_.find(agent);
  if (it == lines_.end()) return status;
  status.is_busy = it->second.holder.has_value();
  if (it->second.holder) status.current_execution = it->second.holder->shown;
  for (const auto& entry : it->second.waiting) status.queued_executions.push_back(entry.shown);
  status.queue_length = static_cast<std::int64_t>(status.queued_executions.size());
  return status;
}

bool SlotQueue::holds(const std::string& agent, const std::string& id) const {
  const auto it = lines_.find(agent);
  return it != lines_.end() && it->second.holder && it->second.holder->shown.id == id;
}

std::size_t SlotQueue::waiting(const std::string& agent) const {
  const auto it = lines_.find(agent);
  return it == lines_.end() ? 0 : it->second.waiting.size();
}

SlotQueue::Counts SlotQueue::counts() const {
  Counts counts;
  for (const auto& [agent, line] : lines_) {
    counts.holding += line.holder ? 1 : 0;
    counts.waiting += line.waiting.size();
  }
  return counts;
}

}  // namespace trinity::executions
