#include "executions/store.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "executions/upkeep.h"
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
  ExecutionStore store{home.database, home.pool};
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
  EXPECT_TRUE(test::run_task(store.end(home.call, "one", ending)).has_value());
  EXPECT_FALSE(test::run_task(store.end(home.call, "one", Ending::failed("late"))).has_value()) << "it has ended";
  const auto record = found("one");
  EXPECT_EQ(record.status, "success");
  EXPECT_EQ(record.response, "done");
  EXPECT_EQ(record.error, std::nullopt);
  EXPECT_EQ(record.cost, 0.25);
  EXPECT_EQ(record.execution_log, "[1]");
  EXPECT_GE(record.duration_ms.value_or(0), 1);
  EXPECT_TRUE(record.completed_at.has_value());
  EXPECT_FALSE(test::run_task(store.end(home.call, "none", Ending::failed("x"))).has_value());
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

TEST_F(StoreTest, ARecordTellsWhatStandsBesideIt) {
  begun("a", "bot", "2026-01-01T00:00:00");
  begun("c", "bot", "2026-01-01T00:00:02");
  begun("b", "bot", "2026-01-01T00:00:02");
  begun("z", "bot", "2026-01-01T00:00:02.5");
  begun("x", "other", "2026-01-01T00:00:01");
  using Found = Neighbours;
  const auto beside = [&](const char* id, const char* agent = "bot") {
    return test::run_task(store.find_placed(home.call, agent, id)).value().beside;
  };
  // As in lists: newest first, and of those that began together the greater id first.
  EXPECT_EQ(beside("z"), (Found{std::nullopt, "c"}));
  EXPECT_EQ(beside("c"), (Found{"z", "b"}));
  EXPECT_EQ(beside("b"), (Found{"c", "a"}));
  EXPECT_EQ(beside("a"), (Found{"b", std::nullopt}));
  EXPECT_EQ(beside("x", "other"), (Found{std::nullopt, std::nullopt}));
  EXPECT_FALSE(test::run_task(store.find_placed(home.call, "other", "a"))) << "of another agent";
  Ending ending;
  ending.execution_log = "[1]";
  test::run_task(store.end(home.call, "a", ending));
  EXPECT_EQ(test::run_task(store.find_placed(home.call, "bot", "a"))->record, found("a"));
}

TEST_F(StoreTest, WhatStandsBesideARecordIsFoundByTheIndex) {
  auto job = [](db::Session& session) {
    std::string lines;
    auto query = session.query("EXPLAIN QUERY PLAN " + ExecutionStore::neighbours_statement(), "bot", "2026", "a");
    for (auto& [id, parent, unused, line] : query.all<std::int64_t, std::int64_t, std::int64_t, std::string>())
      lines += line + "\n";
    return lines;
  };
  const auto plan = home.database.read_now(home.call, std::move(job));
  for (const auto* bound : {"started_at>?", "started_at<?"})
    EXPECT_NE(plan.find(std::string("USING INDEX trinity_executions_newest (agent_name=? AND ") + bound),
              std::string::npos)
        << plan;
  EXPECT_EQ(plan.find("SCAN schedule_executions"), std::string::npos) << plan;
}

TEST_F(StoreTest, TranscriptsArePackedAwayFromTheirRecords) {
  begun("one");
  std::string log = "[";
  for (int i = 0; i < 1'000; ++i)
    log += R"({"type":"assistant","message":{"content":[{"type":"text","text":"\u0000 x"}]}},)";
  log += "{}]";
  Ending ending;
  ending.success = true;
  ending.execution_log = log;
  test::run_task(store.end(home.call, "one", ending));
  EXPECT_EQ(found("one").execution_log, log);
  EXPECT_EQ(test::run_task(store.find(home.call, "bot", "one", false))->execution_log, std::nullopt);
  EXPECT_EQ(home.count("schedule_executions", "execution_log IS NOT NULL"), 0);
  EXPECT_EQ(home.count("trinity_transcripts",
                       "execution_id = 'one' AND encoding = 'gzip' AND typeof(bytes) = 'blob' AND length(bytes) < size "
                       "/ 20 AND size = " +
                           std::to_string(log.size())),
            1);
}

TEST_F(StoreTest, WhatARunWantsStandsBesideItsTranscript) {
  begun("one");
  begun("two");
  Ending ending;
  ending.success = true;
  ending.execution_log = "[]";
  ending.wish = "Asks: Which one?";
  test::run_task(store.end(home.call, "one", ending));
  ending.wish.clear();
  test::run_task(store.end(home.call, "two", ending));
  EXPECT_EQ(home.count("trinity_transcripts", "execution_id = 'one' AND wish = 'Asks: Which one?'"), 1);
  EXPECT_EQ(home.count("trinity_transcripts", "execution_id = 'two' AND wish = ''"), 1);
}

TEST_F(StoreTest, RowsOfOlderProgramsKeepTheirTranscripts) {
  home.execute(
      "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, triggered_by, "
      "execution_log) VALUES ('old', '__manual__', 'bot', 'success', '2026-01-01T00:00:00', 'm', 'manual', '[7]')");
  EXPECT_EQ(found("old").execution_log, "[7]");
  EXPECT_EQ(test::run_task(store.of_agent(home.call, "bot", 10)).at(0).execution_log, std::nullopt);
}

TEST_F(StoreTest, OldTranscriptsAreRemovedTheirRecordsStay) {
  for (const auto* id : {"a", "b", "c"}) {
    begun(id);
    Ending ending;
    ending.execution_log = "[1]";
    test::run_task(store.end(home.call, id, ending));
  }
  home.execute("UPDATE trinity_transcripts SET ended_at = '2020-01-01T00:00:00' WHERE execution_id <> 'c'");
  home.execute(
      "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, completed_at, message, "
      "triggered_by, execution_log) VALUES ('old', '__manual__', 'bot', 'success', '2020-01-01T00:00:00', "
      "'2020-01-01T00:00:00', 'm', 'manual', '[7]')");
  Upkeep upkeep(store, std::chrono::days(90));
  EXPECT_EQ(test::run_task(upkeep.round(home.call)), 3);
  EXPECT_EQ(found("a").execution_log, std::nullopt);
  EXPECT_EQ(found("old").execution_log, std::nullopt);
  EXPECT_EQ(found("c").execution_log, "[1]");
  Upkeep for_ever(store, std::chrono::days(0));
  home.execute("UPDATE trinity_transcripts SET ended_at = '2020-01-01T00:00:00'");
  EXPECT_EQ(test::run_task(for_ever.round(home.call)), 0);
}

TEST_F(StoreTest, ListsGoOnBehindARecordAndAreFiltered) {
  for (int i = 0; i < 6; ++i) {
    begun("r" + std::to_string(i), "bot", "2026-01-01T00:00:0" + std::to_string(i / 2));
    if (i % 2 == 0) test::run_task(store.end(home.call, "r" + std::to_string(i), Ending::failed("Broken PIPE 100%")));
  }
  const auto ids = [&](ExecutionStore::Window window) {
    std::string text;
    for (const auto& record : test::run_task(store.of_agent(home.call, "bot", std::move(window))))
      text += record.id + ' ';
    return text;
  };
  const auto with = [](auto change) {
    ExecutionStore::Window window;
    change(window);
    return window;
  };
  EXPECT_EQ(ids({}), "r5 r4 r3 r2 r1 r0 ");
  EXPECT_EQ(ids(with([](auto& w) { w.before = "r4"; })), "r3 r2 r1 r0 ") << "equal times, too";
  EXPECT_EQ(ids(with([](auto& w) { w.before = "r0"; })), "");
  EXPECT_EQ(ids(with([](auto& w) { w.before = "unknown"; })), "");
  EXPECT_EQ(ids(with([](auto& w) { w.status = "failed"; })), "r4 r2 r0 ");
  EXPECT_EQ(ids(with([](auto& w) { w.triggered_by = "agent"; })), "");
  const auto second = parse_time("2026-01-01T00:00:01Z");
  EXPECT_EQ(ids(with([&](auto& w) { w.from = second; })), "r5 r4 r3 r2 ");
  EXPECT_EQ(ids(with([&](auto& w) { w.to = second; })), "r3 r2 r1 r0 ");
  EXPECT_EQ(ids(with([&](auto& w) { w.from = w.to = second; })), "r3 r2 ");
  EXPECT_EQ(ids(with([](auto& w) { w.words = "pipe 100%"; })), "r4 r2 r0 ");
  EXPECT_EQ(ids(with([](auto& w) { w.words = "pipe%100"; })), "") << "no pattern";
  EXPECT_EQ(ids(with([](auto& w) {
              w.status = "running";
              w.words = "DO it";
              w.before = "r5";
              w.limit = 1;
            })),
            "r3 ");
}

TEST_F(StoreTest, KeysAreForgottenAfterADay) {
  auto fill = [](db::Session& session) {
    KeyRows::put(session, {{"7", "bot", "task", "new"}, "d", "e1", "{}"}, now());
    KeyRows::put(session, {{"7", "bot", "task", "old"}, "d", "e2", "{}"}, now() - std::chrono::hours(25));
  };
  home.database.write_now(home.call, std::move(fill));
  auto look = [](db::Session& session) {
    return std::pair(KeyRows::find(session, {"7", "bot", "task", "new"}, now()).has_value(),
                     KeyRows::find(session, {"7", "bot", "task", "old"}, now()).has_value());
  };
  EXPECT_EQ(home.database.read_now(home.call, std::move(look)), std::pair(true, false));
  EXPECT_EQ(test::run_task(store.prune_keys(home.call, 10)), 1);
  EXPECT_EQ(home.count("trinity_idempotency"), 1);
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
