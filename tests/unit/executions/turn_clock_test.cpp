#include "executions/turn_clock.h"

#include <gtest/gtest.h>

#include <random>

namespace trinity::executions {
namespace {

using std::chrono::milliseconds;
using Now = TurnWaits::Now;

/// Milliseconds after the start of a day.
Time at(std::int64_t ms) {
  return Time(std::chrono::days(20'000)) + milliseconds(ms);
}

struct Waits {
  Now now;
  std::int64_t since;
  std::int64_t model;
  std::int64_t tool;
  std::int64_t own;
  bool operator==(const Waits&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Waits& w) {
  return out << word_of(w.now) << " since " << w.since << ", model " << w.model << ", tool " << w.tool << ", own "
             << w.own;
}

Waits waits(const TurnClock& clock, std::int64_t ms) {
  const auto found = clock.waits(at(ms));
  EXPECT_EQ(found.elapsed, found.model_wait + found.tool_wait + found.own) << "the parts add up";
  EXPECT_GE(found.model_wait.count(), 0);
  return {found.now, std::chrono::duration_cast<milliseconds>(found.now_since - at(0)).count(),
          found.model_wait.count(), found.tool_wait.count(), found.own.count()};
}

TEST(TurnClock, AWholeTurn) {
  TurnClock clock(at(0));
  EXPECT_EQ(waits(clock, 500), (Waits{Now::start, 0, 0, 0, 500}));
  clock.ready(at(1'000));
  EXPECT_EQ(waits(clock, 1'000), (Waits{Now::model, 1'000, 0, 0, 1'000}));
  EXPECT_EQ(waits(clock, 3'000), (Waits{Now::model, 1'000, 2'000, 0, 1'000}));
  clock.call_began("a", "Bash", "make", at(4'000));
  EXPECT_EQ(waits(clock, 6'500), (Waits{Now::tool, 4'000, 3'000, 2'500, 1'000}));
  const auto running = clock.waits(at(6'500));
  ASSERT_TRUE(running.tool);
  EXPECT_EQ(running.tool->name, "Bash");
  EXPECT_EQ(running.tool->input_summary, "make");
  EXPECT_EQ(running.tool->since, at(4'000));
  clock.call_ended("a", at(7'000));
  EXPECT_EQ(waits(clock, 8'000), (Waits{Now::model, 7'000, 4'000, 3'000, 1'000}));
  EXPECT_FALSE(clock.waits(at(8'000)).tool);
}

TEST(TurnClock, CallsSideBySideCountOnce) {
  TurnClock clock(at(0));
  clock.ready(at(0));
  clock.call_began("a", "Read", "", at(1'000));
  clock.call_began("b", "Read", "", at(2'000));
  clock.call_ended("a", at(3'000));
  EXPECT_EQ(waits(clock, 4'000), (Waits{Now::tool, 1'000, 1'000, 3'000, 0})) << "without a gap since the first";
  clock.call_ended("b", at(5'000));
  EXPECT_EQ(waits(clock, 6'000), (Waits{Now::model, 5'000, 2'000, 4'000, 0}));
  clock.call_spent(at(1'500), at(4'500));
  EXPECT_EQ(waits(clock, 6'000), (Waits{Now::model, 5'000, 2'000, 4'000, 0})) << "told again";
  clock.call_spent(at(500), at(800));
  EXPECT_EQ(waits(clock, 6'000), (Waits{Now::model, 5'000, 1'700, 4'300, 0})) << "told late";
}

TEST(TurnClock, ASubAgentsOwnToolSaysMore) {
  TurnClock clock(at(0));
  clock.call_began("t", "Task:explore", "look", at(1'000));
  EXPECT_EQ(clock.waiting_for(), "Task:explore");
  clock.call_began("b", "Bash", "ls", at(2'000));
  clock.call_began("c", "Bash", "sleep", at(3'000));
  EXPECT_EQ(clock.waiting_for(), "Bash");
  EXPECT_EQ(clock.waits(at(4'000)).tool->input_summary, "ls") << "the one that it waits for longest";
  clock.call_ended("b", at(4'000));
  EXPECT_EQ(clock.waits(at(4'000)).tool->input_summary, "sleep");
  clock.call_ended("c", at(4'500));
  EXPECT_EQ(clock.waiting_for(), "Task:explore");
  EXPECT_EQ(waits(clock, 5'000), (Waits{Now::tool, 1'000, 0, 4'000, 1'000}));
}

TEST(TurnClock, LateTwiceAndInAnyOrder) {
  TurnClock clock(at(0));
  clock.call_ended("unknown", at(100));
  EXPECT_EQ(waits(clock, 500), (Waits{Now::start, 0, 0, 0, 500})) << "an end alone says nothing";
  clock.call_began("a", "Bash", "", at(2'000));
  clock.call_began("a", "Bash", "", at(2'500));
  clock.ready(at(1'000));
  clock.ready(at(1'500));
  EXPECT_EQ(waits(clock, 3'000), (Waits{Now::tool, 2'000, 1'000, 1'000, 1'000}));
  clock.call_ended("a", at(3'000));
  clock.call_ended("a", at(9'000));
  EXPECT_EQ(waits(clock, 4'000), (Waits{Now::model, 3'000, 2'000, 1'000, 1'000}));
}

TEST(TurnClock, TimesBeforeTheStartAndClocksThatDiffer) {
  TurnClock clock(at(1'000));
  clock.ready(at(0));
  clock.call_spent(at(200), at(1'500));
  EXPECT_EQ(waits(clock, 2'000), (Waits{Now::model, 1'500, 500, 500, 0}));
  EXPECT_EQ(waits(clock, 0), (Waits{Now::model, 1'000, 0, 0, 0})) << "asked for a moment before its start";
  clock.call_began("a", "Bash", "", at(9'000));
  EXPECT_EQ(waits(clock, 3'000), (Waits{Now::tool, 3'000, 1'500, 500, 0})) << "the agent's clock goes ahead";
  clock.call_ended("a", at(8'000));
  EXPECT_EQ(waits(clock, 10'000).tool, 500) << "an end before its beginning";
}

TEST(TurnClock, SignsOfLife) {
  TurnClock clock(at(0));
  EXPECT_EQ(clock.waits(at(500)).heard_at, at(0));
  clock.ready(at(1'000));
  clock.heard(at(7'000));
  clock.heard(at(3'000));
  EXPECT_EQ(clock.waits(at(9'000)).heard_at, at(7'000)) << "the newest one";
  clock.call_began("a", "Bash", "", at(8'000));
  clock.call_ended("a", at(8'500));
  EXPECT_EQ(clock.waits(at(9'000)).heard_at, at(8'500));
  EXPECT_TRUE(clock.waits(at(9'000)).tells_life);
}

TEST(TurnClock, AnOlderDaemonTellsToolsOnly) {
  TurnClock clock(at(0));
  clock.tells_no_life();
  EXPECT_EQ(waits(clock, 2'000), (Waits{Now::model, 0, 2'000, 0, 0})) << "no start that lasts for ever";
  clock.call_spent(at(3'000), at(4'000));
  EXPECT_EQ(waits(clock, 5'000), (Waits{Now::model, 4'000, 4'000, 1'000, 0}));
  EXPECT_FALSE(clock.waits(at(5'000)).tells_life);
}

TEST(TurnClock, CallsThatNobodyTellsOfAnyMore) {
  TurnClock clock(at(0));
  clock.ready(at(0));
  clock.call_began("a", "Read", "", at(1'000));
  clock.call_began("b", "Bash", "", at(2'000));
  clock.keep_calls({"b"}, at(3'000));
  EXPECT_EQ(clock.waiting_for(), "Bash");
  clock.keep_calls({}, at(4'000));
  EXPECT_EQ(waits(clock, 5'000), (Waits{Now::model, 4'000, 2'000, 3'000, 0}));
}

TEST(TurnClock, IsBounded) {
  TurnClock clock(at(0));
  clock.ready(at(0));
  for (int i = 0; i < 1'000; ++i) clock.call_began("c" + std::to_string(i), "Bash", "", at(i));
  for (int i = 0; i < 1'000; ++i) clock.call_ended("c" + std::to_string(i), at(2'000));
  EXPECT_EQ(waits(clock, 3'000), (Waits{Now::model, 2'000, 1'000, 2'000, 0}));
  for (int i = 0; i < 10'000; ++i) clock.call_spent(at(10'000 + i * 10), at(10'000 + i * 10 + 4));
  EXPECT_EQ(waits(clock, 200'000), (Waits{Now::model, 109'994, 158'000, 42'000, 0}))
      << "old ones are a sum, none is lost";
  clock.call_spent(at(5'000), at(11'000));
  EXPECT_EQ(waits(clock, 200'000).tool, 42'000) << "what comes so late does not count twice";
}

TEST(TurnClock, AnyOrderGivesTheUnion) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<int, int>> calls;
    for (int i = 0; i < 30; ++i) {
      const int from = static_cast<int>(random() % 900);
      calls.emplace_back(from, from + static_cast<int>(random() % 60));
    }
    std::vector<bool> busy(1'000, false);
    for (const auto& [from, to] : calls) std::fill(busy.begin() + from, busy.begin() + to, true);
    const auto wanted = std::count(busy.begin(), busy.end(), true);
    TurnClock clock(at(0));
    clock.ready(at(0));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto name = "c" + std::to_string(i);
      if (random() % 2 == 0) {
        clock.call_began(name, "Bash", "", at(calls[i].first));
        clock.call_ended(name, at(calls[i].second));
      }
      clock.call_spent(at(calls[i].first), at(calls[i].second));
    }
    EXPECT_EQ(waits(clock, 1'000).tool, wanted) << round;
    // Half way through, of what has passed.
    EXPECT_EQ(waits(clock, 500).tool, std::count(busy.begin(), busy.begin() + 500, true)) << round;
  }
}

}  // namespace
}  // namespace trinity::executions
