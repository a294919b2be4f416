#pragma once
#include <optional>
#include <string>

#include "agents/metadata_rows.h"
#include "db/database.h"
#include "git/types.h"

namespace trinity::git {

/// All SQL about agents' repositories, but for the row that an agent is born with. Any I/O thread.
class GitStore {
 public:
  /// `database` must outlive it.
  explicit GitStore(db::Database& database) : database_(database) {}

  Task<std::optional<GitRecord>> find(Call call, std::string agent);
  /// In place of the one that is there. False, and nothing is stored, when the agent has gone.
  Task<bool> put(Call call, GitRecord record, agents::Tell tell);
  /// The one of this instance alone, so that a newer one stays. False when there was none.
  Task<bool> remove(Call call, std::string agent, std::string instance_id, agents::Tell tell);
  /// Commits went to the remote. Gives the time that was stored; nothing without a record.
  Task<std::optional<std::string>> synced(Call call, std::string agent, std::string commit);

 private:
  db::Database& database_;
};

}  // namespace trinity::git
