#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "db/database.h"
#include "executions/queue_rows.h"
#include "executions/run_keys.h"
#include "executions/transcript.h"
#include "executions/types.h"

namespace trinity::executions {

/// All SQL about records of runs (tables schedule_executions and trinity_transcripts). Transcripts are kept packed,
/// away from the rows that lists read; rows of older programs may hold theirs themselves. Any I/O thread.
class ExecutionStore {
 public:
  /// Both must outlive it; the pool packs and unpacks.
  ExecutionStore(db::Database& database, BlockingPool& pool) : database_(database), pool_(pool) {}

  /// What begins together, in one transaction.
  struct Start {
    std::optional<Execution> record{};  ///< nothing: the run leaves none
    std::optional<QueuedTurn> turn{};
    std::optional<KeyRow> key{};
  };
  Task<> begin(Call call, Start start);
  Task<> begin(Call call, Execution record);
  /// What the owner of a turn needs to go on with it; `started_at`: it holds the slot, nothing: it waits.
  Task<> update_turn(Call call, std::string entry, std::optional<std::string> started_at, std::string turn);

  /// Ends a record that still runs and takes the turn out of the queue; the record as it stands then, without
  /// transcript. Nothing when it has ended already or its agent is gone. The duration is counted from its start,
  /// rounded up, at least 1 ms.
  Task<std::optional<Execution>> end(Call call, std::string id, Ending ending, std::string entry = {});
  /// For a run that leaves no record.
  Task<> end_turn(Call call, std::string entry);
  /// What a stopped run had cost and done, known only later: fills what its record lacks.
  Task<> add_figures(Call call, std::string id, Ending ending);

  /// Which records, newest first.
  struct Window {
    std::int64_t limit = 50;
    std::optional<std::string> before{};  ///< a record's id: only those behind it
    std::optional<std::string> status{};
    std::optional<std::string> triggered_by{};
    std::optional<Time> from{};          ///< begun then or later
    std::optional<Time> to{};            ///< begun then or before
    std::optional<std::string> words{};  ///< stand in message, response or error, whatever the case of their letters
  };
  /// Without transcripts.
  Task<std::vector<Execution>> of_agent(Call call, std::string agent, Window window);
  Task<std::vector<Execution>> of_agent(Call call, std::string agent, std::int64_t limit);
  /// `with_log`: with its transcript.
  Task<std::optional<Execution>> find(Call call, std::string agent, std::string id, bool with_log = true);
  /// A record with its transcript, and what stands beside it.
  struct Placed {
    Execution record;
    Neighbours beside{};
  };
  Task<std::optional<Placed>> find_placed(Call call, std::string agent, std::string id);
  /// Finds both neighbours by the index of lists, however many records there are. Bound to the agent, the start of the
  /// record and its id.
  static std::string neighbours_statement();
  /// A record that still runs.
  struct Open {
    std::int64_t place = 0;  ///< grows in the order of their beginnings
    std::string id;
    std::string agent_name;
    bool operator==(const Open&) const = default;
  };
  /// Records that still run, oldest first, at most `limit` of those behind a place; 0: from the first.
  Task<std::vector<Open>> running(Call call, std::int64_t after, std::int64_t limit);
  /// What an earlier life of the server left in the queue; for the start, blocks.
  std::vector<QueuedTurn> queued_turns(Call call, std::int64_t most);

  /// Whether the agent has an ownership row, and who may read it, for an agent without container.
  struct Owner {
    std::int64_t owner_id = 0;
    bool shared = false;  ///< with this address
    bool operator==(const Owner&) const = default;
  };
  Task<std::optional<Owner>> owner_of(Call call, std::string agent, std::optional<std::string> email);

  /// Removes at most `most` transcripts of runs that ended before that, also those in rows; how many there were.
  Task<std::int64_t> prune_transcripts(Call call, Time older_than, std::int64_t most);
  /// Keys that are not kept any longer.
  Task<std::int64_t> prune_keys(Call call, std::int64_t most);

 private:
  Task<> unpack_log(Execution* record, std::optional<Packed> packed);

  db::Database& database_;
  BlockingPool& pool_;
};

}  // namespace trinity::executions
