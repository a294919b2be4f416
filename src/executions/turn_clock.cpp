#include "executions/turn_clock.h"

#include <algorithm>
#include <string_view>

namespace trinity::executions {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A sub-agent is a tool too; while it works its own tools say more.
bool is_sub_agent(std::string_view tool) noexcept {
  return tool == "Task" || tool == "Agent" || tool.starts_with("Task:");
}

}  // namespace

std::string_view word_of(TurnWaits::Now now) noexcept {
  switch (now) {
    case TurnWaits::Now::start:
      return "start";
    case TurnWaits::Now::model:
      return "model";
    case TurnWaits::Now::tool:
      return "tool";
  }
  return "model";
}

void TurnClock::ready(Time at) {
  at = std::max(at, started_at_);
  if (!ready_at_ || at < *ready_at_) ready_at_ = at;
  heard(at);
}

void TurnClock::heard(Time at) {
  heard_at_ = std::max(heard_at_, at);
}

void TurnClock::call_began(const std::string& id, const std::string& tool, const std::string& input_summary, Time at) {
  at = std::max(at, started_at_);
  ready(at);
  if (open_.size() >= most_open) return;
  open_.try_emplace(id, Call{tool, input_summary, at});
}

void TurnClock::call_ended(const std::string& id, Time at) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const auto from = found->second.since;
  open_.erase(found);
  call_spent(from, at);
}

void TurnClock::call_spent(Time from, Time to) {
  from = std::max(from, started_at_);
  to = std::max(to, from);
  ready(from);
  heard(to);
  if (settled_until_) from = std::max(from, *settled_until_);
  if (to <= from) return;
  // Those that touch it become one with it.
  const auto first = std::find_if(spans_.begin(), spans_.end(), [from](const Span& span) { return span.to >= from; });
  auto last = first;
  for (; last != spans_.end() && last->from <= to; ++last) {
    from = std::min(from, last->from);
    to = std::max(to, last->to);
  }
  spans_.insert(spans_.erase(first, last), Span{from, to});
  if (spans_.size() > most_spans) settle_oldest();
}

void TurnClock::settle_oldest() {
  const auto& oldest = spans_.front();
  settled_ += oldest.to - oldest.from;
  settled_until_ = oldest.to;
  spans_.erase(spans_.begin());
}

void TurnClock::keep_calls(const std::set<std::string>& ids, Time at) {
  std::vector<Time> ended;
  for (auto call = open_.begin(); call != open_.end();) {
    if (ids.contains(call->first)) {
      ++call;
      continue;
    }
    ended.push_back(call->second.since);
    call = open_.erase(call);
  }
  for (const auto from : ended) call_spent(from, at);
}

TurnWaits::Now TurnClock::now() const noexcept {
  if (!open_.empty()) return TurnWaits::Now::tool;
  return tells_life_ && !ready_at_ ? TurnWaits::Now::start : TurnWaits::Now::model;
}

const TurnClock::Call* TurnClock::longest() const noexcept {
  const Call* found = nullptr;
  for (const auto& [id, call] : open_) {
    const bool better = found == nullptr || (is_sub_agent(found->tool) && !is_sub_agent(call.tool)) ||
                        (is_sub_agent(found->tool) == is_sub_agent(call.tool) && call.since < found->since);
    if (better) found = &call;
  }
  return found;
}

std::string TurnClock::waiting_for() const {
  const auto* call = longest();
  return call != nullptr ? call->tool : std::string();
}

std::optional<Time> TurnClock::waiting_since() const noexcept {
  const auto* call = longest();
  return call != nullptr ? std::optional(call->since) : std::nullopt;
}

/// Since when the program has been at work: of one whose first word nobody tells, since its start.
Time TurnClock::begun() const noexcept {
  return tells_life_ && ready_at_ ? *ready_at_ : started_at_;
}

/// Since when at least one tool has been running without a gap.
Time TurnClock::open_since() const noexcept {
  auto since = Time::max();
  for (const auto& [id, call] : open_) since = std::min(since, call.since);
  for (auto span = spans_.rbegin(); span != spans_.rend() && span->to >= since; ++span) {
    since = std::min(since, span->from);
  }
  return since;
}

TurnWaits TurnClock::waits(Time at) const {
  at = std::max(at, started_at_);
  TurnWaits made;
  made.started_at = started_at_;
  made.heard_at = heard_at_;
  made.tells_life = tells_life_;
  made.now = now();
  microseconds tool = duration_cast<microseconds>(settled_);
  const auto open = open_.empty() ? Time::max() : open_since();
  for (const auto& span : spans_) {
    // Of those that reach beyond this moment (the agent's clock goes ahead) what has passed; what is still open counts
    // once, below.
    const auto to = std::min({span.to, at, open});
    if (to > span.from) tool += to - span.from;
  }
  if (open < at) tool += at - open;
  const auto elapsed = at - started_at_;
  const auto own = made.now == TurnWaits::Now::start ? elapsed : std::min<microseconds>(begun() - started_at_, elapsed);
  tool = std::min<microseconds>(tool, elapsed - own);
  made.elapsed = duration_cast<milliseconds>(elapsed);
  made.own = duration_cast<milliseconds>(own);
  made.tool_wait = duration_cast<milliseconds>(tool);
  // The rest, so that the parts add up to the whole.
  made.model_wait = made.elapsed - made.own - made.tool_wait;
  made.now_since = started_at_;
  if (made.now == TurnWaits::Now::tool) {
    made.now_since = open;
    const auto* call = longest();
    if (call != nullptr) made.tool = TurnWaits::Tool{call->tool, call->input_summary, call->since};
  } else if (made.now == TurnWaits::Now::model) {
    made.now_since = spans_.empty() ? begun() : std::max(begun(), spans_.back().to);
  }
  made.now_since = std::min(made.now_since, at);
  return made;
}

}  // namespace trinity::executions
