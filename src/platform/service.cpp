#include "platform/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agents/wanted.h"
#include "audit/log.h"
#include "json/decode.h"
#include "platform/ops.h"
#include "settings/values.h"

namespace trinity::platform {

namespace {

using boost::json::object;

constexpr std::size_t longest_key = 100;
constexpr std::size_t longest_value = 256 * 1024;
/// Paths that look like settings.
constexpr std::array<std::string_view, 3> no_keys{"api-keys", "email-whitelist", "ops"};
/// Have operations of their own, which do more than write the row.
constexpr std::array<std::string_view, 2> kept_keys{"setup_completed", "trinity_runs_halted"};

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

void check_key_name(const std::string& key, json::Faults& faults) {
  const bool good = !key.empty() && key.size() <= longest_key && std::ranges::all_of(key, is_plain);
  if (!good)
    faults.add("string_pattern_mismatch", {"path", "key"}, "Use 1 to 100 letters, digits, '_', '.' and '-'", nullptr);
  if (std::ranges::find(no_keys, key) != no_keys.end())
    faults.add("value_error", {"path", "key"}, "This name is no setting", json::value(key));
}

void check_kept(std::string_view key) {
  if (std::ranges::find(kept_keys, key) == kept_keys.end()) return;
  throw Forbidden(fmt::format("Setting '{}' is not changed through the settings", key));
}

/// Keys of agents and the system's own do not manage secrets, whoever owns them.
void check_person(const Caller& caller) {
  if (!caller.is_person()) throw Forbidden("Admin access required");
}

json::array place_of(std::string_view key) {
  return {"body", "settings", key};
}

void check_ops(const settings::Values& values, const std::map<std::string, std::string>& given,
               const std::function<json::array(std::string_view)>& place) {
  json::Faults faults;
  auto after = values;
  std::string_view threshold;
  for (const auto& [name, value] : given) {
    const auto* const key = ops_key(name);
    if (const auto wanted = ops_fault(*key, value))
      faults.add("value_error", place(name), fmt::format("{}: use {}", name, *wanted), json::value(value));
    if (key->type == OpsType::percent) threshold = key->key;
    after = after.with(name, value);
  }
  if (faults.empty() && !threshold.empty() && !thresholds_agree(after))
    faults.add("value_error", place(threshold),
               "ops_context_warning_threshold may not be above ops_context_critical_threshold",
               json::value(given.find(std::string(threshold))->second));
  faults.check();
}

std::string wellformed(const KeyKind& kind, std::string_view key) {
  const auto clean = stripped(key);
  if (!is_well_formed(kind, clean)) throw BadRequest(std::string(kind.storing_fault));
  return std::string(clean);
}

}  // namespace

PlatformService::PlatformService(PlatformOptions options, settings::SettingsStore& settings, const fleet::Fleet& fleet,
                                 outbound::Client& client)
    : options_(std::move(options)), settings_(settings), lookup_(fleet), check_(client, options_.servers) {}

SystemSetting PlatformService::shown(std::string key, const std::string& value, std::string updated_at) const {
  auto text = settings::is_secret(key) && !value.empty() ? masked(value) : value;
  return {std::move(key), std::move(text), std::move(updated_at)};
}

Task<std::vector<SystemSetting>> PlatformService::list(Call call) {
  auto times = co_await settings_.updated_at(call);
  const auto values = settings_.values();
  std::vector<SystemSetting> all;
  all.reserve(values->size());
  for (const auto& [key, value] : *values) all.push_back(shown(key, value, times[key]));
  co_return all;
}

Task<SystemSetting> PlatformService::get(Call call, std::string key) {
  auto times = co_await settings_.updated_at(call);
  const auto value = settings_.text(key);
  if (!value) throw NotFound(fmt::format("Setting '{}' not found", key.substr(0, longest_key)));
  auto time = std::move(times[key]);
  co_return shown(std::move(key), *value, std::move(time));
}

Task<SystemSetting> PlatformService::set(Call call, CallerPtr caller, std::string key, std::string value) {
  json::Faults faults;
  check_key_name(key, faults);
  if (value.size() > longest_value)
    faults.add("string_too_long", {"body", "value"}, "String should have at most 262144 bytes", nullptr,
               {{"max_length", longest_value}});
  faults.check();
  check_kept(key);
  if (const auto* const kind = key_kind_of_setting(key)) {
    co_await set_key(call, std::move(caller), kind, std::move(value));
    co_return co_await get(call, std::move(key));
  }
  if (ops_key(key) != nullptr) {
    const auto place = [](std::string_view) { return json::array{"body", "value"}; };
    check_ops(*settings_.values(), {{key, value}}, place);
  }
  co_await settings_.set(call, key, std::move(value));
  audit::note(call, *caller, "setting_set", "", {{"setting", key}});
  co_return co_await get(call, std::move(key));
}

Task<bool> PlatformService::remove(Call call, CallerPtr caller, std::string key) {
  check_kept(key);
  if (const auto* const kind = key_kind_of_setting(key)) {
    const auto change = co_await remove_key(call, std::move(caller), kind);
    co_return change.deleted;
  }
  const bool removed = co_await settings_.remove(call, key);
  if (removed) audit::note(call, *caller, "setting_delete", "", {{"setting", key}});
  co_return removed;
}

object PlatformService::ops() const {
  const auto values = settings_.values();
  object all;
  for (const auto& key : ops_keys()) {
    auto value = ops_value(key, *values);
    const bool same = value == key.fallback;
    all[key.key] = object{
        {"value", std::move(value)}, {"default", key.fallback}, {"description", key.description}, {"is_default", same}};
  }
  const bool ssh = settings::is_true(ops_value(*ops_key(ssh_access), *values));
  return {{"settings", std::move(all)}, {ssh_access, ssh ? "true" : "false"}};
}

Task<PlatformService::OpsUpdate> PlatformService::set_ops(Call call, CallerPtr caller,
                                                          std::map<std::string, std::string> values) {
  OpsUpdate made;
  std::map<std::string, std::string> known;
  for (auto& [key, value] : values) {
    if (ops_key(key) == nullptr) {
      made.ignored.push_back(key.substr(0, longest_key));
      continue;
    }
    made.updated.push_back(key);
    known.emplace(key, std::move(value));
  }
  check_ops(*settings_.values(), known, place_of);
  if (known.empty()) co_return made;
  co_await settings_.set_all(call, std::move(known));
  for (const auto& key : made.updated) audit::note(call, *caller, "setting_set", "", {{"setting", key}});
  co_return made;
}

Task<std::vector<std::string>> PlatformService::reset_ops(Call call, CallerPtr caller) {
  std::vector<std::string> names;
  for (const auto& key : ops_keys()) names.emplace_back(key.key);
  auto removed = co_await settings_.remove_all(call, std::move(names));
  for (const auto& key : removed) audit::note(call, *caller, "setting_delete", "", {{"setting", key}});
  co_return removed;
}

bool PlatformService::has_fallback(const KeyKind& kind) const {
  const auto found = options_.fallbacks.find(kind.name);
  return found != options_.fallbacks.end() && !found->second.empty();
}

object PlatformService::status_of(const KeyKind& kind, const settings::Values& values) const {
  if (const auto stored = values.filled(kind.setting))
    return {{"configured", true}, {"masked", masked(*stored)}, {"source", "settings"}};
  if (has_fallback(kind))
    return {{"configured", true}, {"masked", masked(options_.fallbacks.find(kind.name)->second)}, {"source", "env"}};
  return {{"configured", false}, {"masked", nullptr}, {"source", nullptr}};
}

object PlatformService::keys() const {
  const auto values = settings_.values();
  object all;
  for (const auto& kind : key_kinds()) all[kind.name] = status_of(kind, *values);
  return all;
}

Task<std::size_t> PlatformService::agents_to_restart() const {
  const auto snapshot = co_await lookup_.snapshot();
  const auto values = settings_.values();
  std::size_t count = 0;
  for (const auto& entry : snapshot->entries) {
    const auto& agent = *entry.agent;
    if (agent.status != "running") continue;
    const auto wanted = agents::wanted_of(agent, *values, options_.agent_environment);
    if (agents::difference(agent, wanted).model_key) ++count;
  }
  co_return count;
}

Task<PlatformService::KeyChange> PlatformService::set_key(Call call, CallerPtr caller, const KeyKind* kind,
                                                          std::string key) {
  check_person(*caller);
  auto clean = wellformed(*kind, key);
  KeyChange made;
  made.masked = masked(clean);
  made.fallback_configured = has_fallback(*kind);
  co_await settings_.set(call, std::string(kind->setting), std::move(clean));
  audit::note(call, *caller, "platform_key_set", "", {{"key", std::string(kind->name)}});
  made.agents_to_restart = co_await agents_to_restart();
  co_return made;
}

Task<PlatformService::KeyChange> PlatformService::remove_key(Call call, CallerPtr caller, const KeyKind* kind) {
  check_person(*caller);
  KeyChange made;
  made.deleted = co_await settings_.remove(call, std::string(kind->setting));
  if (made.deleted) audit::note(call, *caller, "platform_key_delete", "", {{"key", std::string(kind->name)}});
  made.fallback_configured = has_fallback(*kind);
  made.agents_to_restart = co_await agents_to_restart();
  co_return made;
}

std::optional<std::string> PlatformService::key_in_use(const KeyKind& kind) const {
  if (auto stored = settings_.values()->filled(kind.setting)) return stored;
  if (has_fallback(kind)) return options_.fallbacks.find(kind.name)->second;
  return std::nullopt;
}

Task<object> PlatformService::check_key(Call call, CallerPtr caller, const KeyKind* kind,
                                        std::optional<std::string> key) {
  check_person(*caller);
  if (!key) key = key_in_use(*kind);
  if (!key) throw BadRequest("api_key: No key is stored. Send the one that is to be tried");
  std::string clean(stripped(*key));
  co_return co_await check_.check(call, kind, std::move(clean));
}

}  // namespace trinity::platform
