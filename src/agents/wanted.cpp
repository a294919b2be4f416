#include "agents/wanted.h"

#include "agents/lookup.h"
#include "base/amounts.h"
#include "engine/types.h"

namespace trinity::agents {

namespace {

std::string or_default(const std::string& label, const char* fallback) {
  return label.empty() ? fallback : label;
}

/// A cleared override leaves the container as it is.
std::string memory_of(const fleet::Agent& agent) {
  const auto current = or_default(agent.memory, default_memory);
  const auto& given = agent.metadata ? agent.metadata->memory_limit : std::nullopt;
  return given && parse_memory(*given) ? *given : current;
}

std::string cpu_of(const fleet::Agent& agent) {
  const auto current = or_default(agent.cpu, default_cpu);
  const auto& given = agent.metadata ? agent.metadata->cpu_limit : std::nullopt;
  return given && parse_cpu_quota(*given) ? *given : current;
}

}  // namespace

std::string platform_model_key(const settings::Values& values, const std::map<std::string, std::string>& environment) {
  if (auto key = values.filled("anthropic_api_key")) return *key;
  const auto own = environment.find("ANTHROPIC_API_KEY");
  return own == environment.end() ? std::string() : own->second;
}

bool wants_full_capabilities(const fleet::Agent& agent, bool system_wide) noexcept {
  if (!agent.metadata) return system_wide;
  switch (agent.metadata->capabilities_by) {
    case fleet::ChosenBy::nobody:
      return system_wide;
    case fleet::ChosenBy::owner:
      return system_wide && agent.metadata->full_capabilities;
    case fleet::ChosenBy::administrator:
      return agent.metadata->full_capabilities;
  }
  return system_wide;
}

Wanted wanted_of(const fleet::Agent& agent, const settings::Values& values,
                 const std::map<std::string, std::string>& environment) {
  const bool platform_key = !agent.metadata || agent.metadata->use_platform_api_key;
  return {memory_of(agent), cpu_of(agent), platform_key ? platform_model_key(values, environment) : std::string(),
          wants_full_capabilities(agent, values.flag("agent_full_capabilities", true))};
}

Difference difference(const fleet::Agent& agent, const Wanted& wanted) {
  Difference found;
  found.limits =
      wanted.memory != or_default(agent.memory, default_memory) || wanted.cpu != or_default(agent.cpu, default_cpu);
  found.model_key = agent.model_key && *agent.model_key != engine::key_digest(wanted.model_key);
  // The system agent has options of its own.
  found.capabilities = !is_system(agent) && agent.full_capabilities != wanted.full_capabilities;
  return found;
}

}  // namespace trinity::agents
