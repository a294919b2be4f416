#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace trinity {

enum class Role { user, admin };

/// By what a caller is known. A session and a user's key stand for the person; an agent's key stands for one agent
/// only; the system key stands for the system agent, which looks after every agent.
enum class Scope { session, user_key, agent_key, system_key };

/// Who asks. Made by the authenticator, immutable.
struct Caller {
  std::int64_t user_id = 0;  ///< with a key: the key's owner
  std::string username;
  std::optional<std::string> email;  ///< as stored; compare in lower case
  Role role = Role::user;            ///< the user's; ask is_admin() instead
  Scope scope = Scope::session;
  std::string agent_name{};  ///< the agent that the key belongs to; empty without one

  /// The rights of an administrator. An agent's key never has them, whoever owns it.
  [[nodiscard]] bool is_admin() const noexcept { return role == Role::admin && scope != Scope::agent_key; }
  /// A person: signed in, or with a key of their own. Only a person manages keys, users, shares, settings.
  [[nodiscard]] bool is_person() const noexcept { return scope == Scope::session || scope == Scope::user_key; }
};

}  // namespace trinity
