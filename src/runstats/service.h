#pragma once
#include <string>

#include "agents/lookup.h"
#include "runstats/store.h"

namespace trinity::runstats {

/// Figures of runs and contexts of all agents that somebody may read: the last 24 hours from memory, longer ones from
/// the database. Any I/O thread.
class FigureService {
 public:
  /// All must outlive it.
  FigureService(const fleet::Fleet& fleet, FigureStore& store) : lookup_(fleet), store_(store) {}
  FigureService(const FigureService&) = delete;
  FigureService& operator=(const FigureService&) = delete;

  /// At the start, and when another program has changed the database.
  void load(Call call);
  Task<> reload(Call call);
  /// The agent and its rows are gone. Any thread.
  void forget(const std::string& agent);

  // JSON text, the contract's.
  Task<std::string> execution_stats(Call call, agents::CallerPtr caller, std::chrono::hours back);
  Task<std::string> context_stats(agents::CallerPtr caller);

  /// Fed by those who know.
  [[nodiscard]] ExecutionFigures& executions() noexcept { return executions_; }
  [[nodiscard]] ContextFigures& contexts() noexcept { return contexts_; }

 private:
  void take(const FigureStore::Loaded& loaded);

  agents::AgentLookup lookup_;
  FigureStore& store_;
  ExecutionFigures executions_;
  ContextFigures contexts_;
};

}  // namespace trinity::runstats
