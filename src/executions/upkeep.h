#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>

#include "executions/store.h"

namespace trinity::executions {

/// Removes what is kept for a time only: old transcripts, keys of calls. A little at a time, so that nobody waits for
/// the database because of it.
class Upkeep {
 public:
  /// `age`: of transcripts; 0: they are kept for ever. `store` must outlive it.
  Upkeep(ExecutionStore& store, std::chrono::days age) : store_(store), age_(age) {}

  /// Again and again.
  void start(const asio::any_io_executor& executor);
  /// One round; how much was removed.
  Task<std::int64_t> round(Call call);

 private:
  static Task<> keep(Upkeep* upkeep);

  ExecutionStore& store_;
  std::chrono::days age_;
};

}  // namespace trinity::executions
