#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/session.h"
#include "fleet/fleet.h"

namespace trinity::agents {

/// Tells the fleet of rows that have changed: Fleet::tell. Called in the publish step of the write that changed them,
/// any thread.
using Tell = std::function<void(std::vector<fleet::Action>)>;

/// Reads what the fleet shows of agents, inside a job of the database. Part of the stores: whoever changes such rows
/// reads them again in the same transaction and tells the fleet.
class MetadataRows {
 public:
  /// Owners, flags, git, tags and shares of every agent in one statement, permissions in a second one.
  [[nodiscard]] static std::map<std::string, fleet::Metadata> all(db::Session& session);
  /// The same of one agent; nothing when it has no row.
  [[nodiscard]] static std::optional<fleet::Metadata> of(db::Session& session, const std::string& name);
  /// What this agent may reach, sorted.
  [[nodiscard]] static std::vector<std::string> targets_of(db::Session& session, const std::string& name);
};

}  // namespace trinity::agents
