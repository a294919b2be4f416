#pragma once
#include <map>
#include <memory>
#include <string>

#include "agents/lookup.h"
#include "agents/settings_store.h"
#include "agents/settings_types.h"
#include "agents/wanted.h"
#include "base/call.h"
#include "fleet/fleet.h"
#include "settings/store.h"

namespace trinity::agents {

/// What people set for one agent: autonomy, limits, capability mode, whose model key, tags. A change answers when every
/// later read shows it; the container follows at its next start (see AgentService::start). Reads come from the fleet,
/// counts of schedules apart. Any I/O thread.
///
/// Checks in the contract's order: the rule, then the container, then the values.
class AgentSettings {
 public:
  /// All must outlive it. `environment`: the server's own variables that concern agents.
  AgentSettings(fleet::Fleet& fleet, AgentSettingsStore& store, const settings::SettingsStore& settings,
                std::map<std::string, std::string> environment);

  Task<AutonomyStatus> autonomy(Call call, CallerPtr caller, std::string name);
  Task<AutonomyUpdateResult> set_autonomy(Call call, CallerPtr caller, std::string name, AutonomyUpdate update);
  /// By agent, of every agent that the caller can read; containers are not needed.
  Task<std::map<std::string, bool>> autonomy_of_all(Call call, CallerPtr caller);

  Task<Resources> resources(CallerPtr caller, std::string name);
  Task<ResourcesUpdateResult> set_resources(Call call, CallerPtr caller, std::string name, ResourcesUpdate update);

  Task<Capabilities> capabilities(CallerPtr caller, std::string name);
  Task<CapabilitiesUpdateResult> set_capabilities(Call call, CallerPtr caller, std::string name,
                                                  CapabilitiesUpdate update);

  Task<ApiKeySetting> api_key(CallerPtr caller, std::string name);
  Task<ApiKeyUpdateResult> set_api_key(Call call, CallerPtr caller, std::string name, ApiKeyUpdate update);

  Task<Tags> tags(CallerPtr caller, std::string name);
  /// In place of those it has. The container knows nothing of them.
  Task<Tags> set_tags(Call call, CallerPtr caller, std::string name, TagsUpdate update);

 private:
  [[nodiscard]] Difference difference_of(const fleet::Agent& agent) const;
  [[nodiscard]] Tell teller();
  /// After a change: the agent as everybody sees it from now on. Throws NotFound when nothing was `stored`.
  Task<fleet::AgentPtr> shown(std::string name, bool stored);

  fleet::Fleet& fleet_;
  AgentLookup lookup_;
  AgentSettingsStore& store_;
  const settings::SettingsStore& settings_;
  std::map<std::string, std::string> environment_;
};

}  // namespace trinity::agents
