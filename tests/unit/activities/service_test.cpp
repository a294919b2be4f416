#include "activities/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/io_threads.h"
#include "base/masking.h"
#include "base/text.h"
#include "unit/activities/making.h"

namespace trinity::activities {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using testing::ElementsAre;
using testing::IsEmpty;

class ActivityServiceTest : public testing::Test {
 protected:
  ActivityServiceTest() {
    service.listen([this](const News& news) {
      const std::lock_guard lock(mutex);
      heard.push_back(news);
    });
    io.start();
  }
  ~ActivityServiceTest() override {
    io.stop();
    io.join();
    home.pool.join();
  }
  static Beginning chat(const std::string& agent = "bot") {
    Beginning what;
    what.agent = agent;
    what.type = "chat_start";
    what.triggered_by = "user";
    what.user_id = 7;
    what.details = {{"message_preview", "count"}, {"execution_id", nullptr}};
    what.action = "count";
    return what;
  }
  std::string begin(Beginning what) { return test::run_on(io[0], service.begin(home.call, std::move(what))); }
  void end(const std::string& id, Ending how) { await(service.end(home.call, id, std::move(how))); }
  void await(Task<> work) { asio::co_spawn(io[0], std::move(work), asio::use_future).get(); }
  std::vector<Told> told() {
    const std::lock_guard lock(mutex);
    std::vector<Told> all;
    for (const auto& news : heard) {
      if (const auto* one = std::get_if<Told>(&news)) all.push_back(*one);
    }
    return all;
  }
  std::vector<std::string> states() {
    std::vector<std::string> all;
    for (const auto& one : told()) all.push_back(one.row->activity_state);
    return all;
  }
  /// The database takes no activities while it is away.
  void away(bool is_away) {
    home.execute(is_away ? "ALTER TABLE agent_activities RENAME TO elsewhere"
                         : "ALTER TABLE elsewhere RENAME TO agent_activities");
  }

  std::mutex mutex;
  std::vector<News> heard;
  test::AgentDatabase home;
  IoThreads io{1};
  ActivityStore store{home.database};
  ActivityService service{store, io[0].get_executor(), {.most = 4, .pause = 20ms, .longest = 40ms}};
};

TEST_F(ActivityServiceTest, WhatBeginsAndEndsIsToldAsItStands) {
  auto what = chat();
  what.parent = "p";
  what.execution = "r";
  const auto id = begin(what);
  EXPECT_EQ(id.size(), 36U);
  Ending how;
  how.details = {{"cost_usd", 0.5}};
  how.action = "Finished chat";
  end(id, how);
  end(id, how);
  const auto all = told();
  ASSERT_THAT(states(), ElementsAre("started", "completed")) << "an end is told once";
  EXPECT_EQ(all[0].row->id, id);
  EXPECT_EQ(all[0].row->created_at, all[0].row->started_at);
  EXPECT_EQ(all[0].row->parent_activity_id, "p");
  EXPECT_EQ(all[0].row->related_execution_id, "r");
  EXPECT_EQ(all[0].row->user_id, 7);
  EXPECT_EQ(all[0].details, what.details);
  EXPECT_EQ(all[0].action, "count");
  EXPECT_EQ(all[1].details, how.details) << "only what the end brought";
  EXPECT_EQ(all[1].row->details.at("message_preview"), "count") << "the row has both";
  EXPECT_EQ(all[1].row->details.at("cost_usd"), 0.5);
}

TEST_F(ActivityServiceTest, AFailureHasItsErrorCut) {
  Ending how;
  how.success = false;
  how.error = std::string(8'191, 'x') + "ä" + std::string(100'000, 'y');
  end(begin(chat()), how);
  const auto row = told().back().row;
  EXPECT_EQ(row->activity_state, "failed");
  EXPECT_LT(row->error->size(), 8'300U);
  EXPECT_EQ(*row->error, to_utf8(*row->error)) << "no half characters";
  how.error = "no A_TOKEN=abcdefgh";
  end(begin(chat()), how);
  EXPECT_EQ(told().back().row->error, "no A_TOKEN=" + std::string(secret_mask));
}

TEST_F(ActivityServiceTest, SinglesHaveEndedAtOnceAndKeepTheirOrder) {
  std::vector<Single> calls;
  for (int i = 0; i < 3; ++i) {
    Single one;
    one.agent = "bot";
    one.type = "tool_call";
    one.triggered_by = "user";
    one.details = {{"tool_name", std::to_string(i)}};
    one.duration_ms = i;
    one.success = i != 1;
    one.chat_message = "m";
    calls.push_back(std::move(one));
  }
  home.cost.sql = 0;
  await(service.single(home.call, calls));
  EXPECT_EQ(home.cost.sql.load(), 3U);
  const auto rows = test::run_on(io[0], store.of_agents(home.call, {"bot"}, {})).value();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].details.at("tool_name"), "2");
  EXPECT_EQ(rows[1].activity_state, "failed");
  EXPECT_EQ(rows[2].duration_ms, 0);
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'started'"), 0);
  await(service.single(home.call, {}));
  calls.resize(1'200, calls.front());
  await(service.single(home.call, calls));
  EXPECT_EQ(home.count("agent_activities"), 1'003) << "a thousand at once, no more";
}

TEST_F(ActivityServiceTest, WhatTheDatabaseDoesNotTakeIsStoredLaterInOrder) {
  away(true);
  const auto id = begin(chat());
  Ending how;
  how.details = {{"cost_usd", 0.5}};
  end(id, how);
  EXPECT_THAT(told(), IsEmpty()) << "what does not stand is not told";
  std::this_thread::sleep_for(60ms);
  away(false);
  EXPECT_TRUE(eventually([&] { return told().size() == 2; }));
  EXPECT_THAT(states(), ElementsAre("started", "completed"));
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'completed'"), 1);
  end(begin(chat()), {});
  EXPECT_THAT(states(), ElementsAre("started", "completed", "started", "completed")) << "and it goes on as before";
}

TEST_F(ActivityServiceTest, WhatWaitsIsBounded) {
  away(true);
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(begin(chat()));
  away(false);
  EXPECT_TRUE(eventually([&] { return told().size() == 4; }));
  std::this_thread::sleep_for(60ms);
  ASSERT_EQ(told().size(), 4U);
  EXPECT_EQ(told().front().row->id, ids[2]) << "the oldest were lost";
}

TEST_F(ActivityServiceTest, TheStartEndsWhatEarlierLivesLeft) {
  for (int i = 0; i < 600; ++i) {
    auto row = test::activity("left" + std::to_string(i), "bot", "2026-01-14T10:00:00");
    if (i == 0) row.related_execution_id = "alive";
    test::run_on(io[0], [](ActivityStore* to, Call call, Activity one) -> Task<bool> {
      std::vector<std::shared_ptr<const Activity>> rows;
      rows.push_back(std::make_shared<const Activity>(std::move(one)));
      co_await to->add(call, std::move(rows));
      co_return true;
    }(&store, home.call, row));
  }
  const auto own = begin(chat());
  await(service.repair(home.call, {"alive"}, "Server restarted during execution"));
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'failed'"), 599);
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'started'"), 2);
  EXPECT_EQ(told().size(), 600U) << "whoever watches sees it";
  EXPECT_EQ(told().back().row->error, "Server restarted during execution");
  end(own, {});
  EXPECT_EQ(told().back().row->activity_state, "completed");
}

TEST_F(ActivityServiceTest, AllOfARunEndsByItsRecord) {
  auto what = chat();
  what.execution = "r";
  begin(what);
  begin(what);
  what.execution = "other";
  begin(what);
  Ending how;
  how.success = false;
  how.error = "why";
  await(service.end_of_execution(home.call, "r", how));
  await(service.end_of_execution(home.call, "r", how));
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'failed' AND error = 'why'"), 2);
  EXPECT_EQ(home.count("agent_activities", "activity_state = 'started'"), 1);
}

TEST_F(ActivityServiceTest, ACallBetweenAgentsIsToldAndNotStored) {
  service.collaboration("a", "b", "chat");
  const std::lock_guard lock(mutex);
  ASSERT_EQ(heard.size(), 1U);
  const auto& call = std::get<Collaboration>(heard.front());
  EXPECT_EQ(call.source, "a");
  EXPECT_EQ(call.target, "b");
  EXPECT_EQ(call.action, "chat");
  EXPECT_TRUE(parse_time(call.timestamp).has_value());
}

}  // namespace
}  // namespace trinity::activities
