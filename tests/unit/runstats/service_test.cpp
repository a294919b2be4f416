#include "runstats/service.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "runstats/routes.h"
#include "unit/agents/house.h"

namespace trinity::runstats {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::AgentHouse;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Ann's agents `bot` and `other`, bob's `his`.
class FigureServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    house.store.on_forgotten([this](const std::string& agent) { service.forget(agent); });
    router.add(routes(service));
    ASSERT_TRUE(house.house.start_and_load());
    for (const auto* name : {"bot", "other"}) house.create(AgentHouse::ann(), AgentHouse::named(name));
    house.create(AgentHouse::bob(), AgentHouse::named("his"));
  }
  void record(const std::string& agent, std::chrono::seconds ago, const std::string& status, double cost) {
    house.execute(
        "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, "
        "triggered_by, cost) VALUES ('" +
        std::to_string(++last_id) + "', '__manual__', '" + agent + "', '" + status + "', '" +
        format_naive(now() - ago) + "', 'm', 'manual', " + std::to_string(cost) + ")");
  }
  http::Response ask(const std::string& path, const std::string& query, const agents::CallerPtr& caller) {
    const auto match = router.match(http::Method::get, path);
    http::Request request(house.call);
    request.path = path;
    request.query = http::parse_query(query);
    request.params = match.params;
    request.caller = caller;
    house.cost.sql = 0;
    house.cost.engine = 0;
    try {
      return house.run(match.route->handler(std::move(request)), 1);
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  /// `name count cost` of each row.
  std::vector<std::string> runs(const agents::CallerPtr& caller, const std::string& query = "") {
    const auto answer = ask("/api/agents/execution-stats", query, caller);
    EXPECT_EQ(answer.status, 200U) << answer.bytes();
    std::vector<std::string> lines;
    const auto body = json::parse(answer.bytes());
    for (const auto& row : body.at("agents").as_array()) {
      lines.push_back(fmt::format("{} {} {}", std::string_view(row.at("name").as_string()),
                                  row.at("task_count_24h").as_int64(), row.at("total_cost").to_number<double>()));
    }
    return lines;
  }

  AgentHouse house;
  FigureStore store{house.database};
  FigureService service{house.house.fleet, store};
  http::Router router;
  int last_id = 0;
};

TEST_F(FigureServiceTest, ADayComesFromMemoryAndCostsNothing) {
  record("bot", 1h, "success", 0.5);
  record("bot", 23h, "failed", 0.25);
  record("bot", 25h, "success", 4);
  record("his", 1h, "running", 0);
  service.load(house.call);
  EXPECT_THAT(runs(AgentHouse::ann()), ElementsAre("bot 2 0.75"));
  EXPECT_EQ(house.cost.sql, 0U);
  EXPECT_EQ(house.cost.engine, 0U);
  EXPECT_THAT(runs(AgentHouse::ann(), "hours=2"), ElementsAre("bot 1 0.5"));
  EXPECT_EQ(house.cost.sql, 0U);
  EXPECT_THAT(runs(AgentHouse::admin()), UnorderedElementsAre("bot 2 0.75", "his 1 0"));
}

TEST_F(FigureServiceTest, LongerTakesOneStatement) {
  record("bot", 1h, "success", 0.5);
  record("bot", 25h, "success", 4);
  record("his", 30h, "failed", 1);
  record("nobody", 30h, "failed", 1);  // without a container
  service.load(house.call);
  EXPECT_THAT(runs(AgentHouse::ann(), "hours=48"), ElementsAre("bot 2 4.5"));
  EXPECT_EQ(house.cost.sql, 1U);
  EXPECT_THAT(runs(AgentHouse::admin(), "hours=8760"), UnorderedElementsAre("bot 2 4.5", "his 1 1"));
  EXPECT_EQ(house.cost.sql, 1U);
}

TEST_F(FigureServiceTest, ManyAgentsAreCountedInOneStatementToo) {
  for (std::size_t i = 0; i <= FigureStore::most_named; ++i)
    house.create(AgentHouse::ann(), AgentHouse::named("many" + std::to_string(i)));
  record("many3", 25h, "success", 2);
  record("his", 25h, "success", 2);
  EXPECT_THAT(runs(AgentHouse::ann(), "hours=48"), ElementsAre("many3 1 2"));
  EXPECT_EQ(house.cost.sql, 1U);
}

TEST_F(FigureServiceTest, TheWindowIsExact) {
  record("bot", 48h - 2s, "success", 1);
  record("other", 48h + 2s, "success", 1);
  EXPECT_THAT(runs(AgentHouse::ann(), "hours=48"), ElementsAre("bot 1 1"));
}

TEST_F(FigureServiceTest, BadHoursAreNamed) {
  for (const auto* query : {"hours=0", "hours=8761", "hours=-1", "hours=x", "hours="}) {
    const auto answer = ask("/api/agents/execution-stats", query, AgentHouse::ann());
    EXPECT_EQ(answer.status, 422U) << query;
    EXPECT_THAT(answer.bytes(), testing::HasSubstr("hours")) << query;
  }
}

TEST_F(FigureServiceTest, ContextsOfAllAgentsOfTheCallerFromMemory) {
  house.execute(
      "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, triggered_by, "
      "created_at) VALUES ('a', 'bot', 'chat_start', 'completed', 't', 'user', '2026-01-14T10:00:00'), "
      "('b', 'bot', 'chat_start', 'started', 't', 'user', '2026-01-14T11:00:00'), "
      "('c', 'his', 'chat_start', 'started', 't', 'user', '2026-01-14T12:00:00')");
  service.load(house.call);
  const auto answer = ask("/api/agents/context-stats", "", AgentHouse::ann());
  EXPECT_EQ(house.cost.sql, 0U);
  EXPECT_EQ(house.cost.engine, 0U);
  const auto body = json::parse(answer.bytes());
  std::map<std::string, json::object> rows;
  for (const auto& row : body.at("agents").as_array()) rows[std::string(row.at("name").as_string())] = row.as_object();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(json::serialize(rows.at("bot").at("lastActivityTime")), "\"2026-01-14T11:00:00\"");
  EXPECT_EQ(rows.at("bot").at("activityState"), "idle") << "older than a minute";
  EXPECT_EQ(rows.at("bot").at("status"), "running");
  EXPECT_EQ(rows.at("bot").at("contextMax"), 200'000);
  EXPECT_TRUE(rows.at("other").at("lastActivityTime").is_null());
}

TEST_F(FigureServiceTest, ADeletedAgentTakesItsFiguresAlong) {
  record("bot", 1h, "success", 0.5);
  service.load(house.call);
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_THAT(runs(AgentHouse::ann()), IsEmpty());
}

TEST_F(FigureServiceTest, WhatAnotherProgramWritesIsReadAnew) {
  record("bot", 1h, "success", 0.5);
  EXPECT_THAT(runs(AgentHouse::ann()), IsEmpty());
  house.run(service.reload(house.call));
  EXPECT_THAT(runs(AgentHouse::ann()), ElementsAre("bot 1 0.5"));
}

}  // namespace
}  // namespace trinity::runstats
