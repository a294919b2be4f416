#include "executions/queue_service.h"

#include "audit/log.h"
#include "executions/preview.h"

namespace trinity::executions {

namespace {

bool is_own(const Caller& caller, const QueuedExecution& entry) {
  // An agent's key stands for the agent, not for all that its owner writes.
  if (!caller.is_person()) return !caller.agent_name.empty() && entry.source_agent == caller.agent_name;
  return entry.source_user_id == std::to_string(caller.user_id);
}

}  // namespace

QueueStatus shown_to(const Caller& caller, const fleet::Agent& agent, QueueStatus status) {
  if (fleet::can_manage(agent, caller)) return status;
  const auto cut = [&caller](QueuedExecution& entry) {
    if (!is_own(caller, entry)) entry.message = shown_characters(entry.message);
  };
  if (status.current_execution) cut(*status.current_execution);
  for (auto& entry : status.queued_executions) cut(entry);
  return status;
}

Task<QueueStatus> QueueService::status(agents::CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(caller, name);
  co_return shown_to(*caller, *view.agent, queue_.status(name));
}

Task<std::size_t> QueueService::clear(Call call, agents::CallerPtr caller, std::string name) {
  co_await lookup_.container_first(caller, name);
  const auto gone = queue_.clear(name, AgentQueue::Fate::cleared, std::string(removed_from_queue));
  audit::note(call, *caller, "clear_queue", name, {{"dropped", std::to_string(gone)}});
  co_return gone;
}

Task<bool> QueueService::release(Call call, agents::CallerPtr caller, std::string name) {
  co_await lookup_.container_first(caller, name);
  const bool was = queue_.release(name);
  audit::note(call, *caller, "force_release", name, {{"severity", "warning"}, {"was_running", was ? "true" : "false"}});
  co_return was;
}

}  // namespace trinity::executions
