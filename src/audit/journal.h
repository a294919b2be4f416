#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "audit/log.h"
#include "audit/store.h"
#include "base/gate.h"

namespace trinity::audit {

/// Who did what to what, in the database: an entry for each line of room `audit` (audit/log.h), whoever writes it.
/// Entries are stored a moment later, many at once, and never keep anybody waiting; while the database does not take
/// them, up to most_waiting are kept. They hold names and numbers, never secrets. Any thread.
class Journal {
 public:
  static constexpr std::size_t most_waiting = 10'000;
  static constexpr std::size_t most_at_once = 500;

  /// `store` must outlive it; `writer` is of one thread and must have ended its work when the journal dies.
  Journal(AuditStore& store, asio::any_io_executor writer) : store_(store), writer_(std::move(writer)) {}
  ~Journal() { log::stop_hearing(this); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Hears of every change from now on and goes on counting where the table ends; at the start, after the migrations.
  /// Blocks.
  void load(Call call);
  /// From now on entries are written by themselves.
  void start();
  /// Hears no more and stores what is not stored yet, at the end of the program; blocks.
  void flush_now(Call call);

  /// Everything that was noted before is in it.
  Task<std::vector<Entry>> find(Call call, Search search);
  /// Entries that could be kept nowhere, since the start.
  [[nodiscard]] std::uint64_t lost() const;

 private:
  void hear(const log::Place& place, std::span<const log::Field> fields);
  void keep(Entry entry);
  /// The oldest of those that wait.
  [[nodiscard]] std::vector<Entry> oldest() const;
  void drop_up_to(std::int64_t id);
  static Task<> write(Journal* journal);
  /// Stores the oldest; false when there are none.
  Task<bool> store_some(Call call);

  AuditStore& store_;
  asio::any_io_executor writer_;
  Gate turn_{1};  ///< one batch at a time, so that none is stored twice
  mutable std::mutex mutex_;
  std::vector<Entry> waiting_;  ///< until they are stored
  std::int64_t newest_ = 0;
  std::uint64_t lost_ = 0;
  bool started_ = false;
  bool writes_ = false;  ///< somebody is about to write them
};

}  // namespace trinity::audit
