#pragma once
#include <string>
#include <vector>

#include "db/session.h"

namespace trinity::agents {

/// Rows of agents' tags, inside a job of the database. Part of the stores; what is shown of them is read by
/// MetadataRows.
class TagRows {
 public:
  /// Of an agent without a row of its own nothing is kept.
  static void replace(db::Session& session, const std::string& agent, const std::vector<std::string>& tags);
  static void remove(db::Session& session, const std::string& agent);
};

}  // namespace trinity::agents
