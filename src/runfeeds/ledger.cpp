#include "runfeeds/ledger.h"

#include <algorithm>

#include "base/clock.h"
#include "runfeeds/rows.h"

namespace trinity::runfeeds {

namespace {

using executions::RunNews;

OpenRun run_of(const RunNews& news, const AgentRuns& agent) {
  OpenRun run;
  run.id = news.run;
  run.chat = news.chat;
  if (news.record) {
    run.has_record = true;
    run.message_preview = preview_of(news.record->message);
    run.started_at = news.record->started_at;
    run.triggered_by = news.record->triggered_by;
    return run;
  }
  // A turn without record: what its place in the queue says.
  const auto current = agent.queue ? agent.queue->current_execution : std::nullopt;
  run.started_at = format_naive(now());
  run.triggered_by = current && current->source != "user" ? current->source : "manual";
  if (current) run.message_preview = preview_of(current->message);
  return run;
}

}  // namespace

const OpenRun* AgentRuns::find(const std::string& run) const {
  const auto found = std::find_if(runs.begin(), runs.end(), [&](const OpenRun& one) { return one.id == run; });
  return found == runs.end() ? nullptr : &*found;
}

bool AgentRuns::waits(const std::string& record) const {
  return queue && std::any_of(queue->queued_executions.begin(), queue->queued_executions.end(),
                              [&](const auto& one) { return one.execution_id == record; });
}

void Ledger::take(const RunNews& news) {
  auto agent = *find(news.agent);
  const auto place =
      std::find_if(agent.runs.begin(), agent.runs.end(), [&](const OpenRun& one) { return one.id == news.run; });
  if (news.kind == RunNews::Kind::queue) {
    agent.queue = news.queue;
  } else if (news.kind == RunNews::Kind::finished) {
    if (place != agent.runs.end()) agent.runs.erase(place);
  } else if (place == agent.runs.end()) {
    agent.runs.push_back(run_of(news, agent));
    agent.runs.back().begun = news.kind == RunNews::Kind::began;
    if (agent.runs.size() > most_runs) agent.runs.erase(agent.runs.begin());
  } else if (news.kind == RunNews::Kind::began) {
    place->begun = true;
  }
  const bool idle = !agent.queue || (!agent.queue->is_busy && agent.queue->queue_length == 0);
  if (agent.runs.empty() && idle) {
    agents_.erase(news.agent);
  } else {
    agents_[news.agent] = std::make_shared<const AgentRuns>(std::move(agent));
  }
}

AgentRunsPtr Ledger::find(const std::string& agent) const {
  static const auto nothing = std::make_shared<const AgentRuns>();
  const auto found = agents_.find(agent);
  return found == agents_.end() ? nothing : found->second;
}

}  // namespace trinity::runfeeds
