#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "executions/store.h"

namespace trinity::runfeeds {

/// A run as it is stored.
struct StoredRun {
  executions::Execution record;     ///< without transcript
  bool has_log = false;             ///< a transcript is stored
  std::vector<std::string> newest;  ///< its last entries, JSON
  std::uint64_t total = 0;          ///< entries that it has
};

/// Where feeds read what has been stored. Any I/O thread.
class Source {
 public:
  virtual ~Source() = default;
  /// The newest records of an agent, newest first.
  virtual Task<std::vector<executions::Execution>> newest(std::string agent, std::int64_t most) = 0;
  /// With as many of the newest entries as fit `most` bytes.
  virtual Task<std::optional<StoredRun>> find(std::string agent, std::string run, std::size_t most) = 0;
};

/// The database.
class StoreSource final : public Source {
 public:
  StoreSource(executions::ExecutionStore& store, BlockingPool& pool) : store_(store), pool_(pool) {}
  Task<std::vector<executions::Execution>> newest(std::string agent, std::int64_t most) override;
  Task<std::optional<StoredRun>> find(std::string agent, std::string run, std::size_t most) override;

 private:
  executions::ExecutionStore& store_;
  BlockingPool& pool_;
};

struct NewestEntries {
  std::vector<std::string> entries;  ///< JSON objects
  std::uint64_t total = 0;           ///< of the whole transcript
};
/// The last entries of a transcript (JSON text of an array) that fit `most` bytes; of entries larger than `most_entry`
/// long strings are cut. Nothing when the text is no array of objects there. Parses what it gives only. Pure.
[[nodiscard]] std::optional<NewestEntries> newest_entries(std::string_view transcript, std::size_t most,
                                                          std::size_t most_entry);

}  // namespace trinity::runfeeds
