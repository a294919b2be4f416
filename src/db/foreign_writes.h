#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "db/database.h"

namespace trinity::db {

/// Notices that another program has changed the database file. Looking costs one statement that touches no table; the
/// program's own writes are no change.
class ForeignWrites {
 public:
  using Changed = std::function<Task<>(Call)>;

  /// What is in the file now is known: make it before anything is read that is to be kept. `changed` is awaited after
  /// each look that found a change, however many there were; one that throws is called again after the next look.
  /// `database` must outlive it. Blocks for a moment.
  ForeignWrites(Database& database, std::chrono::milliseconds every, Changed changed)
      : database_(database), every_(every), changed_(std::move(changed)), known_(database.foreign_version_now()) {}
  ForeignWrites(const ForeignWrites&) = delete;
  ForeignWrites& operator=(const ForeignWrites&) = delete;

  /// Begins to look, on this executor, which must have ended its work when this object dies.
  void start(const asio::any_io_executor& executor);

 private:
  static Task<> look_regularly(ForeignWrites* self);
  Task<> look(Call call);

  Database& database_;
  std::chrono::milliseconds every_;
  Changed changed_;
  std::int64_t known_;
  bool failing_ = false;  ///< the last look failed, and that was logged
};

}  // namespace trinity::db
