#include "budgets/ledger.h"

#include "base/clock.h"

namespace trinity::budgets {

std::string text_of(Day day) {
  return format_naive(day).substr(0, 10);
}

void Ledger::load(AllLimits limits, Day day, Spent spent) {
  for (const auto& [agent, old] : limits_) touched_.insert(agent);
  limits_ = std::move(limits);
  day_ = day;
  spent_ = std::move(spent);
  for (const auto& [agent, now] : limits_) touched_.insert(agent);
}

void Ledger::set(const std::string& agent, const Limits& limits) {
  touched_.insert(agent);
  if (limits == Limits{}) {
    limits_.erase(agent);
  } else {
    limits_[agent] = limits;
  }
}

void Ledger::spend(const std::string& agent, double cost, Day day) {
  begin(day);
  if (day < day_) return;
  for (const auto& who : {agent, std::string(everybody)}) {
    spent_[who] += cost;
    touched_.insert(who);
  }
}

void Ledger::forget(const std::string& agent) {
  limits_.erase(agent);
  spent_.erase(agent);
  touched_.insert(agent);
}

void Ledger::begin(Day day) {
  if (day <= day_) return;
  day_ = day;
  spent_.clear();
  touched_.insert(told_.begin(), told_.end());
}

Standing Ledger::of(const std::string& agent, Day today) const {
  Standing made;
  if (const auto it = limits_.find(agent); it != limits_.end()) made.limits = it->second;
  // Of a day that is over nothing counts, whether or not somebody has begun the new one.
  if (const auto it = spent_.find(agent); it != spent_.end() && today <= day_) made.spent_today = it->second;
  return made;
}

std::vector<Ledger::News> Ledger::news() {
  std::vector<News> made;
  for (const auto& agent : touched_) {
    const auto standing = of(agent, day_);
    const bool told = told_.contains(agent);
    if (standing.reached() == told) continue;
    if (told) {
      told_.erase(agent);
    } else {
      told_.insert(agent);
    }
    made.push_back({agent, standing});
  }
  touched_.clear();
  return made;
}

}  // namespace trinity::budgets
