#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "fleet/types.h"

namespace trinity::fleet {

namespace {

/// Addresses compare without regard to case; the stored list is in lower case already.
bool shared_with(const Metadata& metadata, const Caller& caller) noexcept {
  if (!caller.email || metadata.shared_with.empty()) return false;
  const auto& mine = *caller.email;
  return std::any_of(metadata.shared_with.begin(), metadata.shared_with.end(), [&](const std::string& address) {
    return address.size() == mine.size() &&
           std::equal(address.begin(), address.end(), mine.begin(), [](char a, char b) {
             return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
           });
  });
}

/// What an agent's key can reach: the owner's reach, the administrator's role included, narrowed by the permissions.
bool within_grant(const Agent& agent, const Caller& caller) noexcept {
  if (agent.name == caller.agent_name) return true;
  if (!agent.metadata) return false;
  const auto& sources = agent.metadata->permitted_by;
  if (!std::binary_search(sources.begin(), sources.end(), caller.agent_name)) return false;
  return caller.role == Role::admin || is_owner(agent, caller) || shared_with(*agent.metadata, caller);
}

}  // namespace

bool is_owner(const Agent& agent, const Caller& caller) noexcept {
  return agent.metadata && agent.metadata->owner_id == caller.user_id;
}

bool is_shared(const Agent& agent, const Caller& caller) noexcept {
  return !caller.is_admin() && !is_owner(agent, caller) && agent.metadata && shared_with(*agent.metadata, caller);
}

bool can_manage(const Agent& agent, const Caller& caller) noexcept {
  if (caller.scope == Scope::agent_key) return false;
  return caller.is_admin() || is_owner(agent, caller);
}

bool can_read(const Agent& agent, const Caller& caller) noexcept {
  if (caller.scope == Scope::agent_key) return within_grant(agent, caller);
  if (caller.scope == Scope::system_key) return true;
  return can_manage(agent, caller) || is_shared(agent, caller);
}

bool allowed(const Agent& agent, const Caller& caller, Rule rule) noexcept {
  return rule == Rule::read ? can_read(agent, caller) : can_manage(agent, caller);
}

std::string viewer_class(const Caller& caller) {
  // Neither an address nor a name holds a line end.
  return fmt::format("{}{}{}\n{}\n{}", static_cast<char>('a' + static_cast<int>(caller.scope)),
                     caller.role == Role::admin ? '+' : '-', caller.user_id, caller.agent_name,
                     caller.email.value_or(""));
}

}  // namespace trinity::fleet
