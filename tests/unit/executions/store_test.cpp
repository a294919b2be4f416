#include "executions/store.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "unit/agents/house.h"

namespace trinity::executions {
namespace {

class StoreTest : public testing::Test {
 protected:
  Execution begun(const std::string& id, const std::string& agent = "bot", const std::string& at = "") {
    Execution record;
    record.id = id;
    record.agent_name = agent;
    record.message = "do it";
    record.triggered_by = "manual";
    record.started_at = at.empty() ? format_naive(now()) : at;
    test::run_task(store.begin(home.call, record));
    return record;
  }
  Execution found(const std::string& id, const std::string& agent = "bot") {
    return test::run_task(store.find(home.call, agent, id)).value();
  }

  test::AgentDatabase home;
  ExecutionStore store{home.database};
};

TEST_F(StoreTest, ARecordRunsAndEndsOnce) {
  begun("one");
  EXPECT_TRUE(found("one").is_running());
  EXPECT_EQ(found("one").completed_at, std::nullopt);
  Ending ending;
  ending.success = true;
  ending.response = "done";
  ending.context_used = 5;
  ending.context_max = 200'000;
  ending.cost = 0.25;
  ending.tool_calls = "[]";
  ending.execution_log = "[1]";
  EXPECT_TRUE(test::run_task(store.end(home.call, "one", ending)));
  EXPECT_FALSE(test::run_task(store.end(home.call, "one", Ending::failed("late")))) << "it has ended";
  const auto record = found("one");
  EXPECT_EQ(record.status, "success");
  EXPECT_EQ(record.response, "done");
  EXPECT_EQ(record.error, std::nullopt);
  EXPECT_EQ(record.cost, 0.25);
  EXPECT_EQ(record.execution_log, "[1]");
  EXPECT_GE(record.duration_ms.value_or(0), 1);
  EXPECT_TRUE(record.completed_at.has_value());
  EXPECT_FALSE(test::run_task(store.end(home.call, "none", Ending::failed("x"))));
}

TEST_F(StoreTest, AFailureHasItsReasonOnly) {
  begun("one");
  test::run_task(store.end(home.call, "one", Ending::failed("why")));
  const auto record = found("one");
  EXPECT_EQ(record.status, "failed");
  EXPECT_EQ(record.error, "why");
  EXPECT_EQ(record.response, std::nullopt);
  EXPECT_EQ(record.tool_calls, std::nullopt);
}

TEST_F(StoreTest, AClockThatWasSetBackGivesNoNegativeDuration) {
  begun("one", "bot", "2999-01-01T00:00:00");
  test::run_task(store.end(home.call, "one", Ending::failed("why")));
  EXPECT_EQ(found("one").duration_ms, 1);
}

TEST_F(StoreTest, ListsAreNewestFirstBoundedAndWithoutTranscripts) {
  begun("a", "bot", "2026-01-01T00:00:00");
  begun("b", "bot", "2026-01-01T00:00:02");
  begun("c", "bot", "2026-01-01T00:00:01.5");
  begun("d", "other");
  Ending ending;
  ending.execution_log = "[1]";
  ending.tool_calls = "[2]";
  test::run_task(store.end(home.call, "b", ending));
  const auto all = test::run_task(store.of_agent(home.call, "bot", 10));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id, "b");
  EXPECT_EQ(all[1].id, "c");
  EXPECT_EQ(all[2].id, "a");
  EXPECT_EQ(all[0].execution_log, std::nullopt);
  EXPECT_EQ(all[0].tool_calls, "[2]");
  EXPECT_EQ(test::run_task(store.of_agent(home.call, "bot", 2)).size(), 2U);
  EXPECT_EQ(test::run_task(store.running(home.call, 0, 10)).size(), 3U);
  EXPECT_EQ(test::run_task(store.find(home.call, "other", "a")), std::nullopt) << "of another agent";
}

TEST_F(StoreTest, TellsWhoMayReadAnAgentThatHasNoContainer) {
  home.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('bot', 7, 't')");
  home.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
      "'bob@example.org', 7, 't')");
  const auto of = [&](const std::string& agent, std::optional<std::string> email) {
    return test::run_task(store.owner_of(home.call, agent, std::move(email)));
  };
  EXPECT_EQ(of("none", "x@y.z"), std::nullopt);
  EXPECT_EQ(of("bot", std::nullopt)->owner_id, 7);
  EXPECT_FALSE(of("bot", std::nullopt)->shared);
  EXPECT_FALSE(of("bot", "eve@example.org")->shared);
  EXPECT_TRUE(of("bot", "Bob@Example.org")->shared);
}

}  // namespace
}  // namespace trinity::executions
