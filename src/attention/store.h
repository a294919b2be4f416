#pragma once
#include <functional>
#include <vector>

#include "attention/book.h"
#include "db/database.h"

namespace trinity::attention {

/// All SQL of this room: one statement, however many agents and runs there are. Any I/O thread.
class AttentionStore {
 public:
  using Newest = std::vector<Book::Stored>;

  explicit AttentionStore(db::Database& database) : database_(database) {}

  /// For each agent that has any, its newest run that has ended. At the start; blocks.
  Newest load(Call call);
  /// Between two writes; `loaded` is called before the next one, and must not throw.
  Task<> reload(Call call, std::function<void(const Newest&)> loaded);

 private:
  db::Database& database_;
};

}  // namespace trinity::attention
