#include "runfeeds/agent_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::runfeeds::testing {
namespace {

using live::Standing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AgentFeedTest : public ::testing::Test {
 protected:
  void happens(const RunNews& news) {
    ledger.take(news);
    inbox->news.push_back(news);
  }
  Told due(int ms) { return told(feed.due(nothing, at(milliseconds(ms)))); }
  boost::json::object baseline() {
    return boost::json::parse(feed.baseline(nothing, {}, at(milliseconds(0)))).as_object();
  }
  void read(std::vector<Execution> rows) {
    inbox->rows = std::move(rows);
    EXPECT_THAT(due(0), IsEmpty());
    ASSERT_EQ(feed.standing(), Standing::ready);
  }

  Ledger ledger;
  fleet::Snapshot nothing;
  std::vector<milliseconds> asked_again;
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(live::Topic{live::Topic::Kind::executions, "bot"});
  AgentFeed feed{
      "bot",
      inbox,
      {[this] { return ledger.find("bot"); }, [this](milliseconds after) { asked_again.push_back(after); }, nullptr}};
};

TEST_F(AgentFeedTest, IsReadFirstAndWhatHappensMeanwhileIsInIt) {
  EXPECT_EQ(feed.standing(), Standing::loading);
  happens(news(RunNews::Kind::started, "c", record("c")));
  happens(news(RunNews::Kind::finished, "b", record("b", "success")));
  EXPECT_THAT(due(0), IsEmpty());
  read({record("b"), record("a", "failed")});
  const auto snapshot = baseline();
  EXPECT_EQ(snapshot.at("name"), "bot");
  const auto& rows = snapshot.at("executions").as_array();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("id"), "c");
  EXPECT_EQ(rows[1].at("id"), "b");
  EXPECT_EQ(rows[1].at("status"), "success");
  EXPECT_EQ(rows[2].at("id"), "a");
  EXPECT_EQ(snapshot.at("queue").at("is_busy"), false);
  EXPECT_EQ(snapshot.at("queue").at("agent_name"), "bot");
}

TEST_F(AgentFeedTest, CannotBeRead) {
  inbox->failed = true;
  EXPECT_THAT(due(0), IsEmpty());
  EXPECT_EQ(feed.standing(), Standing::failed);
}

TEST_F(AgentFeedTest, RunsAreToldAndListed) {
  read({});
  happens(news(RunNews::Kind::started, "a", record("a")));
  auto events = due(0);
  ASSERT_THAT(names(events), ElementsAre("execution_started"));
  EXPECT_EQ(events[0].second.at("name"), "bot");
  EXPECT_EQ(events[0].second.at("id"), "a");
  happens(news(RunNews::Kind::began, "a", record("a")));
  events = due(1000);
  ASSERT_THAT(names(events), ElementsAre("agent_queue_update"));
  const auto& running = events[0].second.at("running").as_array();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(
      boost::json::serialize(running[0]),
      R"({"execution_id":"a","agent_execution_id":"a","message_preview":"do a","started_at":"2026-01-10T10:30:00.000","triggered_by":"manual","chat":false})");
  happens(news(RunNews::Kind::finished, "a", record("a", "success")));
  events = due(2000);
  ASSERT_THAT(names(events), ElementsAre("execution_finished", "agent_queue_update"));
  EXPECT_EQ(events[0].second.at("response_preview"), "done a");
  EXPECT_TRUE(events[1].second.at("running").as_array().empty());
  EXPECT_EQ(baseline().at("executions").at(0).at("status"), "success");
}

TEST_F(AgentFeedTest, TheQueueIsToldTwiceASecond) {
  read({});
  happens(queue_news(true, {queued(std::string(300, 'm'), "queued")}));
  auto events = due(0);
  ASSERT_THAT(names(events), ElementsAre("agent_queue_update"));
  EXPECT_EQ(events[0].second.at("is_busy"), true);
  EXPECT_EQ(events[0].second.at("queue_length"), 1);
  EXPECT_EQ(events[0].second.at("current_execution").at("message"), "the one that runs");
  EXPECT_LT(events[0].second.at("queued_executions").at(0).at("message").as_string().size(), 110U);
  for (int i = 1; i <= 4; ++i) {
    happens(queue_news(i % 2 == 0));
    EXPECT_THAT(due(i * 100), IsEmpty());
  }
  ASSERT_FALSE(asked_again.empty());
  EXPECT_EQ(asked_again.back(), milliseconds(100));
  happens(queue_news(false));
  events = due(500);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].second.at("is_busy"), false);
  EXPECT_TRUE(events[0].second.at("current_execution").is_null());
  EXPECT_THAT(due(5000), IsEmpty());
}

TEST_F(AgentFeedTest, ATurnWithoutRecordRunsToo) {
  read({});
  happens(queue_news(true));
  auto began = news(RunNews::Kind::began, "t");
  began.chat = true;
  happens(began);
  const auto events = due(0);
  ASSERT_THAT(names(events), ElementsAre("agent_queue_update"));
  const auto& run = events[0].second.at("running").at(0);
  EXPECT_TRUE(run.at("execution_id").is_null());
  EXPECT_EQ(run.at("agent_execution_id"), "t");
  EXPECT_EQ(run.at("message_preview"), "the one that runs");
  EXPECT_EQ(run.at("chat"), true);
  happens(news(RunNews::Kind::finished, "t"));
  EXPECT_THAT(names(due(1000)), ElementsAre("agent_queue_update"));
  EXPECT_TRUE(baseline().at("running").as_array().empty());
}

TEST_F(AgentFeedTest, RunsOfAnEarlierLifeAreListed) {
  read({record("old"), record("ended", "failed")});
  const auto snapshot = baseline();
  ASSERT_EQ(snapshot.at("running").as_array().size(), 1U);
  EXPECT_EQ(snapshot.at("running").at(0).at("execution_id"), "old");
  happens(news(RunNews::Kind::finished, "old", record("old", "failed")));
  EXPECT_THAT(names(due(1000)), ElementsAre("execution_finished", "agent_queue_update"));
  EXPECT_TRUE(baseline().at("running").as_array().empty());
}

TEST_F(AgentFeedTest, WhatWaitsInTheQueueDoesNotRun) {
  read({record("waits"), record("runs")});
  happens(queue_news(true, {queued("x", "queued", "waits")}));
  const auto events = due(1000);
  ASSERT_THAT(names(events), ElementsAre("agent_queue_update"));
  ASSERT_EQ(events[0].second.at("running").as_array().size(), 1U);
  EXPECT_EQ(events[0].second.at("running").at(0).at("execution_id"), "runs");
}

TEST_F(AgentFeedTest, ListsAreBounded) {
  read({});
  for (int i = 0; i < 300; ++i) happens(news(RunNews::Kind::started, std::to_string(i), record(std::to_string(i))));
  EXPECT_FALSE(due(0).empty());
  EXPECT_EQ(baseline().at("executions").as_array().size(), 50U);
  EXPECT_EQ(ledger.find("bot")->runs.size(), Ledger::most_runs);
}

TEST(Ledger, ForgetsAgentsWithNothing) {
  Ledger ledger;
  ledger.take(queue_news(true));
  ledger.take(news(RunNews::Kind::started, "a", record("a")));
  EXPECT_NE(ledger.find("bot")->find("a"), nullptr);
  EXPECT_FALSE(ledger.find("bot")->find("a")->begun);
  ledger.take(news(RunNews::Kind::began, "a", record("a")));
  EXPECT_TRUE(ledger.find("bot")->find("a")->begun);
  ledger.take(news(RunNews::Kind::finished, "a", record("a", "success")));
  ledger.take(queue_news(false));
  EXPECT_EQ(ledger.find("bot"), ledger.find("nobody"));
}

}  // namespace
}  // namespace trinity::runfeeds::testing
