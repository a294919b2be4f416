#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "db/session.h"
#include "executions/news.h"

namespace trinity::executions {

/// A turn in an agent's queue, as it outlives this process (table trinity_queue).
struct QueuedTurn {
  QueuedExecution entry;
  std::int64_t order = 0;   ///< of its admission
  std::string run;          ///< id
  bool unattended = false;  ///< nobody waits for its answer: it waits on when the server is started again
  std::string turn;         ///< JSON object: what its owner needs to go on with it
};

/// Statements about the queue, for transactions of those who change more with it.
class QueueRows {
 public:
  static void put(db::Session& session, const QueuedTurn& turn);
  /// `started_at`: it holds the slot.
  static void update(db::Session& session, const std::string& entry, const std::optional<std::string>& started_at,
                     const std::string& turn);
  static void remove(db::Session& session, const std::string& entry);
  /// Those that ran first, then the waiting ones in order; at most `most`.
  static std::vector<QueuedTurn> all(db::Session& session, std::int64_t most);
};

}  // namespace trinity::executions
