#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/task.h"
#include "credentials/types.h"
#include "vault/holding.h"

namespace trinity::credentials {

/// Where credentials, their assignments and OAuth states are kept: sqlite_store.h or redis_store.h. It gets secrets
/// sealed and gives them back sealed. Any I/O thread. Every operation is one atomic step, takes part in no other, and
/// throws Unavailable when the place cannot be reached.
class SecretStore : public vault::Holding {
 public:
  /// Creates it, or replaces all of it.
  virtual Task<> put(Call call, Stored stored) = 0;
  virtual Task<std::optional<Stored>> get(Call call, std::string id) = 0;
  /// Newest first, by created_at, then id. With a name: only those of that name.
  virtual Task<std::vector<Stored>> of_owner(Call call, std::string owner, std::string name = {}) = 0;
  /// Everything that is assigned to the agent, whoever did it, by name and then oldest first. Assignments of deleted
  /// credentials are skipped.
  virtual Task<std::vector<Stored>> of_agent(Call call, std::string agent) = 0;
  /// The agents that each has been assigned to, sorted. Ids without one are not in it.
  virtual Task<std::map<std::string, std::vector<std::string>>> agents_of(Call call, std::vector<std::string> ids) = 0;
  /// Takes its assignments and ties along. False when there was none.
  virtual Task<bool> remove(Call call, std::string id) = 0;

  /// Adds to what is assigned; ids that are no credential are left out.
  virtual Task<> assign(Call call, std::string agent, std::vector<std::string> ids) = 0;
  /// False when it was not assigned.
  virtual Task<bool> unassign(Call call, std::string agent, std::string id) = 0;
  /// Drops assignments and ties of the agent. The credentials stay.
  virtual Task<> forget_agent(Call call, std::string agent) = 0;

  /// Ties are the assignments of old deployments: one credential for each MCP server of an agent.
  virtual Task<> tie(Call call, std::string agent, std::string mcp_server, std::string id) = 0;
  /// MCP server -> id. Ties to deleted credentials are skipped.
  virtual Task<std::map<std::string, std::string>> ties_of(Call call, std::string agent) = 0;

  /// OAuth flows under way; forgotten after `life`.
  virtual Task<> put_state(Call call, std::string state, std::string value, std::chrono::seconds life) = 0;
  /// Each can be taken once.
  virtual Task<std::optional<std::string>> take_state(Call call, std::string state) = 0;
};

}  // namespace trinity::credentials
