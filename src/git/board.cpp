#include "git/board.h"

namespace trinity::git {

KnownPtr Board::find(const std::string& agent) const {
  static const KnownPtr nothing = std::make_shared<const Known>();
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(agent);
  return found == known_.end() ? nothing : found->second;
}

template <class F>
void Board::update(const std::string& agent, F change) {
  const std::lock_guard lock(mutex_);
  auto& place = known_[agent];
  auto next = place ? *place : Known();
  change(next);
  next.version = ++versions_;
  place = std::make_shared<const Known>(std::move(next));
}

namespace {

void seen(Known& known, const fleet::Agent& agent, SteadyTime begun) {
  known.container_id = agent.container_id;
  known.started_at = agent.started_at;
  known.looked = begun;
  // What changed while the agent looked may be in its answer, or not.
  if (known.changed && *known.changed < begun) known.changed.reset();
}

}  // namespace

void Board::told(const fleet::Agent& agent, SteadyTime begun, boost::json::object told) {
  update(agent.name, [&](Known& known) {
    seen(known, agent, begun);
    known.told = std::move(told);
    known.fault.clear();
    known.looked_at = now();
  });
}

void Board::silent(const fleet::Agent& agent, SteadyTime begun, std::string fault) {
  update(agent.name, [&](Known& known) {
    seen(known, agent, begun);
    known.told.clear();
    known.fault = std::move(fault);
  });
}

bool Board::changed(const std::string& agent) {
  bool first = false;
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(agent);
  // Of an agent that nobody has asked about nothing needs to be noted.
  if (found == known_.end()) return false;
  first = !found->second->changed;
  auto next = *found->second;
  next.changed = steady_now();
  next.version = ++versions_;
  found->second = std::make_shared<const Known>(std::move(next));
  return first;
}

void Board::begun(const std::string& agent, std::string operation) {
  update(agent, [&](Known& known) { known.operation = std::move(operation); });
}

void Board::ended(const std::string& agent, std::string error) {
  update(agent, [&](Known& known) {
    known.operation.clear();
    known.last_error = std::move(error);
    known.done = steady_now();
    known.changed = known.done;
  });
}

void Board::forget(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  known_.erase(agent);
}

}  // namespace trinity::git
