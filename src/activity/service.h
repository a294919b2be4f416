#pragma once
#include <string>

#include "agentlink/followers.h"
#include "agentlink/link.h"
#include "agents/lookup.h"
#include "agents/service.h"

namespace trinity::activity {

using agents::CallerPtr;

/// What an agent does now, for those who ask instead of listening: from memory where that is whole, else asked from its
/// daemon. Access is checked here. Any I/O thread.
class ActivityService {
 public:
  /// All must outlive it.
  ActivityService(const agents::AgentService& agents, const fleet::Fleet& fleet, const agentlink::Followers& followers,
                  agentlink::AgentLink& link)
      : agents_(agents), lookup_(fleet), followers_(followers), link_(link) {}

  // JSON text. All throw NotFound, then Forbidden.

  /// Idle for an agent that cannot be asked.
  Task<std::string> activity(Call call, CallerPtr caller, std::string name);
  /// Nothing is asked from an agent that does not run. Throws Unavailable.
  Task<> clear(Call call, CallerPtr caller, std::string name);
  /// One call with input and output. Throws BadRequest when the agent does not run, NotFound, Unavailable.
  Task<std::string> tool_call(Call call, CallerPtr caller, std::string name, std::string id);
  /// The conversation's figures. Throws BadRequest when the agent does not run, Unavailable.
  Task<std::string> session(Call call, CallerPtr caller, std::string name);

 private:
  /// Throws BadRequest when the agent does not run.
  Task<fleet::AgentPtr> running(CallerPtr caller, std::string name);
  /// What is known of an agent that is connected; else null.
  [[nodiscard]] agentlink::LivePtr known(const std::string& name) const;
  Task<std::optional<agentlink::Answer>> ask(Call call, fleet::AgentPtr agent, http::Method method, std::string path);

  const agents::AgentService& agents_;
  agents::AgentLookup lookup_;
  const agentlink::Followers& followers_;
  agentlink::AgentLink& link_;
};

}  // namespace trinity::activity
