#include "attention/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/masking.h"
#include "base/text.h"

namespace trinity::attention {

namespace {

using executions::TurnWaits;
using std::chrono::seconds;
constexpr std::size_t longest_error = 200;
/// Of SIGKILL and SIGTERM: what `docker stop` leaves.
constexpr std::int64_t killed = 137;
constexpr std::int64_t ended = 143;

seconds since(Time then, Time at) {
  return std::max(seconds(0), std::chrono::floor<seconds>(at - then));
}

std::string crash_text(const Crash& crash) {
  if (crash.out_of_memory) return "Its container ran out of memory";
  return fmt::format("Its container ended by itself with code {}", crash.exit_code.value_or(0));
}

std::optional<Item> waiting(const Facts& facts) {
  if (!facts.ended || facts.ended->failed || facts.ended->wish.empty()) return std::nullopt;
  return Item{Kind::waiting, facts.ended->at, facts.ended->wish, facts.ended->record};
}

std::optional<Item> failed(const Facts& facts) {
  const auto* run = facts.ended && facts.ended->failed ? &*facts.ended : nullptr;
  const auto record = run != nullptr ? run->record : std::nullopt;
  // The container says why its run failed.
  if (facts.crash) return Item{Kind::failed, facts.crash->at, crash_text(*facts.crash), record};
  if (run == nullptr) return std::nullopt;
  auto why = preview(masked(preview(to_utf8(run->error), 4 * longest_error)), longest_error);
  if (why.empty()) why = "Its last run failed";
  return Item{Kind::failed, run->at, std::move(why), record};
}

bool is_silent(const TurnWaits& turn, const Patience& patience, Time at) {
  const auto silence = since(turn.heard_at, at);
  if (turn.now == TurnWaits::Now::tool) return silence >= patience.tool;
  return turn.tells_life && silence >= patience.stuck;
}

std::string doing(const TurnWaits& turn) {
  if (turn.now == TurnWaits::Now::start) return "while it starts";
  if (turn.now == TurnWaits::Now::model) return "while the model answers";
  return fmt::format("while {} runs", turn.tool ? preview(to_utf8(turn.tool->name), 40) : std::string("a tool"));
}

std::optional<Item> stuck(const Facts& facts, const Patience& patience, Time at) {
  const TurnWaits* longest = nullptr;
  for (const auto& turn : facts.turns) {
    if (!is_silent(turn, patience, at)) continue;
    if (longest == nullptr || turn.heard_at < longest->heard_at) longest = &turn;
  }
  if (longest == nullptr) return std::nullopt;
  const auto time = since(longest->heard_at, at);
  Item made{Kind::stuck, longest->heard_at, fmt::format("No sign of life for {} {}", time_text(time), doing(*longest))};
  if (!longest->execution_id.empty()) made.execution_id = longest->execution_id;
  return made;
}

std::optional<Item> over_budget(const Facts& facts) {
  const auto& hold = facts.budget ? facts.budget : facts.held;
  if (!hold) return std::nullopt;
  static constexpr std::array words{"Its budget for today is used up",
                                    "A run was refused: the budget of all agents for today is used up",
                                    "A run was stopped or refused: all runs are stopped"};
  return Item{Kind::over_budget, hold->since, words.at(static_cast<std::size_t>(hold->by))};
}

std::optional<Item> slow(const Facts& facts, Time at) {
  auto found = slowness_of(facts.strain, at);
  if (!found) return std::nullopt;
  return Item{Kind::slow, found->since, std::move(found->detail)};
}

std::optional<Item> unreachable(const Facts& facts, const Patience& patience, Time at) {
  const auto& silence = facts.silence;
  if (!silence || since(silence->since, at) < patience.silent) return std::nullopt;
  if (silence->never_heard && silence->works) return std::nullopt;
  return Item{Kind::unreachable, silence->since, "Its container runs, but its daemon does not answer"};
}

}  // namespace

std::optional<Crash> crash_of(const fleet::Agent& agent, Time at) {
  if (agent.status != "stopped" || agent.engine_state == "created") return std::nullopt;
  const auto reason = agent.reason.value_or("unknown");
  const bool seen = reason == "exit" || reason == "oom";
  if (!seen && reason != "unknown") return std::nullopt;
  Crash made{agent.changed_at.value_or(at), agent.exit_code, agent.oom_killed || reason == "oom"};
  if (made.out_of_memory) return made;
  const auto code = agent.exit_code.value_or(0);
  const bool stop_like = code == killed || code == ended;
  if (code == 0 || (!seen && stop_like)) return std::nullopt;
  return made;
}

Items items_of(const Facts& facts, const Patience& patience, Time at) {
  Items made;
  for (auto& item : {waiting(facts), failed(facts), stuck(facts, patience, at), over_budget(facts), slow(facts, at),
                     unreachable(facts, patience, at)}) {
    if (item) made.push_back(*item);
  }
  return made;
}

bool depends_on_time(const Facts& facts) noexcept {
  return !facts.turns.empty() || facts.silence || facts.strain.killed;
}

std::string time_text(seconds time) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  if (minutes < 1) return fmt::format("{} s", time.count() < 10 ? time.count() : time.count() / 10 * 10);
  if (minutes < 60) return fmt::format("{} min", minutes);
  return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60) : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace trinity::attention
