#include "budgets/store.h"

#include "base/clock.h"

namespace trinity::budgets {

namespace {

BudgetStore::Stored read(db::Session& session, Day day) {
  BudgetStore::Stored made;
  auto limits = session.query("SELECT agent_name, cost_per_day, run_seconds FROM trinity_budgets")
                    .all<std::string, std::optional<double>, std::optional<std::int64_t>>();
  for (auto& [agent, cost, seconds] : limits) made.limits.emplace(std::move(agent), Limits{cost, seconds});
  auto spent = session.query("SELECT agent_name, cost FROM trinity_spending WHERE day = :a", text_of(day))
                   .all<std::string, double>();
  for (auto& [agent, cost] : spent) made.spent.emplace(std::move(agent), cost);
  return made;
}

bool exists(db::Session& session, const std::string& agent) {
  return agent == everybody ||
         session.query("SELECT 1 FROM agent_ownership WHERE agent_name = :a", agent).one<std::int64_t>().has_value();
}

/// Those that were left out.
std::vector<std::string> add_all(db::Session& session, const BudgetStore::Amounts& amounts) {
  std::vector<std::string> strangers;
  for (const auto& [key, cost] : amounts) {
    const auto& [day, agent] = key;
    if (!exists(session, agent)) {
      strangers.push_back(agent);
      continue;
    }
    session
        .query(
            "INSERT INTO trinity_spending (day, agent_name, cost) VALUES (:a, :b, :c) "
            "ON CONFLICT(day, agent_name) DO UPDATE SET cost = trinity_spending.cost + excluded.cost",
            text_of(day), agent, cost)
        .run();
  }
  return strangers;
}

}  // namespace

BudgetStore::Stored BudgetStore::load(Call call, Day day) {
  auto job = [day](db::Session& session) { return read(session, day); };
  return database_.read_now(call, std::move(job));
}

Task<> BudgetStore::reload(Call call, Day day, std::function<void(Stored)> loaded) {
  auto job = [day](db::Session& session) { return read(session, day); };
  auto publish = [&loaded](Stored& stored) { loaded(std::move(stored)); };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
}

Task<bool> BudgetStore::set(Call call, std::string agent, Limits limits, std::function<void()> published) {
  auto job = [&](db::Session& session) {
    if (!exists(session, agent)) return false;
    session.query("DELETE FROM trinity_budgets WHERE agent_name = :a", agent).run();
    if (limits == Limits{}) return true;
    session
        .query(
            "INSERT INTO trinity_budgets (agent_name, cost_per_day, run_seconds, updated_at) VALUES (:a, :b, :c, :d)",
            agent, limits.cost_per_day, limits.run_seconds, format_naive(now()))
        .run();
    return true;
  };
  auto publish = [&published](bool stored) {
    if (stored) published();
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish));
}

Task<> BudgetStore::add(Call call, Amounts amounts, std::function<void(const std::vector<std::string>&)> published) {
  auto job = [&amounts](db::Session& session) { return add_all(session, amounts); };
  auto publish = [&published](std::vector<std::string>& strangers) { published(strangers); };
  co_await database_.write(call, std::move(job), std::move(publish));
}

void BudgetStore::add_now(Call call, const Amounts& amounts) {
  auto job = [&amounts](db::Session& session) { return add_all(session, amounts); };
  database_.write_now(call, std::move(job));
}

Task<> BudgetStore::prune(Call call, Day before) {
  auto job = [before](db::Session& session) {
    session.query("DELETE FROM trinity_spending WHERE day < :a", text_of(before)).run();
  };
  co_await database_.write(call, std::move(job));
}

}  // namespace trinity::budgets
