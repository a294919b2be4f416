#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"
#include "executions/types.h"

namespace trinity::executions {

/// All SQL about records of runs (table schedule_executions). Any I/O thread.
class ExecutionStore {
 public:
  explicit ExecutionStore(db::Database& database) : database_(database) {}

  Task<> begin(Call call, Execution record);
  /// Ends a record that still runs; false when it has ended already or its agent is gone. The duration is counted from
  /// its start, rounded up, at least 1 ms.
  Task<bool> end(Call call, std::string id, Ending ending);
  /// Newest first, without transcripts.
  Task<std::vector<Execution>> of_agent(Call call, std::string agent, std::int64_t limit);
  /// Whole.
  Task<std::optional<Execution>> find(Call call, std::string agent, std::string id);
  /// A record that still runs.
  struct Open {
    std::int64_t place = 0;  ///< grows in the order of their beginnings
    std::string id;
    std::string agent_name;
    bool operator==(const Open&) const = default;
  };
  /// Records that still run, oldest first, at most `limit` of those behind a place; 0: from the first.
  Task<std::vector<Open>> running(Call call, std::int64_t after, std::int64_t limit);
  /// Whether the agent has an ownership row, and who may read it, for an agent without container.
  struct Owner {
    std::int64_t owner_id = 0;
    bool shared = false;  ///< with this address
    bool operator==(const Owner&) const = default;
  };
  Task<std::optional<Owner>> owner_of(Call call, std::string agent, std::optional<std::string> email);

 private:
  db::Database& database_;
};

}  // namespace trinity::executions
