#include "runstats/turn_rows.h"

#include <utility>

#include "base/text.h"

namespace trinity::runstats {

TurnRows::TurnRows(executions::RunningTurns& turns) : turns_(turns) {
  turns_.on_change([this](const std::string& agent) {
    const std::lock_guard lock(mutex_);
    log_.touch(agent);
  });
}

void TurnRows::forget(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  log_.forget(agent);
}

Rows::Changed TurnRows::changed(std::uint64_t since, Time /*at*/) {
  const std::lock_guard lock(mutex_);
  return {log_.newest(), log_.since(since)};
}

std::optional<boost::json::object> TurnRows::row(const fleet::Agent& agent, Time at) {
  if (agent.status != "running") return std::nullopt;
  const auto turn = turns_.running_turn(agent.name, at);
  if (!turn) return std::nullopt;
  boost::json::value tool(nullptr);
  if (turn->tool) {
    tool = boost::json::object{{"name", turn->tool->name},
                               {"input_summary", preview(turn->tool->input_summary, most_input)}};
  }
  return boost::json::object{{"name", agent.name},
                             {"execution_id", turn->execution_id},
                             {"started_at", format_z(turn->started_at)},
                             {"now", executions::word_of(turn->now)},
                             {"now_since", format_z(turn->now_since)},
                             {"tool", std::move(tool)}};
}

}  // namespace trinity::runstats
