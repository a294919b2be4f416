#pragma once
#include <string>

#include "agentlink/link.h"
#include "agents/lookup.h"
#include "agents/service.h"

namespace trinity::activity {

using agents::CallerPtr;

/// The conversation that an agent holds in its memory, and the model it uses for it. Access is checked here. JSON text;
/// all throw NotFound, then Forbidden. Any I/O thread.
class LiveChat {
 public:
  /// All must outlive it.
  LiveChat(const agents::AgentService& agents, const fleet::Fleet& fleet, agentlink::AgentLink& link)
      : agents_(agents), lookup_(fleet), link_(link) {}

  /// An array, oldest message first. Throws Unavailable.
  Task<std::string> history(Call call, CallerPtr caller, std::string name);
  /// Forgets it; the model stays. Throws Unavailable.
  Task<std::string> reset(Call call, CallerPtr caller, std::string name);
  /// Throws BadRequest when the agent does not run, Unavailable.
  Task<std::string> model(Call call, CallerPtr caller, std::string name);
  /// The same, and BadRequest with the agent's own words for a model that it does not take.
  Task<std::string> set_model(Call call, CallerPtr caller, std::string name, std::string wanted);

 private:
  enum class Ask { get_history, forget_history, forget_tools, get_model, set_model };
  Task<std::optional<agentlink::Answer>> ask(Call call, fleet::AgentPtr agent, Ask what, std::string body = {});
  Task<fleet::AgentPtr> running_for_model(CallerPtr caller, std::string name);

  const agents::AgentService& agents_;
  agents::AgentLookup lookup_;
  agentlink::AgentLink& link_;
};

}  // namespace trinity::activity
