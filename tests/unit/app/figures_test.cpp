// Figures of runs and contexts over a whole server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/clock.h"
#include "unit/app/server_house.h"

namespace trinity::app {
namespace {

using test::ServerHouse;
using testing::HasSubstr;

constexpr const char* nothing_asked = R"(sql;desc="0", engine;desc="0")";

TEST(Figures, OfManyAgentsCostNoStatementAndNoEngineCall) {
  ServerHouse house(2, [](ServerHouse& self, db::Session& session) {
    for (int i = 0; i < 300; ++i) self.add_agent(session, "many" + std::to_string(i), ServerHouse::ann);
    for (int i = 0; i < 900; ++i) {
      session
          .query(
              "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, "
              "triggered_by, cost) VALUES (:a, '__manual__', :b, 'success', :c, 'm', 'manual', 0.5)",
              "id" + std::to_string(i), "many" + std::to_string(i % 300), format_naive(now() - std::chrono::minutes(i)))
          .run();
    }
  });
  const auto ann = ServerHouse::token("ann");
  const auto runs = house.ask("GET", "/api/agents/execution-stats", ann);
  EXPECT_EQ(runs.status, 200U);
  EXPECT_THAT(runs.text, HasSubstr(nothing_asked));
  const auto rows = boost::json::parse(runs.body()).at("agents").as_array();
  ASSERT_EQ(rows.size(), 300U);
  EXPECT_EQ(rows[0].at("task_count_24h"), 3);
  EXPECT_EQ(rows[0].at("total_cost").to_number<double>(), 1.5);
  const auto contexts = house.ask("GET", "/api/agents/context-stats", ann);
  EXPECT_EQ(contexts.status, 200U);
  EXPECT_THAT(contexts.text, HasSubstr(nothing_asked));
  EXPECT_EQ(boost::json::parse(contexts.body()).at("agents").as_array().size(), 302U);
  // Longer than a day: one statement, however many agents.
  EXPECT_THAT(house.ask("GET", "/api/agents/execution-stats?hours=48", ann).text,
              HasSubstr(R"(sql;desc="1", engine;desc="0")"));
}

}  // namespace
}  // namespace trinity::app
