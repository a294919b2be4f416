#include "executions/running_turns.h"

#include <gtest/gtest.h>

namespace trinity::executions {
namespace {

using agentlink::Live;
using agentlink::LiveRun;
using agentlink::News;
using Now = TurnWaits::Now;

Time at(std::int64_t seconds) {
  return Time(std::chrono::days(20'000)) + std::chrono::seconds(seconds);
}

class RunningTurnsTest : public testing::Test {
 protected:
  RunningTurnsTest() {
    turns.on_change([this](const std::string& agent) { heard.push_back(agent); });
  }
  static LiveRun run(const std::string& id, std::int64_t started, const std::string& type = "chat") {
    return {id, type, "hi", format_z(at(started))};
  }
  /// What an agent tells, with these runs.
  News news(std::vector<LiveRun> runs, bool whole = false) const {
    Live live;
    live.agent = "bot";
    live.connection = agentlink::Connection::up;
    live.activity = std::make_shared<const agentlink::Activity>();
    live.runs = std::make_shared<const std::vector<LiveRun>>(std::move(runs));
    News made;
    made.live = std::make_shared<const Live>(std::move(live));
    made.agent = "bot";
    made.whole = whole;
    return made;
  }
  static agentlink::ToldRun life(const std::string& id, std::optional<Time> ready = {}) {
    return {id, true, ready, ready};
  }
  static agentlink::ToldCall call(const std::string& id, const std::string& run_id, std::int64_t from,
                                  std::optional<std::int64_t> to = {}) {
    agentlink::ToldCall made{id, run_id, "Bash", "make", at(from), {}};
    if (to) made.ended_at = at(*to);
    return made;
  }
  /// A turn `e` that began at 0 and has said its first word at 1.
  void begin() {
    auto began = news({run("e", 0)});
    began.told_runs = {life("e")};
    turns.hear(began);
    auto ready = news({run("e", 0)});
    ready.told_runs = {life("e", at(1))};
    turns.hear(ready);
    heard.clear();
  }

  RunningTurns turns;
  std::vector<std::string> heard;
};

TEST_F(RunningTurnsTest, FollowsATurn) {
  EXPECT_FALSE(turns.running_turn("bot", at(0)));
  auto began = news({run("e", 0)});
  began.told_runs = {life("e")};
  turns.hear(began);
  EXPECT_EQ(heard.size(), 1U);
  auto waits = turns.running_turn("bot", at(1));
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->execution_id, "e");
  EXPECT_TRUE(waits->chat);
  EXPECT_EQ(waits->now, Now::start);
  auto ready = news({run("e", 0)});
  ready.told_runs = {life("e", at(1))};
  turns.hear(ready);
  EXPECT_EQ(turns.running_turn("bot", at(2))->now, Now::model);
  auto tool = news({run("e", 0)});
  tool.calls = {call("a", "e", 3)};
  turns.hear(tool);
  waits = turns.running_turn("bot", at(5));
  EXPECT_EQ(waits->now, Now::tool);
  EXPECT_EQ(waits->tool->name, "Bash");
  EXPECT_EQ(waits->tool_wait, std::chrono::seconds(2));
  tool.calls = {call("a", "e", 3, 6)};
  turns.hear(tool);
  EXPECT_EQ(turns.running_turn("bot", at(7))->now, Now::model);
  EXPECT_EQ(heard.size(), 4U);
  auto ended = news({});
  ended.ended = {"e"};
  turns.hear(ended);
  EXPECT_FALSE(turns.running_turn("bot", at(8)));
  EXPECT_EQ(heard.size(), 5U);
  EXPECT_TRUE(turns.all(at(8)).empty());
}

TEST_F(RunningTurnsTest, TellsOnlyWhatIsSeen) {
  begin();
  turns.hear(news({run("e", 0)}));
  auto life_again = news({run("e", 0)});
  life_again.told_runs = {{"e", true, at(1), at(11)}};
  turns.hear(life_again);
  EXPECT_TRUE(heard.empty()) << "a sign of life is none of their business";
  EXPECT_EQ(turns.running_turn("bot", at(12))->heard_at, at(11));
  auto others = news({run("e", 0)});
  others.calls = {call("x", "another run", 3)};
  turns.hear(others);
  EXPECT_TRUE(heard.empty());
}

TEST_F(RunningTurnsTest, AnotherCallOfTheSameToolIsTold) {
  begin();
  auto calls = news({run("e", 0)});
  calls.calls = {call("a", "e", 2), call("b", "e", 3)};
  turns.hear(calls);
  heard.clear();
  auto ended = news({run("e", 0)});
  ended.calls = {call("a", "e", 2, 4)};
  turns.hear(ended);
  EXPECT_EQ(heard.size(), 1U);
  EXPECT_EQ(turns.running_turn("bot", at(5))->now_since, at(2)) << "a tool has run since then";
}

TEST_F(RunningTurnsTest, TheConversationComesFirstThenTheOldestTask) {
  auto many = news({run("t2", 5, "task"), run("t1", 2, "task")}, true);
  turns.hear(many);
  EXPECT_EQ(turns.running_turn("bot", at(10))->execution_id, "t1");
  many = news({run("t2", 5, "task"), run("t1", 2, "task"), run("c", 8)}, true);
  turns.hear(many);
  EXPECT_EQ(turns.running_turn("bot", at(10))->execution_id, "c");
  EXPECT_EQ(turns.all(at(10)).size(), 3U);
  EXPECT_EQ(turns.all(at(10))[0].agent, "bot");
}

TEST_F(RunningTurnsTest, ALostConnectionChangesNothing) {
  begin();
  auto lost = news({run("e", 0)});
  auto live = *lost.live;
  live.connection = agentlink::Connection::connecting;
  lost.live = std::make_shared<const Live>(std::move(live));
  turns.hear(lost);
  EXPECT_EQ(turns.running_turn("bot", at(60))->model_wait, std::chrono::seconds(59));
  EXPECT_TRUE(heard.empty());
}

TEST_F(RunningTurnsTest, WhatWasMissedComesWithTheSnapshot) {
  begin();
  auto tool = news({run("e", 0)});
  tool.calls = {call("a", "e", 3)};
  turns.hear(tool);
  // While nobody heard it: a ended at 5, b ran from 6 to 8, c is running.
  auto whole = news({run("e", 0)}, true);
  whole.told_runs = {life("e", at(1))};
  whole.calls = {call("c", "e", 9), call("b", "e", 6, 8), call("a", "e", 3, 5)};
  turns.hear(whole);
  const auto waits = turns.running_turn("bot", at(10));
  EXPECT_EQ(waits->tool_wait, std::chrono::seconds(2 + 2 + 1));
  EXPECT_EQ(waits->now_since, at(9));
}

TEST_F(RunningTurnsTest, ACallThatIsNotToldAnyMoreHasEnded) {
  begin();
  auto tool = news({run("e", 0)});
  tool.calls = {call("a", "e", 3)};
  turns.hear(tool);
  auto whole = news({run("e", 0)}, true);
  whole.told_runs = {life("e", at(1))};
  whole.calls = {call("z", "e", 20, 22)};
  turns.hear(whole);
  auto waits = turns.running_turn("bot", at(30));
  EXPECT_EQ(waits->now, Now::model);
  EXPECT_EQ(waits->tool_wait, std::chrono::seconds(19)) << "until the oldest one that is told";
  // It was only older than those that are told: its end makes up for it.
  auto late = news({run("e", 0)});
  late.calls = {call("a", "e", 3, 28)};
  turns.hear(late);
  waits = turns.running_turn("bot", at(30));
  EXPECT_EQ(waits->tool_wait, std::chrono::seconds(25));
}

TEST_F(RunningTurnsTest, AClearedActivityEndsWhatWasOpen) {
  auto began = news({{"e", "chat", "hi", format_z(now() - std::chrono::seconds(10))}}, true);
  began.told_runs = {life("e", now() - std::chrono::seconds(10))};
  began.calls = {{"a", "e", "Bash", "", now() - std::chrono::seconds(5), {}}};
  turns.hear(began);
  EXPECT_EQ(turns.running_turn("bot", now())->now, Now::tool);
  auto cleared = news({{"e", "chat", "hi", began.live->runs->front().started_at}});
  cleared.no_calls = true;
  turns.hear(cleared);
  const auto waits = turns.running_turn("bot", now());
  EXPECT_EQ(waits->now, Now::model);
  EXPECT_GE(waits->tool_wait, std::chrono::milliseconds(4'900));
}

TEST_F(RunningTurnsTest, AnAgentThatIsNotFollowedHasNoTurns) {
  begin();
  News gone;
  gone.agent = "bot";
  turns.hear(gone);
  EXPECT_FALSE(turns.running_turn("bot", at(5)));
  EXPECT_EQ(heard, std::vector<std::string>{"bot"});
  turns.hear(gone);
  EXPECT_EQ(heard.size(), 1U);
  begin();
  turns.hear(news({}, true));
  EXPECT_FALSE(turns.running_turn("bot", at(5))) << "another life of the daemon knows nothing of it";
}

TEST_F(RunningTurnsTest, AnOlderDaemonHasNoStart) {
  auto began = news({run("e", 0)});
  began.told_runs = {{"e", false, {}, {}}};
  turns.hear(began);
  const auto waits = turns.running_turn("bot", at(5));
  EXPECT_EQ(waits->now, Now::model);
  EXPECT_FALSE(waits->tells_life);
}

TEST_F(RunningTurnsTest, OddRunsAreLeftOut) {
  turns.hear(news({{"", "chat", "hi", format_z(at(0))}, {"e", "chat", "hi", "yesterday"}}, true));
  EXPECT_FALSE(turns.running_turn("bot", at(5)));
  EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace trinity::executions
