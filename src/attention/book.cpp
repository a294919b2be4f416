#include "attention/book.h"

#include <algorithm>

#include "executions/ends.h"
#include "executions/question.h"

namespace trinity::attention {

namespace {

using executions::RunNews;
constexpr std::string_view halt_words = "All runs are stopped by ";

/// A question to the agent that asked for the run is none to a person. What is said in a conversation that leaves no
/// record is between two: others who may see the agent learn that there is a question, not which.
std::string told_wish(const RunNews& news, const std::string& wish) {
  if (!wish.starts_with("Asks")) return wish;
  if (news.record && news.record->triggered_by == "agent") return {};
  return news.record ? wish : "Asks a question in its conversation";
}

}  // namespace

void Book::load(const std::vector<Stored>& newest, Time at) {
  const std::lock_guard lock(mutex_);
  for (const auto& stored : newest) {
    auto& entry = *known_.try_emplace(stored.agent).first;
    auto& known = entry.second;
    if (stored.end.at < known.heard_of_run) continue;
    known.facts.ended = stored.answered ? std::nullopt : std::optional(stored.end);
    known.heard_of_run = stored.end.at;
    // As when it ended: what stopped it may still hold.
    if (known.facts.ended && stored.end.error.starts_with(halt_words)) hold(known.facts, stored.end.at);
    conclude(entry, at);
  }
}

void Book::hear(const RunNews& news, Time at) {
  const std::lock_guard lock(mutex_);
  switch (news.kind) {
    case RunNews::Kind::started:
      return began(news, at);
    case RunNews::Kind::finished:
      return ended(news, at);
    case RunNews::Kind::began:
    case RunNews::Kind::queue:
      break;
  }
}

void Book::began(const RunNews& news, Time at) {
  auto& entry = *known_.try_emplace(news.agent).first;
  auto& known = entry.second;
  known.runs.insert(news.run);
  known.heard_of_run = at;
  known.facts.ended.reset();
  known.facts.held.reset();
  conclude(entry, at);
}

void Book::ended(const RunNews& news, Time at) {
  if (!news.outcome) return;
  const auto found = known_.find(news.agent);
  const bool begun = found != known_.end() && found->second.runs.erase(news.run) > 0;
  // Of an agent that is gone, whose name another one may have.
  const auto started = news.record ? parse_time(news.record->started_at).value_or(at) : Time{};
  if (!begun && forgotten_.covers(news.agent, started)) return;
  auto& entry = *known_.try_emplace(news.agent).first;
  auto& known = entry.second;
  const auto& outcome = *news.outcome;
  RunEnd end;
  if (news.record) end.record = news.record->id;
  end.at = at;
  end.failed = !outcome.success && !executions::ended_by_person(outcome.error);
  end.error = outcome.error;
  if (outcome.success) end.wish = told_wish(news, outcome.wish);
  known.facts.ended = std::move(end);
  known.heard_of_run = at;
  if (outcome.error.starts_with(halt_words)) hold(known.facts, at);
  if (outcome.success && known.facts.silence) known.facts.silence->works = true;
  conclude(entry, at);
}

void Book::hear(const agentlink::News& news, Time at) {
  const std::lock_guard lock(mutex_);
  const bool up = !news.live || news.live->connection == agentlink::Connection::up;
  if (up) {
    const auto found = known_.find(news.agent);
    if (found == known_.end() || !found->second.facts.silence) return;
    found->second.facts.silence.reset();
    conclude(*found, at);
    return drop_blank(news.agent);
  }
  auto& entry = *known_.try_emplace(news.agent).first;
  auto& silence = entry.second.facts.silence;
  if (!silence || news.whole) silence = Silence{at};
  silence->never_heard = news.live->stream.empty();
  conclude(entry, at);
}

void Book::hear(const budgets::Ledger::News& news, Time at) {
  const std::lock_guard lock(mutex_);
  const bool reached = news.standing.reached();
  if (news.agent == budgets::everybody) {
    common_budget_used_ = reached;
    if (!reached) release(Hold::By::common_budget, at);
    return;
  }
  auto& entry = *known_.try_emplace(news.agent).first;
  entry.second.facts.budget = reached ? std::optional(Hold{Hold::By::own_budget, at}) : std::nullopt;
  conclude(entry, at);
}

void Book::hear(const budgets::HaltState& halt, Time at) {
  const std::lock_guard lock(mutex_);
  halted_ = halt.halted;
  if (!halted_) release(Hold::By::halt, at);
}

void Book::refused(const std::string& agent, Time at) {
  const std::lock_guard lock(mutex_);
  auto& entry = *known_.try_emplace(agent).first;
  hold(entry.second.facts, at);
  conclude(entry, at);
}

void Book::hold(Facts& facts, Time at) const {
  if (facts.held) return;
  if (halted_) {
    facts.held = Hold{Hold::By::halt, at};
  } else if (common_budget_used_) {
    facts.held = Hold{Hold::By::common_budget, at};
  }
}

void Book::release(Hold::By by, Time at) {
  for (auto& entry : known_) {
    auto& held = entry.second.facts.held;
    if (!held || held->by != by) continue;
    held.reset();
    conclude(entry, at);
  }
}

void Book::follow(const fleet::Publication& publication, Time at) {
  using fleet::Change;
  const std::lock_guard lock(mutex_);
  for (const auto& change : publication.changes) {
    if (change.kind == Change::Kind::engine) continue;
    // Another container may have the name already.
    const auto* found = publication.snapshot->find(change.name);
    auto& entry = *known_.try_emplace(change.name).first;
    auto& known = entry.second;
    known.there = found != nullptr;
    known.facts.crash = found != nullptr ? crash_of(*found->agent, at) : std::nullopt;
    if (found == nullptr || found->agent->status != "running") known.facts.strain = {};
    conclude(entry, at);
    drop_blank(change.name);
  }
}

void Book::look(const fleet::Snapshot& snapshot, std::vector<executions::RunningTurns::Turn> turns, Time at) {
  const std::lock_guard lock(mutex_);
  take_turns(std::move(turns), at);
  sample(snapshot, at);
  const auto due = timed_;
  for (const auto& name : due) {
    const auto found = known_.find(name);
    if (found != known_.end()) conclude(*found, at);
  }
}

void Book::take_turns(std::vector<executions::RunningTurns::Turn> turns, Time at) {
  std::map<std::string, std::vector<executions::TurnWaits>> by_agent;
  for (const auto& name : with_turns_) by_agent[name];
  for (auto& turn : turns) by_agent[turn.agent].push_back(std::move(turn.waits));
  with_turns_.clear();
  for (auto& [name, waits] : by_agent) {
    const auto found = known_.find(name);
    if (found == known_.end()) continue;
    if (!waits.empty()) with_turns_.insert(name);
    found->second.facts.turns = std::move(waits);
    conclude(*found, at);
  }
}

void Book::sample(const fleet::Snapshot& snapshot, Time at) {
  for (const auto& [agent, figures] : snapshot.entries) {
    if (!figures || agent->status != "running") continue;
    const auto found = known_.find(agent->name);
    if (found == known_.end() || found->second.sampled == figures->sample.at) continue;
    auto& known = found->second;
    known.sampled = figures->sample.at;
    auto strain = after(known.facts.strain, *agent, *figures, at);
    if (strain == known.facts.strain) continue;
    known.facts.strain = strain;
    conclude(*found, at);
  }
}

void Book::forget(const std::string& agent, Time at) {
  const std::lock_guard lock(mutex_);
  forgotten_.note(agent, at);
  const auto found = known_.find(agent);
  if (found == known_.end()) return;
  // What runs in its container is told of by the fleet.
  const bool there = found->second.there;
  found->second = Known{};
  found->second.there = there;
  conclude(*found, at);
  drop_blank(agent);
}

void Book::drop_blank(const std::string& agent) {
  const auto found = known_.find(agent);
  if (found == known_.end() || !is_blank(found->second)) return;
  known_.erase(found);
  log_.forget(agent);
}

bool Book::is_blank(const Known& known) noexcept {
  const auto& facts = known.facts;
  return !known.there && known.runs.empty() && !facts.ended && facts.turns.empty() && !facts.budget && !facts.held &&
         !facts.silence;
}

void Book::conclude(Entry& entry, Time at) {
  const auto& [name, known] = entry;
  if (depends_on_time(known.facts)) {
    timed_.insert(name);
  } else {
    timed_.erase(name);
  }
  auto items = known.there ? items_of(known.facts, patience_, at) : Items{};
  const auto row = rows_.find(name);
  const bool same = row == rows_.end() ? items.empty() : row->second->items == items;
  if (same) return;
  if (items.empty()) {
    rows_.erase(row);
  } else {
    rows_[name] = make_row(name, std::move(items));
  }
  log_.touch(name);
  board_is_old_ = true;
}

BoardPtr Book::board() const {
  const std::lock_guard lock(mutex_);
  if (!board_is_old_) return board_;
  auto made = std::make_shared<Board>();
  made->rows.reserve(rows_.size());
  for (const auto& [name, row] : rows_) {
    made->rows.push_back(row);
    for (const auto& item : row->items) ++made->counts.at(static_cast<std::size_t>(item.kind));
  }
  std::ranges::sort(made->rows, [](const RowPtr& a, const RowPtr& b) { return before(*a, *b); });
  board_ = std::move(made);
  board_is_old_ = false;
  return board_;
}

RowPtr Book::row(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(agent);
  return found == rows_.end() ? nullptr : found->second;
}

Book::Changed Book::changed(std::uint64_t since) const {
  const std::lock_guard lock(mutex_);
  return {log_.newest(), log_.since(since)};
}

}  // namespace trinity::attention
