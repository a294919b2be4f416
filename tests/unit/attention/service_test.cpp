#include "attention/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <map>

#include "attention/routes.h"
#include "budgets/service.h"
#include "executions/ends.h"
#include "executions/store.h"
#include "unit/agents/house.h"

namespace trinity::attention {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::AgentHouse;
using testing::ElementsAre;
using testing::IsEmpty;

/// Ann's agents `bot` and `other`, bob's `his`.
class AttentionServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    house.store.on_forgotten([this](const std::string& agent) { service.forget(agent); });
    house.house.listener = [this](const fleet::Publication& publication) { service.follow(publication); };
    router.add(routes(service));
    ASSERT_TRUE(house.house.start_and_load());
    for (const auto* name : {"bot", "other"}) house.create(AgentHouse::ann(), AgentHouse::named(name));
    house.create(AgentHouse::bob(), AgentHouse::named("his"));
  }
  /// The fleet's thread calls what is destroyed before it.
  void TearDown() override { house.house.stop(); }
  /// A run that began so long ago and took a second; `rest`: columns and their values.
  void record(const std::string& agent, std::chrono::seconds ago, const std::string& status,
              const std::map<std::string, std::string>& rest = {}) {
    std::string columns = "id, schedule_id, agent_name, status, started_at, message";
    const auto id = "r" + std::to_string(++last_id);
    std::string values =
        "'" + id + "', '__manual__', '" + agent + "', '" + status + "', '" + format_naive(now() - ago) + "', 'm'";
    if (status != "running") {
      columns += ", completed_at";
      values += ", '" + format_naive(now() - ago + 1s) + "'";
    }
    if (!rest.contains("triggered_by")) {
      columns += ", triggered_by";
      values += ", 'manual'";
    }
    for (const auto& [column, value] : rest) {
      columns += ", " + column;
      values += ", '" + value + "'";
    }
    house.execute("INSERT INTO schedule_executions (" + columns + ") VALUES (" + values + ")");
  }
  http::Response ask(const agents::CallerPtr& caller) {
    const std::string path = "/api/agents/attention";
    const auto match = router.match(http::Method::get, path);
    http::Request request(house.call);
    request.path = path;
    request.caller = caller;
    house.cost.sql = 0;
    house.cost.engine = 0;
    return house.run(match.route->handler(std::move(request)), 1);
  }
  /// `name: kind (detail)` of each row.
  std::vector<std::string> rows(const agents::CallerPtr& caller) {
    const auto answer = ask(caller);
    EXPECT_EQ(answer.status, 200U) << answer.bytes();
    EXPECT_EQ(house.cost.sql, 0U);
    EXPECT_EQ(house.cost.engine, 0U);
    const auto body = json::parse(answer.bytes());
    EXPECT_TRUE(parse_time(body.at("as_of").as_string()));
    std::vector<std::string> lines;
    for (const auto& row : body.at("agents").as_array()) {
      std::string line(row.at("name").as_string());
      for (const auto& item : row.at("attention").as_array())
        line +=
            ": " + std::string(item.at("kind").as_string()) + " (" + std::string(item.at("detail").as_string()) + ")";
      lines.push_back(std::move(line));
    }
    return lines;
  }

  AgentHouse house;
  executions::RunningTurns turns;
  AttentionStore store{house.database};
  AttentionService service{{house.house.fleet, turns, store}, {}};
  http::Router router;
  int last_id = 0;
};

TEST_F(AttentionServiceTest, EverybodySeesTheOwnAgents) {
  record("bot", 1h, "failed", {{"error", "boom"}});
  record("other", 2h, "success", {{"response", "Done. Shall I go on?"}});
  record("his", 1h, "failed", {{"error", "boom"}});
  record("nobody", 1h, "failed", {{"error", "an agent without container"}});
  service.load(house.call);
  EXPECT_THAT(rows(AgentHouse::ann()), ElementsAre("other: waiting (Asks: Shall I go on?)", "bot: failed (boom)"));
  EXPECT_THAT(rows(AgentHouse::bob()), ElementsAre("his: failed (boom)"));
  const auto stranger = std::make_shared<const Caller>(Caller{99, "eve", std::nullopt, Role::user});
  EXPECT_THAT(rows(stranger), IsEmpty());
  EXPECT_EQ(rows(AgentHouse::admin()).size(), 3U);
}

TEST_F(AttentionServiceTest, LoadingTakesOneStatement) {
  for (int i = 0; i < 50; ++i) record(i % 2 == 0 ? "bot" : "other", 1h + std::chrono::seconds(i), "success");
  house.cost.sql = 0;
  service.load(house.call);
  EXPECT_EQ(house.cost.sql, 1U);
}

TEST_F(AttentionServiceTest, TheRunThatEndedLastCounts) {
  // Begun later, and ended before the other one.
  house.execute(
      "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, completed_at, message, "
      "triggered_by, error) VALUES "
      "('a', '__manual__', 'bot', 'failed', '2026-01-14T10:00:00', '2026-01-14T10:09:00', 'm', 'manual', 'late'), "
      "('b', '__manual__', 'bot', 'success', '2026-01-14T10:05:00', '2026-01-14T10:06:00', 'm', 'manual', NULL)");
  service.load(house.call);
  EXPECT_THAT(rows(AgentHouse::ann()), ElementsAre("bot: failed (late)"));
}

TEST_F(AttentionServiceTest, ANewerRunHasTakenCareOfIt) {
  record("bot", 1h, "failed", {{"error", "boom"}});
  record("bot", 10min, "running");
  record("other", 1h, "failed", {{"error", "boom"}});
  house.execute(
      "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, triggered_by, "
      "created_at) VALUES ('a', 'other', 'chat_start', 'completed', 't', 'user', '" +
      format_naive(now()) + "')");
  service.load(house.call);
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
}

TEST_F(AttentionServiceTest, WhatAPersonStoppedIsNoFailureAfterARestartEither) {
  record("bot", 1h, "failed", {{"error", std::string(executions::terminated)}});
  record("other", 1h, "failed", {{"error", "Agent not reachable: the agent was stopped"}});
  service.load(house.call);
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
}

TEST_F(AttentionServiceTest, WhatARunWantedIsStoredWithItsTranscript) {
  executions::ExecutionStore runs(house.database, house.pool);
  executions::Execution begun;
  begun.id = "w";
  begun.agent_name = "bot";
  begun.started_at = format_naive(now());
  begun.triggered_by = "manual";
  house.run(runs.begin(house.call, begun));
  executions::Ending ending;
  ending.success = true;
  ending.response = "I have stopped.";
  ending.execution_log = "[]";
  ending.wish = "Was not permitted to use Bash";
  house.run(runs.end(house.call, "w", ending));
  service.load(house.call);
  EXPECT_THAT(rows(AgentHouse::ann()), ElementsAre("bot: waiting (Was not permitted to use Bash)"));
}

TEST_F(AttentionServiceTest, AQuestionToAnotherAgentIsNoneToAPerson) {
  record("bot", 1h, "success", {{"response", "Which one?"}, {"triggered_by", "agent"}});
  service.load(house.call);
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
}

TEST_F(AttentionServiceTest, WhatAnotherProgramWritesIsReadAnew) {
  record("bot", 1h, "failed", {{"error", "boom"}});
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
  house.run(service.reload(house.call));
  EXPECT_THAT(rows(AgentHouse::ann()), ElementsAre("bot: failed (boom)"));
}

TEST_F(AttentionServiceTest, ADeletedAgentTakesItAlong) {
  record("bot", 1h, "failed", {{"error", "boom"}});
  service.load(house.call);
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
}

TEST_F(AttentionServiceTest, TheFleetTellsOfACrash) {
  house.engine.die(house.house.newest()->find("bot")->agent->container_id, 3);
  EXPECT_TRUE(test::eventually([&] { return !rows(AgentHouse::ann()).empty(); }));
  EXPECT_THAT(rows(AgentHouse::ann()), ElementsAre("bot: failed (Its container ended by itself with code 3)"));
  house.run(house.service.start(house.call, AgentHouse::ann(), "bot"));
  // A snapshot is there a moment before it is told.
  EXPECT_TRUE(test::eventually([&] { return rows(AgentHouse::ann()).empty(); }));
}

TEST_F(AttentionServiceTest, TheWordsOfBudgetsAreKnown) {
  live::Hub hub([](const std::string&, int) {}, {});
  live::HubLink link(hub, house.house.io[0].get_executor());
  budgets::BudgetStore budget_store(house.database);
  budgets::BudgetService budgets(house.house.fleet, budget_store, house.settings, link,
                                 house.house.io[0].get_executor());
  std::vector<std::string> told;
  budgets.listen([&](const budgets::Ledger::News& news) {
    told.push_back(news.agent);
    service.hear(news);
  });
  budgets.halt().listen([&](const budgets::HaltState& state) { service.hear(state); });
  budgets.load(house.call);
  house.run(budgets.set_budget(house.call, AgentHouse::ann(), "bot", {0.0, std::nullopt}));
  EXPECT_THAT(told, ElementsAre("bot"));
  EXPECT_THAT(rows(AgentHouse::ann()), ElementsAre("bot: over_budget (Its budget for today is used up)"));
  EXPECT_TRUE(executions::ended_by_person(budgets.refusal("bot")->detail));
  house.run(budgets.set_budget(house.call, AgentHouse::ann(), "bot", {}));
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
  house.run(budgets.halt().stop(house.call, AgentHouse::admin(), std::nullopt));
  const auto why = budgets.refusal("bot");
  ASSERT_TRUE(why);
  EXPECT_TRUE(executions::ended_by_person(why->detail));
  service.refused("bot");
  EXPECT_THAT(rows(AgentHouse::ann()),
              ElementsAre("bot: over_budget (A run was stopped or refused: all runs are stopped)"));
  house.run(budgets.halt().resume(house.call, AgentHouse::admin()));
  EXPECT_THAT(rows(AgentHouse::ann()), IsEmpty());
  // Before the hub, which is told on another thread.
  house.house.stop();
}

/// A clock that the test moves; its coroutine runs on the house's thread.
TEST_F(AttentionServiceTest, ItLooksByItself) {
  std::atomic<std::int64_t> ahead{0};
  AttentionService scripted({house.house.fleet, turns, store}, {},
                            [&ahead] { return now() + std::chrono::seconds(ahead.load()); });
  const auto snapshot = house.house.newest();
  const auto& agent = snapshot->find("bot")->agent;
  scripted.follow({snapshot, {{fleet::Change::Kind::created, "bot", nullptr, agent, "user"}}, false});
  agentlink::News silent;
  auto live = std::make_shared<agentlink::Live>();
  live->agent = "bot";
  silent.live = live;
  silent.agent = "bot";
  silent.whole = true;
  scripted.hear(silent);
  scripted.start(house.house.io[0].get_executor());
  EXPECT_TRUE(scripted.book().board()->rows.empty());
  ahead = 61;
  EXPECT_TRUE(test::eventually([&] { return !scripted.book().board()->rows.empty(); }));
  EXPECT_EQ(scripted.book().board()->counts.back(), 1U);
  // Before what it uses.
  house.house.stop();
}

}  // namespace
}  // namespace trinity::attention
