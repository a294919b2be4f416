#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "db/session.h"

namespace trinity::auth {

/// A row of table mcp_api_keys, as far as requests need it. The key itself is nowhere: only its digest.
struct ApiKey {
  std::string id;
  std::string hash;  ///< SHA-256 of the key, lower-case hex
  std::int64_t user_id = 0;
  Scope scope = Scope::user_key;
  std::string agent_name;  ///< of scopes agent and system
  bool active = true;
};

/// `trinity_mcp_` and 32 random bytes in base64url: 55 characters. Shown once, then only its digest is left.
[[nodiscard]] std::string new_key_text();
[[nodiscard]] std::string key_digest(std::string_view key);

/// Statements on table mcp_api_keys. They run inside the caller's transaction.
struct KeyRows {
  /// Rows that cannot be used (unknown scope, agent's key without an agent) are left out.
  [[nodiscard]] static std::vector<ApiKey> all(db::Session& session);
  /// The key of an agent, named `agent-<name>-key`. Earlier keys of the agent are removed: there is never more than
  /// one.
  [[nodiscard]] static ApiKey insert_for_agent(db::Session& session, std::string_view key, std::string_view agent,
                                               std::int64_t user_id);
  /// Every key that stands for the agent, the system agent's included.
  static void remove_of_agent(db::Session& session, std::string_view agent);
  /// Adds to the usage counter. `last_used` is naive UTC.
  static void add_uses(db::Session& session, std::string_view id, std::int64_t uses, std::string_view last_used);
};

}  // namespace trinity::auth
