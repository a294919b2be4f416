#include "activities/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "activities/rows.h"
#include "unit/activities/making.h"

namespace trinity::activities {
namespace {

using test::activity;
using testing::ElementsAre;
using testing::IsEmpty;

class ActivityStoreTest : public testing::Test {
 protected:
  void add(const Activity& row) { test::run_task(store.add(home.call, {std::make_shared<const Activity>(row)})); }
  static std::vector<std::string> ids(const ActivityStore::Page& page) {
    std::vector<std::string> found;
    if (!page) return {"unknown"};
    for (const auto& row : *page) found.push_back(row.id);
    return found;
  }
  std::vector<std::string> of(std::vector<std::string> agents, Window window = {}) {
    return ids(test::run_task(store.of_agents(home.call, std::move(agents), std::move(window))));
  }
  std::vector<std::string> of_all(std::function<bool(const std::string&)> shows, Window window = {}) {
    return ids(test::run_task(store.of_all(home.call, std::move(shows), std::move(window))));
  }
  std::vector<std::string> plan(const std::string& sql,
                                const std::vector<db::Param>& values = {10, "", "~", "~", "", "bot"}) {
    auto job = [&](db::Session& session) {
      std::vector<std::string> lines;
      auto query = session.query_with("EXPLAIN QUERY PLAN " + sql, values);
      for (auto& [id, parent, unused, line] : query.all<std::int64_t, std::int64_t, std::int64_t, std::string>())
        lines.push_back(std::move(line));
      return lines;
    };
    return home.database.read_now(home.call, std::move(job));
  }

  test::AgentDatabase home;
  ActivityStore store{home.database};
};

TEST_F(ActivityStoreTest, AnEndIsMergedOverItsStart) {
  auto row = activity("a", "bot", "2026-01-14T10:09:00.001000");
  row.details = json::object{{"message_preview", "count"}, {"execution_id", nullptr}};
  row.user_id = 7;
  add(row);
  Ending how;
  how.details = {{"execution_id", "r1"}, {"tool_count", 2}};
  how.chat_message = "m1";
  const auto at = *parse_time("2026-01-14T10:09:02.011500");
  const auto ended = test::run_task(store.end(home.call, "a", how, at));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->activity_state, "completed");
  EXPECT_EQ(ended->completed_at, "2026-01-14T10:09:02.011500");
  EXPECT_EQ(ended->duration_ms, 2010);
  EXPECT_EQ(ended->details, (json::value{{"message_preview", "count"}, {"execution_id", "r1"}, {"tool_count", 2}}));
  EXPECT_EQ(ended->related_chat_message_id, "m1");
  const auto stored = test::run_task(store.of_agents(home.call, {"bot"}, {})).value();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(json::encode(stored[0]), json::encode(*ended));
  EXPECT_FALSE(test::run_task(store.end(home.call, "a", how, at))) << "it has ended";
  EXPECT_FALSE(test::run_task(store.end(home.call, "none", how, at)));
}

TEST_F(ActivityStoreTest, NewestFirstWithinBounds) {
  for (const auto* at : {"2026-01-14T10:00:00", "2026-01-14T10:00:00.500000", "2026-01-14T10:00:01"})
    add(activity(std::string("i") + at, "bot", at));
  add(activity("other", "spare", "2026-01-14T11:00:00"));
  EXPECT_THAT(of({"bot"}), ElementsAre("i2026-01-14T10:00:01", "i2026-01-14T10:00:00.500000", "i2026-01-14T10:00:00"));
  Window window;
  window.from = "2026-01-14T10:00:00";
  window.until = "2026-01-14T10:00:00.500000";
  EXPECT_THAT(of({"bot"}, window), ElementsAre("i2026-01-14T10:00:00.500000", "i2026-01-14T10:00:00"))
      << "both ends belong to it";
  EXPECT_THAT(of_all(nullptr),
              ElementsAre("other", "i2026-01-14T10:00:01", "i2026-01-14T10:00:00.500000", "i2026-01-14T10:00:00"));
}

TEST_F(ActivityStoreTest, PagesFollowEachOtherWithoutGap) {
  // Several at the same moment, of 50 agents: more than one statement takes.
  std::vector<std::string> agents;
  for (int agent = 0; agent < 50; ++agent) {
    agents.push_back("bot-" + std::to_string(agent));
    for (int i = 0; i < 4; ++i)
      add(activity(fmt::format("{:02}-{}", agent, i), agents.back(),
                   fmt::format("2026-01-14T10:00:{:02}", i * 3 + agent % 3)));
  }
  const auto whole = of_all(nullptr, {.limit = 1'000});
  ASSERT_EQ(whole.size(), 200U);
  for (const bool by_agent : {true, false}) {
    std::vector<std::string> paged;
    Window window;
    window.limit = 7;
    for (;;) {
      const auto page = by_agent ? of(agents, window) : of_all([](const std::string&) { return true; }, window);
      paged.insert(paged.end(), page.begin(), page.end());
      if (page.size() < 7U) break;
      window.before = page.back();
    }
    EXPECT_EQ(paged, whole);
  }
  Window unknown;
  unknown.before = "none";
  EXPECT_THAT(of({"bot-1"}, unknown), ElementsAre("unknown"));
  EXPECT_THAT(of_all(nullptr, unknown), ElementsAre("unknown"));
}

TEST_F(ActivityStoreTest, TheFilterComesBeforeTheLimit) {
  add(activity("mine", "bot", "2026-01-14T09:00:00"));
  auto job = [](db::Session& session) {
    for (int i = 0; i < 2'500; ++i)
      session
          .query(
              "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, triggered_by, "
              "created_at) VALUES (:a, 'loud', 'tool_call', 'completed', :b, 'user', :b)",
              "t" + std::to_string(i), fmt::format("2026-01-14T10:{:02}:{:02}", i / 60, i % 60))
          .run();
  };
  home.database.write_now(home.call, std::move(job));
  EXPECT_THAT(of_all([](const std::string& name) { return name == "bot"; }, {.limit = 1}), ElementsAre("mine"));
  EXPECT_THAT(of({"bot"}, {.limit = 1}), ElementsAre("mine"));
  Window window;
  window.types = {"chat_start", "x' OR 1 --"};
  EXPECT_THAT(of_all(nullptr, window), ElementsAre("mine"));
  window.types = {"nothing like this"};
  EXPECT_THAT(of_all(nullptr, window), IsEmpty());
  window.types = {""};
  EXPECT_THAT(of({"bot"}, window), IsEmpty());
  window.types.reset();
  window.state = "completed";
  EXPECT_EQ(of({"bot", "loud"}, window).size(), 100U);
  window.state = "anything' OR 1 --";
  EXPECT_THAT(of({"bot", "loud"}, window), IsEmpty());
}

TEST_F(ActivityStoreTest, ListsAreReadAlongAnIndex) {
  const std::string within =
      "created_at >= :b AND created_at <= :c AND created_at <= :d AND (created_at < :d OR id < :e)";
  const std::string order = " ORDER BY created_at DESC, id DESC LIMIT :a";
  EXPECT_THAT(plan("SELECT * FROM agent_activities WHERE agent_name = :f AND " + within + order),
              ElementsAre(testing::HasSubstr("USING INDEX trinity_activities_of_agent (")));
  EXPECT_THAT(plan("SELECT * FROM agent_activities WHERE agent_name = :f AND " + within +
                   " AND activity_type || '' IN ('chat_start') AND activity_type <> 'tool_call'" + order),
              ElementsAre(testing::HasSubstr("USING INDEX trinity_activities_of_agent_but_tools (")));
  EXPECT_THAT(plan("SELECT * FROM agent_activities WHERE :f <> '' AND " + within +
                   " AND activity_type || '' IN ('chat_start') AND activity_type <> 'tool_call'" + order),
              ElementsAre(testing::HasSubstr("USING INDEX trinity_activities_but_tools (")));
}

TEST_F(ActivityStoreTest, AnExtentCountsWhateverThePageHolds) {
  for (int i = 0; i < 30; ++i) {
    auto row = activity("e" + std::to_string(i), i % 3 == 0 ? "his" : "bot", fmt::format("2026-01-14T10:00:{:02}", i));
    row.activity_state = "completed";
    add(row);
  }
  auto tool = activity("tool", "bot", "2026-01-14T10:00:10");
  tool.activity_type = "tool_call";
  add(tool);
  add(activity("long", "bot", "2026-01-13T10:00:00"));
  add(activity("theirs", "his", "2026-01-13T11:00:00"));
  auto over = activity("over", "bot", "2026-01-13T12:00:00");
  over.activity_state = "completed";
  add(over);

  Window window;
  window.limit = 2;
  window.from = "2026-01-14T10:00:10";
  window.types = {"chat_start"};
  const auto whole = test::run_task(store.extent(home.call, nullptr, window));
  EXPECT_EQ(whole.total, 20);
  EXPECT_TRUE(whole.counted_all);
  EXPECT_THAT(ids(whole.open), ElementsAre("theirs", "long")) << "what goes on, newest first";
  std::function<bool(const std::string&)> bot = [](const std::string& name) { return name == "bot"; };
  const auto mine = test::run_task(store.extent(home.call, bot, window));
  EXPECT_EQ(mine.total, 14);
  EXPECT_THAT(ids(mine.open), ElementsAre("long"));

  window.types = {"nothing like this"};
  EXPECT_EQ(test::run_task(store.extent(home.call, nullptr, window)).total, 0);
  window.types.reset();
  EXPECT_EQ(test::run_task(store.extent(home.call, nullptr, window)).total, 21);
  window.from.reset();
  const auto ever = test::run_task(store.extent(home.call, nullptr, window));
  EXPECT_EQ(ever.total, 34);
  EXPECT_THAT(ever.open, IsEmpty()) << "nothing is before the beginning of all";
}

TEST_F(ActivityStoreTest, AnExtentHasWhatReachesIntoItsWindow) {
  const auto ended = [&](const std::string& id, const std::string& agent, const std::string& from,
                         const std::string& to) {
    auto row = activity(id, agent, from);
    row.activity_state = "completed";
    row.completed_at = to;
    add(row);
  };
  ended("before", "bot", "2026-01-14T09:00:00", "2026-01-14T09:59:59.999999");
  ended("into", "bot", "2026-01-14T09:00:01", "2026-01-14T10:00:00");
  ended("over", "his", "2026-01-14T09:30:00", "2026-01-14T12:00:00");
  ended("within", "bot", "2026-01-14T10:00:00", "2026-01-14T10:30:00");
  add(activity("open", "bot", "2026-01-14T09:40:00"));
  auto tool = activity("tool", "bot", "2026-01-14T09:50:00");
  tool.activity_type = "tool_call";
  tool.activity_state = "completed";
  tool.completed_at = "2026-01-14T10:10:00";
  add(tool);

  Window window;
  window.from = "2026-01-14T10:00:00";
  window.types = {"chat_start"};
  const auto whole = test::run_task(store.extent(home.call, nullptr, window));
  EXPECT_THAT(ids(whole.reaching), ElementsAre("over", "into"));
  EXPECT_THAT(ids(whole.open), ElementsAre("open"));
  EXPECT_EQ(whole.total, 1) << "what began before is not counted";
  std::function<bool(const std::string&)> bot = [](const std::string& name) { return name == "bot"; };
  EXPECT_THAT(ids(test::run_task(store.extent(home.call, bot, window)).reaching), ElementsAre("into"));
  window.from.reset();
  EXPECT_THAT(ids(test::run_task(store.extent(home.call, nullptr, window)).reaching), IsEmpty());
}

TEST_F(ActivityStoreTest, WhatReachesIntoAWindowIsReadAlongTheIndexOfLists) {
  Bounds bounds;
  bounds.filter = " AND activity_type || '' IN ('chat_start') AND activity_type <> 'tool_call'";
  EXPECT_THAT(plan(reaching_statement(bounds), {10, "2026"}),
              testing::Contains(testing::HasSubstr("USING INDEX trinity_activities_but_tools (created_at<?)")));
  EXPECT_THAT(plan(reaching_statement({}), {10, "2026"}),
              testing::Contains(testing::HasSubstr("USING INDEX trinity_activities_newest (created_at<?)")));
}

TEST_F(ActivityStoreTest, AnExtentLooksAtSoManyAndSaysSo) {
  home.execute(
      fmt::format("INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, "
                  "triggered_by, created_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                  "{}) SELECT 'm' || i, 'bot', 'chat_start', 'completed', '2026-01-14T10:00:00', 'user', "
                  "'2026-01-14T10:00:00' FROM n",
                  ActivityStore::most_counted + 1));
  const auto extent = test::run_task(store.extent(home.call, nullptr, {}));
  EXPECT_EQ(extent.total, ActivityStore::most_counted);
  EXPECT_FALSE(extent.counted_all);
}

TEST_F(ActivityStoreTest, WhatIsLeftEndsAsFailed) {
  auto kept = activity("kept", "bot", "2026-01-14T10:00:00");
  kept.related_execution_id = "alive";
  add(kept);
  add(activity("own", "bot", "2026-01-14T10:00:01"));
  for (int i = 0; i < 5; ++i) add(activity("left" + std::to_string(i), "bot", "2026-01-14T10:00:02"));
  auto ended = activity("ended", "bot", "2026-01-14T10:00:03");
  ended.activity_state = "completed";
  add(ended);
  const std::set<std::string> alive{"alive", "own"};
  EXPECT_EQ(test::run_task(store.end_left(home.call, alive, "why", 3)).size(), 3U);
  const auto last = test::run_task(store.end_left(home.call, alive, "why", 3));
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].activity_state, "failed");
  EXPECT_EQ(last[0].error, "why");
  EXPECT_TRUE(last[0].completed_at.has_value());
  EXPECT_THAT(test::run_task(store.end_left(home.call, alive, "why", 3)), IsEmpty());
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'started'"), 2);
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'failed' AND error = 'why'"), 5);
}

TEST_F(ActivityStoreTest, OldOnesAreRemovedInSmallSteps) {
  for (int i = 0; i < 5; ++i) {
    auto row = activity("old" + std::to_string(i), "bot", "2025-01-14T10:00:00");
    row.activity_state = i == 0 ? "started" : "completed";
    add(row);
  }
  add(activity("new", "bot", "2026-01-14T10:00:00"));
  const auto until = *parse_time("2026-01-01T00:00:00");
  EXPECT_EQ(test::run_task(store.prune(home.call, until, 3)), 3);
  EXPECT_EQ(test::run_task(store.prune(home.call, until, 3)), 1);
  EXPECT_EQ(test::run_task(store.prune(home.call, until, 3)), 0);
  EXPECT_THAT(of({"bot"}), ElementsAre("new", "old0")) << "what goes on stays";
}

TEST_F(ActivityStoreTest, DetailsAreAnObjectWhateverStandsThere) {
  for (const auto* details : {"NULL", "'[1]'", "'{broken'", "'7'"}) {
    home.execute(
        fmt::format("INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, "
                    "triggered_by, details, created_at) VALUES ('{}', 'bot', 'chat_start', 'started', "
                    "'2026-01-14T10:00:00', 'user', {}, '2026-01-14T10:00:00')",
                    "id" + std::to_string(std::string_view(details).size()), details));
  }
  const auto rows = test::run_task(store.of_agents(home.call, {"bot"}, {})).value();
  ASSERT_EQ(rows.size(), 4U);
  for (const auto& row : rows) EXPECT_EQ(row.details, json::object{});
}

TEST_F(ActivityStoreTest, AgentsOfAPerson) {
  home.execute(
      "INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('bot', 7, 't'), ('his', 8, 't')");
  home.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES "
      "('bot', 'bob@example.org', 7, 't'), ('gone', 'bob@example.org', 7, 't')");
  EXPECT_THAT(test::run_task(store.agents_of(home.call, 8, "Bob@example.org")),
              testing::UnorderedElementsAre("bot", "his"));
  EXPECT_THAT(test::run_task(store.agents_of(home.call, 7, std::nullopt)), ElementsAre("bot"));
}

}  // namespace
}  // namespace trinity::activities
