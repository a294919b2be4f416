#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "activity/activity_feed.h"
#include "activity/files_feed.h"
#include "activity/words.h"
#include "agentlink/reading.h"

namespace trinity::activity {
namespace {

using namespace std::chrono_literals;
using agentlink::Live;
using agentlink::News;
using boost::json::object;

object object_of(std::string_view text) {
  return boost::json::parse(text).as_object();
}

object call(const std::string& id, const std::string& status) {
  return {{"id", id}, {"tool", "Bash"}, {"input_summary", "ls"}, {"status", status}, {"execution_id", "run"}};
}

object activity_event(const std::string& id, const std::string& status) {
  return {{"status", status == "running" ? "running" : "idle"},
          {"tool_counts", {{"Bash", 1}}},
          {"totals", {{"calls", 1}, {"duration_ms", 0}}},
          {"entry", call(id, status)}};
}

live::Moment at(std::chrono::milliseconds since) {
  return {Time{} + std::chrono::hours(500'000) + since, SteadyTime{} + 1h + since};
}

class ActivityFeedTest : public testing::Test {
 protected:
  ActivityFeedTest() { take_snapshot("c", R"({"session":{}})"); }
  void take_snapshot(const std::string& container, std::string_view text) {
    News news;
    set(agentlink::with_snapshot(agentlink::blank("bot", container), object_of(text), news));
  }
  void set(Live state) { live = std::make_shared<const Live>(std::move(state)); }
  void connect() {
    auto state = *live;
    state.connection = agentlink::Connection::up;
    set(std::move(state));
  }
  void happens(const std::string& type, const object& event) {
    News news;
    set(agentlink::with_event(*live, type, event, news));
  }
  std::vector<std::pair<std::string, object>> due(std::chrono::milliseconds since) {
    std::vector<std::pair<std::string, object>> made;
    for (const auto& event : feed.due(nothing, at(since))) made.emplace_back(event.name, object_of(event.data));
    return made;
  }
  object baseline() { return object_of(feed.baseline(nothing, {}, at(0ms))); }

  agentlink::LivePtr live;
  std::vector<std::chrono::milliseconds> asked_again;
  fleet::Snapshot nothing;
  ActivityFeed feed{"bot", [this] { return live; },
                    [this](std::chrono::milliseconds after) { asked_again.push_back(after); }};
};

TEST_F(ActivityFeedTest, TheSnapshotTellsEverythingThatIsKnown) {
  connect();
  happens("activity", activity_event("t1", "running"));
  const auto whole = baseline();
  EXPECT_EQ(whole.at("name"), "bot");
  EXPECT_EQ(whole.at("connection"), "up");
  EXPECT_EQ(whole.at("status"), "running");
  EXPECT_EQ(whole.at("timeline").as_array().size(), 1U);
  EXPECT_EQ(whole.at("timeline").as_array()[0].at("id"), "t1");
  EXPECT_EQ(whole.at("timeline_total"), 1);
  EXPECT_EQ(whole.at("tool_counts").at("Bash"), 1);
  EXPECT_EQ(whole.at("session").at("message_count"), 0);
  EXPECT_TRUE(whole.at("startup").is_object());
}

TEST_F(ActivityFeedTest, AnAgentThatDoesNotRunIsIdle) {
  live.reset();
  const auto whole = baseline();
  EXPECT_EQ(whole.at("connection"), "off");
  EXPECT_EQ(whole.at("status"), "idle");
  EXPECT_TRUE(whole.at("session").is_null());
  EXPECT_TRUE(whole.at("timeline").as_array().empty());
  EXPECT_TRUE(due(1s).empty());
}

TEST_F(ActivityFeedTest, ACallIsToldAtOnceAndABurstTogether) {
  connect();
  baseline();
  EXPECT_TRUE(due(0ms).empty());
  happens("activity", activity_event("t1", "running"));
  const auto first = due(10ms);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].first, "agent_activity_update");
  EXPECT_EQ(first[0].second.at("upsert").as_array().size(), 1U);
  EXPECT_EQ(first[0].second.at("cleared"), false);
  EXPECT_FALSE(first[0].second.contains("connection"));
  for (const auto* id : {"t1", "t2", "t3"})
    happens("activity", activity_event(id, id[1] == '1' ? "completed" : "running"));
  EXPECT_TRUE(due(50ms).empty());
  ASSERT_EQ(asked_again.size(), 1U);
  EXPECT_EQ(asked_again[0], ActivityFeed::pace - 40ms);
  const auto burst = due(10ms + ActivityFeed::pace);
  ASSERT_EQ(burst.size(), 1U);
  EXPECT_EQ(burst[0].second.at("upsert").as_array().size(), 3U);
  EXPECT_TRUE(due(5s).empty());
}

TEST_F(ActivityFeedTest, WhatIsForgottenIsCleared) {
  connect();
  happens("activity", activity_event("t1", "running"));
  baseline();
  happens("activity", {{"status", "idle"}, {"entry", nullptr}});
  happens("activity", activity_event("t2", "running"));
  const auto told = due(1s);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].second.at("cleared"), true);
  ASSERT_EQ(told[0].second.at("upsert").as_array().size(), 1U);
  EXPECT_EQ(told[0].second.at("upsert").as_array()[0].at("id"), "t2");
}

TEST_F(ActivityFeedTest, SessionAndStartUpAreToldWhole) {
  connect();
  baseline();
  happens("session", {{"session", {{"message_count", 2}, {"context_tokens", 77}}}});
  happens("startup", {{"workspace", "ok"}, {"setup", "running"}});
  const auto told = due(1s);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].first, "agent_session_update");
  EXPECT_EQ(told[0].second.at("context_tokens"), 77);
  EXPECT_EQ(told[0].second.at("name"), "bot");
  EXPECT_EQ(told[1].first, "agent_startup_update");
  EXPECT_EQ(told[1].second.at("setup"), "running");
  happens("log", {{"text", "nothing of this"}});
  EXPECT_TRUE(due(2s).empty());
}

TEST_F(ActivityFeedTest, StopAndStartAreTold) {
  connect();
  happens("activity", activity_event("t1", "running"));
  baseline();
  live.reset();
  auto told = due(1s);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].second.at("connection"), "off");
  EXPECT_EQ(told[0].second.at("status"), "idle");
  EXPECT_EQ(told[0].second.at("cleared"), true);
  take_snapshot("c2", "{}");
  told = due(2s);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0].second.at("connection"), "connecting");
}

TEST(Words, TheRestAnswerHasTheInputsMember) {
  News news;
  const auto live =
      agentlink::with_event(agentlink::blank("bot", "c"), "activity", activity_event("t1", "running"), news);
  const auto text = object_of(activity_text(&live));
  EXPECT_TRUE(text.at("timeline").as_array()[0].at("input").is_null());
  EXPECT_EQ(text.at("timeline").as_array()[0].at("tool"), "Bash");
  EXPECT_FALSE(has_older(live));
  EXPECT_EQ(
      activity_text(nullptr),
      R"({"status":"idle","active_tool":null,"tool_counts":{},"totals":{"calls":0,"duration_ms":0,"started_at":null},"timeline":[]})");
  EXPECT_EQ(with_name("bot", "{}"), R"({"name":"bot"})");
}

TEST(FilesFeed, ChangesAreMergedOverTwoSeconds) {
  const auto inbox = std::make_shared<agentlink::FileChanges>();
  std::vector<std::chrono::milliseconds> asked_again;
  FilesFeed feed("bot", inbox, [&](std::chrono::milliseconds after) { asked_again.push_back(after); }, nullptr);
  fleet::Snapshot nothing;
  EXPECT_EQ(feed.baseline(nothing, {}, at(0ms)), R"({"name":"bot"})");
  EXPECT_TRUE(feed.due(nothing, at(0ms)).empty());
  inbox->add({{"a \"b\".txt"}, false});
  const auto first = feed.due(nothing, at(0ms));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].name, "agent_files_changed");
  EXPECT_EQ(object_of(first[0].data).at("paths").as_array()[0], "a \"b\".txt");
  EXPECT_EQ(object_of(first[0].data).at("overflow"), false);
  inbox->add({{"b"}, false});
  inbox->add({{"c"}, true});
  EXPECT_TRUE(feed.due(nothing, at(500ms)).empty());
  EXPECT_EQ(asked_again, std::vector<std::chrono::milliseconds>{1500ms});
  const auto second = feed.due(nothing, at(2s));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(object_of(second[0].data).at("paths").as_array().size(), 2U);
  EXPECT_EQ(object_of(second[0].data).at("overflow"), true);
  EXPECT_TRUE(feed.due(nothing, at(9s)).empty());
}

}  // namespace
}  // namespace trinity::activity
