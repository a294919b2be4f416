#include "executions/agent_queue.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/spawn.h"

namespace trinity::executions {

namespace {

/// Signs of life within one lease.
constexpr int renewals = 10;

}  // namespace

AgentQueue::TicketPtr AgentQueue::enlist(QueuedExecution entry, std::string run) {
  auto ticket = std::make_shared<Ticket>();
  ticket->entry = std::move(entry);
  ticket->run = std::move(run);
  tickets_[ticket->entry.id] = ticket;
  return ticket;
}

std::expected<AgentQueue::Place, SlotQueue::Refusal> AgentQueue::admit(QueuedExecution entry, std::string run,
                                                                       bool attended) {
  const auto agent = entry.agent_name;
  std::optional<Place> place;
  {
    const std::lock_guard lock(mutex_);
    const auto at = SlotQueue::Moment::current();
    entry.queued_at = format_naive(at.wall);
    const auto position = slots_.admit(entry, attended, at);
    if (!position) return std::unexpected(position.error());
    auto ticket = enlist(std::move(entry), std::move(run));
    ticket->position = *position;
    ticket->order = next_order_++;
    if (*position == 0) start(ticket->entry.id);
    place.emplace(this, std::move(ticket));
  }
  tell(agent);
  return std::move(*place);
}

AgentQueue::Place AgentQueue::restore(QueuedExecution entry, std::string run, std::int64_t order) {
  const std::lock_guard lock(mutex_);
  const bool ran = entry.status == "running";
  const bool holds = slots_.restore(entry, SlotQueue::Moment::current());
  auto ticket = enlist(std::move(entry), std::move(run));
  ticket->position = ran ? 0 : 1;
  ticket->order = order;
  next_order_ = std::max(next_order_, order + 1);
  if (holds || ran) start(ticket->entry.id);
  return {this, std::move(ticket)};
}

void AgentQueue::start(const std::optional<std::string>& id) {
  if (!id) return;
  const auto it = tickets_.find(*id);
  if (it == tickets_.end()) return;
  it->second->fate = Fate::holding;
  it->second->moved.set();
}

void AgentQueue::end(const std::string& id, Fate fate, const std::string& why) {
  const auto it = tickets_.find(id);
  if (it == tickets_.end()) return;
  it->second->fate = fate;
  it->second->why = why;
  it->second->moved.set();
}

Task<AgentQueue::Fate> AgentQueue::wait(TicketPtr ticket, std::chrono::milliseconds limit) {
  co_await ticket->moved.wait(limit);
  {
    const std::lock_guard lock(mutex_);
    if (ticket->fate != Fate::waiting) co_return ticket->fate;
    slots_.withdraw(ticket->entry.agent_name, ticket->entry.id);
    ticket->fate = Fate::timed_out;
  }
  tell(ticket->entry.agent_name);
  co_return Fate::timed_out;
}

void AgentQueue::leave(const TicketPtr& ticket) noexcept {
  const auto& entry = ticket->entry;
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    tickets_.erase(entry.id);
    changed = slots_.withdraw(entry.agent_name, entry.id);
    if (slots_.holds(entry.agent_name, entry.id)) {
      changed = true;
      start(slots_.complete(entry.agent_name, entry.id, SlotQueue::Moment::current()));
    }
  }
  if (changed) tell(entry.agent_name);
}

QueueStatus AgentQueue::status(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  return slots_.status(agent);
}

SlotQueue::Counts AgentQueue::counts() const {
  const std::lock_guard lock(mutex_);
  return slots_.counts();
}

std::size_t AgentQueue::waiting(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  return slots_.waiting(agent);
}

std::size_t AgentQueue::clear(const std::string& agent, Fate fate, const std::string& why) {
  std::size_t gone = 0;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& id : slots_.clear(agent)) {
      end(id, fate, why);
      ++gone;
    }
  }
  if (gone > 0) tell(agent);
  return gone;
}

std::size_t AgentQueue::clear_all(Fate fate, const std::string& why) {
  std::vector<std::string> agents;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, ticket] : tickets_) {
      if (ticket->fate == Fate::waiting) agents.push_back(ticket->entry.agent_name);
    }
  }
  std::size_t gone = 0;
  for (const auto& agent : agents) gone += clear(agent, fate, why);
  return gone;
}

bool AgentQueue::drop(const std::string& agent, const std::string& id, Fate fate, const std::string& why) {
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [entry, ticket] : tickets_) {
      if (ticket->entry.agent_name != agent || (entry != id && ticket->run != id)) continue;
      gone = slots_.withdraw(agent, entry);
      if (gone) end(entry, fate, why);
      break;
    }
  }
  if (gone) tell(agent);
  return gone;
}

bool AgentQueue::release(const std::string& agent) {
  bool was = false;
  {
    const std::lock_guard lock(mutex_);
    const auto released = slots_.release(agent, SlotQueue::Moment::current());
    was = released.ended.has_value();
    start(released.started);
  }
  if (was) tell(agent);
  return was;
}

std::optional<std::string> AgentQueue::run_of(const std::string& agent, const std::string& entry) const {
  const std::lock_guard lock(mutex_);
  const auto it = tickets_.find(entry);
  if (it == tickets_.end() || it->second->entry.agent_name != agent) return std::nullopt;
  return it->second->run;
}

void AgentQueue::release_run(const std::string& agent, const std::string& run) {
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [entry, ticket] : tickets_) {
      if (ticket->run != run || !slots_.holds(agent, entry)) continue;
      changed = true;
      start(slots_.complete(agent, entry, SlotQueue::Moment::current()));
      break;
    }
  }
  if (changed) tell(agent);
}

void AgentQueue::tell(const std::string& agent) {
  const std::lock_guard order(telling_);
  RunNews news;
  news.kind = RunNews::Kind::queue;
  news.agent = agent;
  news.queue = std::make_shared<const QueueStatus>(status(agent));
  board_.tell(news);
}

void AgentQueue::look_after_leases(SlotQueue::Moment at) {
  std::vector<SlotQueue::Lapsed> lapsed;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, ticket] : tickets_) slots_.renew(ticket->entry.agent_name, id, at);
    lapsed = slots_.lapse(at);
    for (const auto& one : lapsed) start(one.slot.started);
  }
  for (const auto& one : lapsed) {
    log::warn("executions", "nobody works on what held the slot of {}; it is free again", one.agent);
    tell(one.agent);
  }
}

void AgentQueue::keep_leases(const asio::any_io_executor& executor) {
  spawn("leases of slots", executor, keep(this));
}

Task<> AgentQueue::keep(AgentQueue* queue) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(queue->limits_.lease / renewals);
    co_await timer.async_wait(use_awaitable);
    queue->look_after_leases(SlotQueue::Moment::current());
  }
}

std::string AgentQueue::Place::queue_status() const {
  return was_queued() ? "queued:" + std::to_string(ticket_->position) : "running";
}

std::string AgentQueue::Place::why() const {
  const std::lock_guard lock(queue_->mutex_);
  return ticket_->why;
}

}  // namespace trinity::executions
