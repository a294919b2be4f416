#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"
#include "runstats/contexts.h"
#include "runstats/executions.h"

namespace trinity::runstats {

/// All SQL about figures of runs. Any I/O thread.
class FigureStore {
 public:
  explicit FigureStore(db::Database& database) : database_(database) {}

  struct Loaded {
    std::vector<ExecutionFigures::Record> records;  ///< begun since the moment asked for
    std::vector<ContextFigures::Activity> newest;   ///< one for each agent that has any
  };
  /// At the start; blocks.
  Loaded load(Call call, Time since);
  /// Between two writes; `loaded` is called before the next one, and must not throw.
  Task<> reload(Call call, Time since, std::function<void(const Loaded&)> loaded);

  /// By agent, of the runs begun since then. `agents`: only theirs, at most most_named; nothing: of all.
  static constexpr std::size_t most_named = 24;
  Task<std::vector<ExecutionStats>> since(Call call, Time since, std::optional<std::vector<std::string>> agents);

 private:
  db::Database& database_;
};

}  // namespace trinity::runstats
