#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "budgets/ledger.h"
#include "db/database.h"

namespace trinity::budgets {

/// All SQL about budgets and what was spent (tables trinity_budgets, trinity_spending). Any I/O thread.
class BudgetStore {
 public:
  explicit BudgetStore(db::Database& database) : database_(database) {}

  struct Stored {
    Ledger::AllLimits limits;
    Ledger::Spent spent;  ///< on the day asked for
  };
  /// At the start; blocks.
  Stored load(Call call, Day day);
  /// Between two writes; `loaded` is called before the next one, and must not throw.
  Task<> reload(Call call, Day day, std::function<void(Stored)> loaded);

  /// `published` is called once it stands, before the next write. False for an agent that is not there.
  Task<bool> set(Call call, std::string agent, Limits limits, std::function<void()> published);

  /// What somebody has spent on a day and is not stored yet.
  using Amounts = std::map<std::pair<Day, std::string>, double>;
  /// Adds them to what is stored, in one transaction; an agent without a row is left out. `published`: as above, with
  /// those that were left out.
  Task<> add(Call call, Amounts amounts, std::function<void(const std::vector<std::string>&)> published);
  /// The same at the end of the program; blocks.
  void add_now(Call call, const Amounts& amounts);
  /// Forgets what was spent before that day.
  Task<> prune(Call call, Day before);

 private:
  db::Database& database_;
};

}  // namespace trinity::budgets
