#include "budgets/service.h"

#include "unit/budgets/house.h"

namespace trinity::budgets {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::AgentHouse;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using BudgetsTest = test::BudgetHouse;

constexpr const char* of_bot = "/api/agents/bot/budget";

TEST_F(BudgetsTest, WithoutABudgetNothingIsRefused) {
  budgets.spent(house.call, "bot", 1'000);
  EXPECT_FALSE(budgets.refusal("bot"));
  EXPECT_FALSE(budgets.longest_run("bot"));
  const auto view = get(of_bot);
  EXPECT_TRUE(view.at("cost_per_day").is_null());
  EXPECT_DOUBLE_EQ(cost_of(view), 1'000);
  EXPECT_EQ(view.at("day_ends_at"), "2026-01-15T00:00:00.000Z");
  EXPECT_FALSE(view.at("reached").as_bool());
}

TEST_F(BudgetsTest, ABudgetThatIsUsedUpRefusesUntilTheDayEnds) {
  ASSERT_EQ(ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 1})").status, 200U);
  budgets.spent(house.call, "bot", 0.5);
  EXPECT_FALSE(budgets.refusal("bot"));
  budgets.spent(house.call, "bot", 0.52);
  const auto refused = budgets.refusal("bot");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 402U);
  EXPECT_EQ(refused->detail,
            "The daily budget of agent 'bot' is used up (1.02 of 1.00 USD). New runs start at 00:00 UTC.");
  EXPECT_EQ(refused->retry_after_s, 2 * 3600);
  EXPECT_TRUE(get(of_bot).at("reached").as_bool());
  clock = *parse_time("2026-01-15T00:00:00Z");
  EXPECT_FALSE(budgets.refusal("bot")) << "also when nobody has looked at the clock";
  EXPECT_DOUBLE_EQ(cost_of(get(of_bot)), 0);
}

TEST_F(BudgetsTest, EverybodysBudgetHoldsForEachAndTheAgentsOwnIsToldFirst) {
  ASSERT_EQ(ask(Method::put, "/api/ops/budget", AgentHouse::admin(), R"({"cost_per_day": 2})").status, 200U);
  budgets.spent(house.call, "elsewhere", 2.5);
  EXPECT_EQ(budgets.refusal("bot").value_or(Refusal{}).detail,
            "The daily budget of all agents together is used up (2.50 of 2.00 USD). New runs start at 00:00 UTC.");
  EXPECT_TRUE(get(of_bot).at("fleet_reached").as_bool());
  EXPECT_FALSE(get(of_bot).at("reached").as_bool());
  ASSERT_EQ(ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 0})").status, 200U);
  EXPECT_THAT(budgets.refusal("bot").value_or(Refusal{}).detail, HasSubstr("agent 'bot'"));
}

TEST_F(BudgetsTest, TheShorterTimeHolds) {
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"run_seconds": 600})");
  EXPECT_EQ(budgets.longest_run("bot"), 600s);
  EXPECT_FALSE(budgets.longest_run("other"));
  ask(Method::put, "/api/ops/budget", AgentHouse::admin(), R"({"run_seconds": 90})");
  EXPECT_EQ(budgets.longest_run("bot"), 90s);
  EXPECT_EQ(budgets.longest_run("other"), 90s);
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"run_seconds": 30})");
  EXPECT_EQ(budgets.longest_run("bot"), 30s);
}

TEST_F(BudgetsTest, WhatIsNoCostIsNotTaken) {
  for (const double cost : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), 1.0 / 0.0})
    budgets.spent(house.call, "bot", cost);
  EXPECT_DOUBLE_EQ(cost_of(get(of_bot)), 0);
}

TEST_F(BudgetsTest, LimitsAndSpendingSurviveARestart) {
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 1.5, "run_seconds": 60})");
  ask(Method::put, "/api/ops/budget", AgentHouse::admin(), R"({"cost_per_day": 100})");
  budgets.spent(house.call, "bot", 0.5);
  budgets.spent(house.call, "bot", 1.25);
  ASSERT_TRUE(stored(1.75));
  ASSERT_TRUE(stored(1.75, ""));
  BudgetService again(house.house.fleet, store, house.settings, link, house.house.io[0].get_executor(),
                      [this] { return clock.load(); });
  again.load(house.call);
  EXPECT_EQ(again.refusal("bot").value_or(Refusal{}).status, 402U);
  EXPECT_EQ(again.longest_run("bot"), 60s);
  EXPECT_EQ(again.fleet_budget().cost_per_day, 100);
  EXPECT_DOUBLE_EQ(again.fleet_budget().spent_today, 1.75);
}

TEST_F(BudgetsTest, WhatTheDatabaseDoesNotTakeCountsAndIsStoredLater) {
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 1})");
  house.execute("ALTER TABLE trinity_spending RENAME TO away");
  budgets.spent(house.call, "bot", 0.75);
  budgets.spent(house.call, "bot", 0.5);
  EXPECT_TRUE(budgets.refusal("bot"));
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(budgets.refusal("bot")) << "after the attempt too";
  house.execute("ALTER TABLE away RENAME TO trinity_spending");
  EXPECT_TRUE(stored(1.25)) << "once, not twice";
}

TEST_F(BudgetsTest, TheEndOfTheProgramStoresWhatIsLeft) {
  house.execute("ALTER TABLE trinity_spending RENAME TO away");
  budgets.spent(house.call, "bot", 0.75);
  std::this_thread::sleep_for(50ms);
  house.house.stop();
  house.execute("ALTER TABLE away RENAME TO trinity_spending");
  budgets.flush_now(house.call);
  EXPECT_TRUE(stored(0.75));
}

TEST_F(BudgetsTest, AnAgentThatTakesADeletedOnesNameBeginsAnew) {
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 1, "run_seconds": 60})");
  budgets.spent(house.call, "bot", 3);
  ASSERT_TRUE(stored(3));
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(house.count("trinity_budgets"), 0);
  EXPECT_EQ(house.count("trinity_spending", "agent_name = 'bot'"), 0);
  budgets.spent(house.call, "bot", 1);  // a run that ends late
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_FALSE(budgets.refusal("bot"));
  EXPECT_FALSE(budgets.longest_run("bot"));
  EXPECT_TRUE(stored(4, "")) << "the money is spent all the same";
}

TEST_F(BudgetsTest, WhatAnotherProgramWritesIsReadAnew) {
  budgets.spent(house.call, "bot", 0.5);
  ASSERT_TRUE(stored(0.5));
  house.execute("INSERT INTO trinity_budgets (agent_name, cost_per_day, updated_at) VALUES ('bot', 0.25, 't')");
  EXPECT_FALSE(budgets.refusal("bot"));
  house.run(budgets.reload(house.call));
  EXPECT_THAT(budgets.refusal("bot").value_or(Refusal{}).detail, HasSubstr("0.50 of 0.25 USD"));
}

// ---- access and values

TEST_F(BudgetsTest, ReadersReadAndManagersSet) {
  EXPECT_EQ(ask(Method::get, of_bot, AgentHouse::bob()).status, 403U);
  EXPECT_EQ(ask(Method::put, of_bot, AgentHouse::bob(), R"({"cost_per_day": 1})").status, 403U);
  EXPECT_EQ(ask(Method::get, of_bot, AgentHouse::ann()).status, 200U);
  EXPECT_EQ(ask(Method::put, of_bot, AgentHouse::admin(), R"({"cost_per_day": 1})").status, 200U);
  EXPECT_EQ(ask(Method::get, "/api/agents/none/budget", AgentHouse::admin()).status, 404U);
}

TEST_F(BudgetsTest, ABadValueIsNamed) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {R"({"cost_per_day": -1})", "cost_per_day"},     {R"({"cost_per_day": 1e9})", "cost_per_day"},
      {R"({"cost_per_day": "much"})", "cost_per_day"}, {R"({"run_seconds": 0})", "run_seconds"},
      {R"({"run_seconds": 90000})", "run_seconds"},    {R"({"run_seconds": 1.5})", "run_seconds"}};
  for (const auto& [body, field] : bad) {
    const auto answer = ask(Method::put, of_bot, AgentHouse::ann(), body);
    EXPECT_EQ(answer.status, 422U) << body;
    EXPECT_THAT(answer.bytes(), HasSubstr(field)) << body;
  }
  EXPECT_EQ(house.count("trinity_budgets"), 0);
}

TEST_F(BudgetsTest, WhatIsMissingIsNoLimit) {
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 1, "run_seconds": 60})");
  const auto answer = ask(Method::put, of_bot, AgentHouse::ann(), R"({"run_seconds": null})");
  EXPECT_TRUE(json::parse(answer.bytes()).at("cost_per_day").is_null());
  EXPECT_EQ(house.count("trinity_budgets"), 0);
}

TEST_F(BudgetsTest, ReadsCostNoSql) {
  house.cost.sql = 0;
  get(of_bot);
  get("/api/ops/budget");
  get("/api/ops/runs");
  EXPECT_FALSE(budgets.refusal("bot"));
  EXPECT_EQ(house.cost.sql.load(), 0U);
}

// ---- live

TEST_F(BudgetsTest, ReadersOfTheAgentHearThatItsBudgetIsUsedUp) {
  const auto ann = listen(AgentHouse::ann(), "agents");
  const auto bob = listen(AgentHouse::bob(), "agents");
  const auto page = listen(AgentHouse::ann(), "agent:bot");
  ask(Method::put, of_bot, AgentHouse::ann(), R"({"cost_per_day": 1})");
  settle();
  EXPECT_THAT(ann->take("agent_budget"), IsEmpty());
  budgets.spent(house.call, "bot", 1.5);
  budgets.spent(house.call, "bot", 1.5);
  settle();
  const auto heard = ann->take("agent_budget");
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_EQ(json::serialize(heard[0].at("name")), "\"bot\"");
  EXPECT_TRUE(heard[0].at("reached").as_bool());
  EXPECT_DOUBLE_EQ(cost_of(heard[0]), 1.5);
  EXPECT_THAT(bob->take("agent_budget"), IsEmpty());
  const auto changed = page->take("agent_config_changed");
  ASSERT_THAT(changed, SizeIs(2));
  EXPECT_EQ(changed[1].at("area"), "budget");
  // Who comes later sees it in the snapshot, if he may.
  const auto budgets_of = [&](const agents::CallerPtr& who) {
    return listen(who, "agents")->take()[0].at("snapshot").at("budgets").as_array().size();
  };
  EXPECT_EQ(budgets_of(AgentHouse::ann()), 1U);
  EXPECT_EQ(budgets_of(AgentHouse::bob()), 0U);
}

TEST_F(BudgetsTest, TheEndOfTheDayIsHeard) {
  ask(Method::put, "/api/ops/budget", AgentHouse::admin(), R"({"cost_per_day": 1})");
  budgets.spent(house.call, "bot", 1.5);
  const auto bob = listen(AgentHouse::bob(), "agents");
  EXPECT_EQ(bob->take()[0].at("snapshot").at("budgets").as_array().size(), 1U) << "the fleet's is for everybody";
  clock = *parse_time("2026-01-15T00:00:01Z");
  budgets.start();
  ASSERT_TRUE(test::eventually([&] {
    settle();
    const auto heard = bob->take("agent_budget");
    return heard.size() == 1 && heard[0].at("name").is_null() && !heard[0].at("reached").as_bool();
  }));
}

TEST_F(BudgetsTest, OldFiguresAreForgotten) {
  house.execute("INSERT INTO trinity_spending VALUES ('2024-01-01', 'bot', 1), ('2025-12-01', 'bot', 2)");
  budgets.start();
  EXPECT_TRUE(test::eventually([&] { return house.count("trinity_spending") == 1; }));
  EXPECT_EQ(house.count("trinity_spending", "day = '2025-12-01'"), 1);
}

}  // namespace
}  // namespace trinity::budgets
