#include "budgets/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audit/log.h"
#include "base/errors.h"
#include "json/write.h"

namespace trinity::budgets {

namespace {

/// Small budgets have small parts.
std::string dollars(double amount, double limit) {
  return limit < 0.1 ? fmt::format("{:.4f}", amount) : fmt::format("{:.2f}", amount);
}

double cents(double amount) {
  return std::round(amount * 1e6) / 1e6;
}

std::string limit_text(const std::optional<double>& limit) {
  return limit ? fmt::format("{}", *limit) : "none";
}
std::string limit_text(const std::optional<std::int64_t>& limit) {
  return limit ? fmt::format("{}", *limit) : "none";
}

std::string row_of(const Ledger::News& news) {
  boost::json::object row{{"name", nullptr},
                          {"reached", news.standing.reached()},
                          {"spent_today", cents(news.standing.spent_today)},
                          {"cost_per_day", nullptr}};
  if (news.agent != everybody) row["name"] = news.agent;
  if (news.standing.limits.cost_per_day) row["cost_per_day"] = *news.standing.limits.cost_per_day;
  return json::write(row);
}

}  // namespace

Standing BudgetService::standing(const std::string& agent) const {
  const auto day = today();
  const std::lock_guard lock(mutex_);
  return ledger_.of(agent, day);
}

std::optional<Refusal> BudgetService::refusal(const std::string& agent) const {
  if (auto why = halt_.why()) {
    ++refused_by_halt_;
    return Refusal{503, std::move(*why)};
  }
  for (const auto& who : {agent, std::string(everybody)}) {
    auto refused = refusal_of(who, standing(who));
    if (!refused) continue;
    ++refused_by_budget_;
    return refused;
  }
  return std::nullopt;
}

std::optional<Refusal> BudgetService::refusal_of(const std::string& agent, const Standing& standing) const {
  if (!standing.reached()) return std::nullopt;
  const auto limit = *standing.limits.cost_per_day;
  const auto whose = agent == everybody ? std::string("all agents together") : "agent '" + agent + "'";
  Refusal made;
  made.status = 402;
  made.detail = fmt::format("The daily budget of {} is used up ({} of {} USD). New runs start at 00:00 UTC.", whose,
                            dollars(standing.spent_today, limit), dollars(limit, limit));
  const auto left = today() + std::chrono::days(1) - clock_();
  made.retry_after_s = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(left).count());
  return made;
}

std::optional<std::chrono::seconds> BudgetService::longest_run(const std::string& agent) const {
  const auto own = standing(agent).limits.run_seconds;
  const auto all = standing(everybody).limits.run_seconds;
  if (!own && !all) return std::nullopt;
  return std::chrono::seconds(own && all ? std::min(*own, *all) : own.value_or(all.value_or(0)));
}

BudgetView BudgetService::view(const std::string& agent) const {
  const auto standing = this->standing(agent);
  BudgetView made;
  made.cost_per_day = standing.limits.cost_per_day;
  made.run_seconds = standing.limits.run_seconds;
  made.spent_today = cents(standing.spent_today);
  made.reached = standing.reached();
  made.day_ends_at = format_z(today() + std::chrono::days(1));
  if (agent == everybody) return made;
  made.agent_name = agent;
  made.fleet_reached = this->standing(everybody).reached();
  return made;
}

Task<BudgetView> BudgetService::budget(CallerPtr caller, std::string name) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::read, "Access denied");
  co_return view(name);
}

Task<BudgetView> BudgetService::set_budget(Call call, CallerPtr caller, std::string name, Limits limits) {
  co_await lookup_.rule_first(caller, name, fleet::Rule::manage, "Only owners can change budgets");
  const bool there = co_await change(call, name, limits);
  // An orphan: a container without a row.
  if (!there) throw NotFound(agents::not_found);
  live_.config_changed(name, live::ConfigArea::budget, false);
  audit::note(call, *caller, "set_budget", name,
              {{"cost_per_day", limit_text(limits.cost_per_day)}, {"run_seconds", limit_text(limits.run_seconds)}});
  co_return view(name);
}

BudgetView BudgetService::fleet_budget() const {
  return view(everybody);
}

Task<BudgetView> BudgetService::set_fleet_budget(Call call, CallerPtr caller, Limits limits) {
  co_await change(call, everybody, limits);
  audit::note(call, *caller, "set_budget", {},
              {{"cost_per_day", limit_text(limits.cost_per_day)}, {"run_seconds", limit_text(limits.run_seconds)}});
  co_return view(everybody);
}

Task<bool> BudgetService::change(Call call, std::string agent, Limits limits) {
  auto published = [&] {
    const std::lock_guard lock(mutex_);
    ledger_.set(agent, limits);
    tell_news();
  };
  std::function<void()> publish = published;
  co_return co_await store_.set(call, agent, limits, std::move(publish));
}

void BudgetService::forget(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  ledger_.forget(agent);
  std::erase_if(unwritten_, [&](const auto& amount) { return amount.first.second == agent; });
  tell_news();
}

void BudgetService::tell_news() {
  for (const auto& news : ledger_.news()) {
    live_.agent_budget(news.agent, row_of(news), news.standing.reached());
    if (listener_) listener_(news);
    if (news.agent != everybody) live_.config_changed(news.agent, live::ConfigArea::budget, false);
  }
}

BudgetService::Figures BudgetService::figures() const {
  Figures made;
  made.spent_today = standing(everybody).spent_today;
  made.refused_by_halt = refused_by_halt_;
  made.refused_by_budget = refused_by_budget_;
  made.halted = halt_.state().halted;
  const std::lock_guard lock(mutex_);
  made.limited = ledger_.limited();
  return made;
}

}  // namespace trinity::budgets
