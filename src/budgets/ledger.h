#pragma once
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "budgets/types.h"

namespace trinity::budgets {

using Day = std::chrono::sys_days;

/// `2026-01-14`.
[[nodiscard]] std::string text_of(Day day);

/// Who may spend what and who has spent what today. In memory, without I/O and without clock; one thread at a time.
class Ledger {
 public:
  /// By agent; see `everybody`.
  using AllLimits = std::map<std::string, Limits>;
  using Spent = std::map<std::string, double>;

  /// Replaces everything.
  void load(AllLimits limits, Day day, Spent spent);
  void set(const std::string& agent, const Limits& limits);
  /// Adds to the agent and to everybody. What is spent on an earlier day than the ledger's counts no more.
  void spend(const std::string& agent, double cost, Day day);
  /// The agent is gone. What it has spent stays with everybody.
  void forget(const std::string& agent);
  /// Begins the day, unless it goes on already.
  void begin(Day day);

  [[nodiscard]] Standing of(const std::string& agent, Day today) const;
  [[nodiscard]] std::size_t limited() const noexcept { return limits_.size(); }

  struct News {
    std::string agent;
    Standing standing;
  };
  /// Those that have reached their limit, or are below it again, since this was asked last.
  [[nodiscard]] std::vector<News> news();

 private:
  AllLimits limits_;
  Day day_{};
  Spent spent_;
  std::set<std::string> touched_;
  std::set<std::string> told_;  ///< as having reached their limit
};

}  // namespace trinity::budgets
