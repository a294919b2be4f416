#include "permissions/service.h"

#include <algorithm>

#include "audit/log.h"
#include "base/errors.h"
#include "json/decode.h"

namespace trinity::permissions {

namespace {

constexpr const char* owner_only = "Only the owner can modify agent permissions";
constexpr std::size_t longest_name = 200;
/// Fewer agents than this are looked through at once; more would hold up the other connections of the thread.
constexpr std::size_t here_below = 100;

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name &&
         std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '/' || c == 0x7f; });
}

void check_names(const std::vector<std::string>& targets) {
  json::Faults faults;
  if (targets.size() > PermissionStore::most_targets) {
    faults.add("too_long", {"body", "permitted_agents"},
               "List should have at most " + std::to_string(PermissionStore::most_targets) + " items", nullptr);
  } else {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (!is_name(targets[i]))
        faults.add("value_error", {"body", "permitted_agents", i}, "Not an agent's name", json::value(targets[i]));
    }
  }
  faults.check();
}

/// For an administrator any name is: it may be that of an agent to come.
bool is_accessible(const fleet::Snapshot& snapshot, const Caller& caller, const std::string& target) {
  if (caller.is_admin()) return is_name(target);
  const auto* entry = snapshot.find(target);
  return entry && fleet::can_read(*entry->agent, caller);
}

bool may_reach(const std::string& source, const fleet::Agent& target) {
  return target.metadata &&
         std::binary_search(target.metadata->permitted_by.begin(), target.metadata->permitted_by.end(), source);
}

PermissionAgent row(const fleet::Agent& agent, const std::string& source) {
  return {agent.name, agent.status, agent.type, may_reach(source, agent)};
}

/// Those that may reach `source`, of what the caller may read.
std::vector<PermissionAgent> callers_of(const fleet::Snapshot& snapshot, const std::string& source,
                                        const Caller& caller) {
  std::vector<PermissionAgent> made;
  const auto* entry = snapshot.find(source);
  if (!entry || !entry->agent->metadata) return made;
  for (const auto& name : entry->agent->metadata->permitted_by) {
    const auto* other = snapshot.find(name);
    if (other && fleet::can_read(*other->agent, caller)) made.push_back(row(*other->agent, source));
  }
  return made;
}

AgentPermissions made_list(const fleet::Snapshot& snapshot, const std::string& source, const Caller& caller) {
  AgentPermissions made;
  made.source_agent = source;
  made.callers = callers_of(snapshot, source, caller);
  for (std::size_t i = 0; i < snapshot.entries.size(); ++i) {
    const auto& agent = *snapshot.entries[i].agent;
    // While a container is being replaced two may have the same name.
    const bool hidden = snapshot.place_of(agent.name).value_or(i) != i;
    if (agent.name == source || hidden || !fleet::can_read(agent, caller)) continue;
    made.available_agents.push_back(row(agent, source));
    if (made.available_agents.back().permitted) made.permitted_agents.push_back(made.available_agents.back());
  }
  return made;
}

/// Names for the log, as many as a line can bear.
std::string names(const std::vector<std::string>& all) {
  constexpr std::size_t most = 50;
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
    if (i > 0) text += ',';
    text += all[i];
  }
  if (all.size() > most) text += ",...";
  return text;
}

}  // namespace

agents::Tell PermissionService::teller() {
  return [this](std::vector<fleet::Action> actions) { fleet_.tell(std::move(actions)); };
}

Task<PermissionService::Listed> PermissionService::list(agents::CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, agents::no_permission);
  if (view.snapshot->entries.size() < here_below)
    co_return Listed{made_list(*view.snapshot, name, *caller), view.snapshot};
  auto job = [&] { return made_list(*view.snapshot, name, *caller); };
  auto made = co_await pool_.run(std::move(job));
  co_return Listed{std::move(made), view.snapshot};
}

Task<SetPermissionsResult> PermissionService::set(Call call, agents::CallerPtr caller, std::string name,
                                                  std::vector<std::string> targets) {
  check_names(targets);
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::manage, owner_only);
  std::erase(targets, name);
  for (const auto& target : targets) {
    if (!is_accessible(*view.snapshot, *caller, target))
      throw BadRequest("Agent '" + target + "' does not exist or is not accessible");
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  SetPermissionsResult result;
  result.source_agent = name;
  result.permitted_count = static_cast<std::int64_t>(targets.size());
  PermissionStore::Source source{name, caller->username, view.agent->metadata.has_value()};
  const auto done = co_await store_.replace(call, std::move(source), std::move(targets), teller());
  if (!done.found) throw NotFound(agents::not_found);
  if (!done.added.empty() || !done.removed.empty()) {
    audit::note(call, *caller, "set_permissions", name,
                {{"added", names(done.added)},
                 {"removed", names(done.removed)},
                 {"count", std::to_string(result.permitted_count)}});
  }
  co_await fleet_.applied(std::vector<fleet::Action>());
  co_return result;
}

Task<PermissionChange> PermissionService::add(Call call, agents::CallerPtr caller, std::string name,
                                              std::string target) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::manage, owner_only);
  if (!is_accessible(*view.snapshot, *caller, target))
    throw BadRequest("Target agent '" + target + "' does not exist or is not accessible");
  if (target == name) throw BadRequest("Agent cannot be permitted to call itself");
  PermissionStore::Source source{name, caller->username, view.agent->metadata.has_value()};
  const auto added = co_await store_.add(call, std::move(source), target, teller());
  if (added == PermissionStore::Added::no_source) throw NotFound(agents::not_found);
  if (added == PermissionStore::Added::full) {
    throw BadRequest("An agent can be permitted to call at most " + std::to_string(PermissionStore::most_targets) +
                     " others");
  }
  if (added == PermissionStore::Added::present) co_return PermissionChange{"already_exists", name, target};
  audit::note(call, *caller, "add_permission", name, {{"target", target}});
  co_await fleet_.applied(std::vector<fleet::Action>());
  co_return PermissionChange{"added", name, target};
}

Task<PermissionChange> PermissionService::remove(Call call, agents::CallerPtr caller, std::string name,
                                                 std::string target) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::manage, owner_only);
  const bool removed = co_await store_.remove(call, name, target, teller());
  if (!removed) co_return PermissionChange{"not_found", name, target};
  audit::note(call, *caller, "remove_permission", name, {{"target", target}});
  co_await fleet_.applied(std::vector<fleet::Action>());
  co_return PermissionChange{"removed", name, target};
}

}  // namespace trinity::permissions
