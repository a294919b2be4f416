#pragma once
#include <optional>
#include <string>

#include "db/session.h"

namespace trinity::agents {

/// What is known of an agent's repository (table agent_git_config). Times are UTC without zone.
struct GitRecord {
  std::string agent;
  std::string repository;      ///< owner/name
  std::string working_branch;  ///< that is checked out; in source mode the source branch
  std::string instance_id;     ///< 8 hex digits
  std::string source_branch = "main";
  bool source_mode = false;  ///< follows the source branch; else it has a branch of its own
  std::string created_at;    ///< empty: now
  std::optional<std::string> last_sync_at{};
  std::optional<std::string> last_commit_sha{};
  bool sync_enabled = true;

  bool operator==(const GitRecord&) const = default;
};

/// The branch that is an agent's own: `trinity/<agent>/<instance_id>`.
[[nodiscard]] std::string own_branch(const std::string& agent, const std::string& instance_id);

/// Reads and writes those rows inside a job of the database. Part of the stores: whoever changes such a row reads the
/// agent's MetadataRows again in the same transaction and tells the fleet.
class GitRows {
 public:
  [[nodiscard]] static std::optional<GitRecord> of(db::Session& session, const std::string& agent);
  /// In place of the one that is there.
  static void put(db::Session& session, const GitRecord& record);
  /// False when there was none.
  static bool remove(db::Session& session, const std::string& agent);
};

}  // namespace trinity::agents
