#pragma once
#include <string>
#include <vector>

#include "agents/lookup.h"
#include "base/blocking.h"
#include "permissions/store.h"
#include "permissions/types.h"

namespace trinity::permissions {

/// Which agents an agent may reach. Its owner decides, for agents that the owner may read. Reads are from memory; every
/// change is seen by reads that begin after the answer, and told on the live topic `agent:{source}`. No HTTP, no SQL.
/// Any I/O thread.
class PermissionService {
 public:
  /// All must outlive it.
  PermissionService(fleet::Fleet& fleet, PermissionStore& store, BlockingPool& pool)
      : fleet_(fleet), lookup_(fleet), store_(store), pool_(pool) {}

  struct Listed {
    AgentPermissions permissions;
    fleet::SnapshotPtr snapshot;
  };
  /// Whoever may read the agent, so its own key too. Throws Forbidden, NotFound.
  Task<Listed> list(agents::CallerPtr caller, std::string name);
  /// Exactly these. Throws Unprocessable, Forbidden, NotFound, and BadRequest for a target that the caller may not
  /// read; then nothing is changed. An administrator may name agents that are not there (yet).
  Task<SetPermissionsResult> set(Call call, agents::CallerPtr caller, std::string name,
                                 std::vector<std::string> targets);
  /// One direction. Throws Forbidden, NotFound, BadRequest.
  Task<PermissionChange> add(Call call, agents::CallerPtr caller, std::string name, std::string target);
  /// The target is not looked at. Throws Forbidden, NotFound.
  Task<PermissionChange> remove(Call call, agents::CallerPtr caller, std::string name, std::string target);

 private:
  [[nodiscard]] agents::Tell teller();

  fleet::Fleet& fleet_;
  agents::AgentLookup lookup_;
  PermissionStore& store_;
  BlockingPool& pool_;
};

}  // namespace trinity::permissions
