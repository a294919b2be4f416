#include "agents/settings_service.h"

#include <fmt/format.h>

#include <array>

#include "agents/tags.h"
#include "audit/log.h"
#include "base/errors.h"

namespace trinity::agents {

namespace {

constexpr std::array<std::string_view, 7> memory_sizes{"1g", "2g", "4g", "8g", "16g", "32g", "64g"};
constexpr std::array<std::string_view, 5> core_counts{"1", "2", "4", "8", "16"};

/// Missing, null and empty clear the override.
template <std::size_t N>
std::optional<std::string> one_of(const std::optional<boost::json::value>& given,
                                  const std::array<std::string_view, N>& allowed, const char* what) {
  if (!given) return std::nullopt;
  const auto* text = given->if_string();
  if (text && text->empty()) return std::nullopt;
  if (text && std::ranges::find(allowed, std::string_view(*text)) != allowed.end()) return std::string(*text);
  throw BadRequest(fmt::format("Invalid {} value. Must be one of: {}", what, fmt::join(allowed, ", ")));
}

bool switch_of(const std::optional<boost::json::value>& given, const char* field) {
  if (!given) throw BadRequest(fmt::format("{} is required", field));
  if (!given->is_bool()) throw BadRequest(fmt::format("{} must be a boolean", field));
  return given->get_bool();
}

std::string word(bool on) {
  return on ? "true" : "false";
}

}  // namespace

AgentSettings::AgentSettings(fleet::Fleet& fleet, AgentSettingsStore& store, const settings::SettingsStore& settings,
                             std::map<std::string, std::string> environment)
    : fleet_(fleet), lookup_(fleet), store_(store), settings_(settings), environment_(std::move(environment)) {}

Difference AgentSettings::difference_of(const fleet::Agent& agent) const {
  return difference(agent, wanted_of(agent, *settings_.values(), environment_));
}

Tell AgentSettings::teller() {
  return [this](std::vector<fleet::Action> actions) { fleet_.tell(std::move(actions)); };
}

Task<fleet::AgentPtr> AgentSettings::shown(std::string name, bool stored) {
  // An orphan: a container without a row, which could hold no setting.
  if (!stored) throw NotFound(not_found);
  co_await fleet_.applied(std::vector<fleet::Action>());
  const auto snapshot = co_await lookup_.snapshot();
  const auto* entry = snapshot->find(name);
  if (!entry) throw NotFound(not_found);
  co_return entry->agent;
}

Task<AutonomyStatus> AgentSettings::autonomy(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  const auto& agent = view.agent;
  const auto schedules = co_await store_.schedules(call, name);
  co_return AutonomyStatus{name, agent->metadata && agent->metadata->autonomy_enabled, schedules.all, schedules.enabled,
                           agent->engine_state};
}

Task<AutonomyUpdateResult> AgentSettings::set_autonomy(Call call, CallerPtr caller, std::string name,
                                                       AutonomyUpdate update) {
  const auto view =
      co_await lookup_.rule_first(caller, name, fleet::Rule::manage, "Only the owner can modify autonomy settings");
  const auto& agent = view.agent;
  if (is_system(*agent)) throw Forbidden("Cannot modify autonomy for system agent");
  const bool enabled = switch_of(update.enabled, "enabled");
  auto tell = teller();
  const bool stored = co_await store_.set_autonomy(call, name, enabled, std::move(tell));
  co_await shown(name, stored);
  const auto schedules = co_await store_.schedules(call, name);
  audit::note(call, *caller, "set_autonomy", name,
              {{"enabled", word(enabled)}, {"schedules", std::to_string(schedules.all)}});
  AutonomyUpdateResult result;
  result.agent_name = name;
  result.autonomy_enabled = enabled;
  result.schedules_updated = schedules.all;
  result.message = fmt::format("Autonomy {}. {} schedule(s) updated.", enabled ? "enabled" : "disabled", schedules.all);
  co_return result;
}

Task<std::map<std::string, bool>> AgentSettings::autonomy_of_all(Call call, CallerPtr caller) {
  auto rows = co_await store_.all(call);
  std::map<std::string, bool> made;
  fleet::Agent agent;
  for (auto& [name, metadata] : rows) {
    agent.name = name;
    agent.metadata = std::move(metadata);
    if (is_system(agent) || !fleet::can_read(agent, *caller)) continue;
    made.emplace(name, agent.metadata->autonomy_enabled);
  }
  co_return made;
}

Task<Resources> AgentSettings::resources(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, "Access denied");
  const auto& agent = view.agent;
  Resources made;
  if (agent->metadata) {
    made.memory = agent->metadata->memory_limit;
    made.cpu = agent->metadata->cpu_limit;
  }
  made.current_memory = agent->memory.empty() ? default_memory : agent->memory;
  made.current_cpu = agent->cpu.empty() ? default_cpu : agent->cpu;
  made.restart_needed = difference_of(*agent).limits;
  co_return made;
}

Task<ResourcesUpdateResult> AgentSettings::set_resources(Call call, CallerPtr caller, std::string name,
                                                         ResourcesUpdate update) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::manage, "Only owners can change resource limits");
  ResourcesUpdateResult result;
  result.memory = one_of(update.memory, memory_sizes, "memory");
  result.cpu = one_of(update.cpu, core_counts, "CPU");
  auto tell = teller();
  const bool stored = co_await store_.set_resources(call, name, result.memory, result.cpu, std::move(tell));
  const auto agent = co_await shown(name, stored);
  audit::note(call, *caller, "set_resources", name,
              {{"memory", result.memory.value_or("none")}, {"cpu", result.cpu.value_or("none")}});
  result.restart_needed = difference_of(*agent).limits;
  co_return result;
}

Task<Capabilities> AgentSettings::capabilities(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  const auto& agent = view.agent;
  const auto found = difference_of(*agent);
  Capabilities made;
  made.full_capabilities = agent->metadata && agent->metadata->full_capabilities;
  made.current_full_capabilities = agent->full_capabilities;
  made.restart_needed = found.capabilities;
  made.next_full_capabilities = agent->full_capabilities != found.capabilities;
  co_return made;
}

Task<CapabilitiesUpdateResult> AgentSettings::set_capabilities(Call call, CallerPtr caller, std::string name,
                                                               CapabilitiesUpdate update) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::manage, "Only owners can change capabilities");
  CapabilitiesUpdateResult result;
  result.full_capabilities = switch_of(update.full_capabilities, "full_capabilities");
  const auto by = caller->is_admin() ? fleet::ChosenBy::administrator : fleet::ChosenBy::owner;
  auto tell = teller();
  const bool stored = co_await store_.set_capabilities(call, name, result.full_capabilities, by, std::move(tell));
  const auto agent = co_await shown(name, stored);
  audit::note(call, *caller, "set_capabilities", name, {{"full", word(result.full_capabilities)}});
  result.restart_needed = difference_of(*agent).capabilities;
  co_return result;
}

Task<ApiKeySetting> AgentSettings::api_key(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  const auto& agent = view.agent;
  co_return ApiKeySetting{name, !agent->metadata || agent->metadata->use_platform_api_key,
                          difference_of(*agent).model_key, agent->engine_state};
}

Task<ApiKeyUpdateResult> AgentSettings::set_api_key(Call call, CallerPtr caller, std::string name,
                                                    ApiKeyUpdate update) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::manage, "Only the owner can modify API key settings");
  ApiKeyUpdateResult result;
  result.agent_name = name;
  result.use_platform_api_key = switch_of(update.use_platform_api_key, "use_platform_api_key");
  auto tell = teller();
  const bool stored = co_await store_.set_platform_key(call, name, result.use_platform_api_key, std::move(tell));
  co_await shown(name, stored);
  audit::note(call, *caller, "set_api_key_setting", name,
              {{"use_platform_api_key", word(result.use_platform_api_key)}});
  co_return result;
}

Task<Tags> AgentSettings::tags(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  Tags made;
  made.agent_name = name;
  if (view.agent->metadata) made.tags = view.agent->metadata->tags;
  co_return made;
}

Task<Tags> AgentSettings::set_tags(Call call, CallerPtr caller, std::string name, TagsUpdate update) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::manage, "Only owners can change tags");
  Tags made;
  made.agent_name = name;
  made.tags = tags_of(update.tags);
  auto tell = teller();
  const bool stored = co_await store_.set_tags(call, name, made.tags, std::move(tell));
  co_await shown(name, stored);
  audit::note(call, *caller, "set_tags", name,
              {{"tags", made.tags.empty() ? "none" : fmt::format("{}", fmt::join(made.tags, ","))}});
  co_return made;
}

}  // namespace trinity::agents
