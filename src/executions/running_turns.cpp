#include "executions/running_turns.h"

#include <algorithm>
#include <ranges>
#include <set>

namespace trinity::executions {

namespace {

/// What listeners hear of: who runs and what is waited for.
struct Face {
  std::string run;
  TurnWaits::Now now = TurnWaits::Now::start;
  std::string tool;
  std::optional<Time> since;  ///< two calls of one tool are not the same
  bool operator==(const Face&) const = default;
};

template <class Turns>
std::vector<Face> faces_of(const Turns& turns) {
  std::vector<Face> made;
  made.reserve(turns.size());
  for (const auto& [id, known] : turns) {
    const auto& clock = known.clock;
    made.push_back({id, clock.now(), clock.waiting_for(), clock.waiting_since()});
  }
  return made;
}

template <class Known>
TurnWaits waits_of(const std::string& id, const Known& known, Time at) {
  auto waits = known.clock.waits(at);
  waits.execution_id = id;
  waits.chat = known.chat;
  return waits;
}

void take_call(TurnClock& clock, const agentlink::ToldCall& call) {
  if (!call.ended_at) {
    clock.call_began(call.id, call.tool, call.input_summary, call.started_at);
    return;
  }
  clock.call_ended(call.id, *call.ended_at);
  // Its beginning may not have been told; what is known already counts once.
  clock.call_spent(call.started_at, *call.ended_at);
}

void take_life(TurnClock& clock, const agentlink::ToldRun& run) {
  if (!run.tells_life) return clock.tells_no_life();
  if (run.ready_at) clock.ready(*run.ready_at);
  if (run.heard_at) clock.heard(*run.heard_at);
}

/// Everything was told anew: calls that are not among those have ended while nobody heard it, or are older than the
/// newest ones that are told. Their end, when it is told, makes up for what is wrong until then.
void keep_told_calls(TurnClock& clock, const std::string& run, const agentlink::News& news) {
  std::set<std::string> ids;
  auto oldest = now();
  for (const auto& call : news.calls) {
    oldest = std::min(oldest, call.started_at);
    if (call.run == run) ids.insert(call.id);
  }
  clock.keep_calls(ids, oldest);
}

}  // namespace

void RunningTurns::take(Turns& turns, const agentlink::News& news) {
  const auto& runs = *news.live->runs;
  std::erase_if(turns, [&](const auto& one) {
    return std::none_of(runs.begin(), runs.end(), [&](const auto& run) { return run.id == one.first; });
  });
  for (const auto& run : runs) {
    const auto started = parse_time(run.started_at);
    if (started && !run.id.empty()) turns.try_emplace(run.id, Known{run.type == "chat", TurnClock(*started)});
  }
  const auto clock_of = [&](const std::string& run) {
    const auto found = turns.find(run);
    return found != turns.end() ? &found->second.clock : nullptr;
  };
  for (const auto& run : news.told_runs) {
    if (auto* clock = clock_of(run.id)) take_life(*clock, run);
  }
  if (news.whole || news.no_calls) {
    for (auto& [id, known] : turns) keep_told_calls(known.clock, id, news);
  }
  // The newest ones are told first.
  for (const auto& call : std::views::reverse(news.calls)) {
    if (auto* clock = clock_of(call.run)) take_call(*clock, call);
  }
}

void RunningTurns::hear(const agentlink::News& news) {
  const bool of_turns = !news.live || news.whole || news.no_calls || !news.calls.empty() || !news.told_runs.empty() ||
                        !news.ended.empty();
  // Most news are of other things.
  if (!of_turns) return;
  {
    const std::lock_guard lock(mutex_);
    auto turns = agents_.find(news.agent);
    const auto before = turns != agents_.end() ? faces_of(turns->second) : std::vector<Face>();
    if (!news.live) {
      if (turns == agents_.end()) return;
      agents_.erase(turns);
    } else {
      if (turns == agents_.end()) turns = agents_.try_emplace(news.agent).first;
      take(turns->second, news);
      const auto after = faces_of(turns->second);
      if (turns->second.empty()) agents_.erase(turns);
      if (after == before) return;
    }
  }
  for (const auto& listener : listeners_) listener(news.agent);
}

std::optional<TurnWaits> RunningTurns::running_turn(const std::string& agent, Time at) const {
  const std::lock_guard lock(mutex_);
  const auto found = agents_.find(agent);
  if (found == agents_.end()) return std::nullopt;
  std::optional<TurnWaits> chosen;
  for (const auto& [id, known] : found->second) {
    auto waits = waits_of(id, known, at);
    const bool better = !chosen || (waits.chat && !chosen->chat) ||
                        (waits.chat == chosen->chat && waits.started_at < chosen->started_at);
    if (better) chosen = std::move(waits);
  }
  return chosen;
}

std::vector<RunningTurns::Turn> RunningTurns::all(Time at) const {
  const std::lock_guard lock(mutex_);
  std::vector<Turn> made;
  for (const auto& [agent, turns] : agents_) {
    for (const auto& [id, known] : turns) made.push_back({agent, waits_of(id, known, at)});
  }
  return made;
}

}  // namespace trinity::executions
