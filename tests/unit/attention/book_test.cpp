#include "attention/book.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/live/fixture.h"

namespace trinity::attention {
namespace {

using namespace std::chrono_literals;
using executions::RunNews;
using executions::RunningTurns;
using executions::TurnWaits;
using testing::ElementsAre;
using testing::IsEmpty;

Time noon() {
  return *parse_time("2026-01-14T12:00:00Z");
}

/// Everything that is told, by a clock that the test moves.
class BookTest : public testing::Test {
 protected:
  BookTest() { publish(fleet_.add(live::testing::agent("bot", 1))); }

  RunNews run(RunNews::Kind kind, const std::string& id, const std::string& agent = "bot") const {
    auto record = std::make_shared<executions::Execution>();
    record->id = id;
    record->agent_name = agent;
    record->started_at = format_naive(at);
    record->triggered_by = "manual";
    return {kind, agent, id, false, record};
  }
  void begin(const std::string& id, const std::string& agent = "bot") {
    book.hear(run(RunNews::Kind::started, id, agent), at);
  }
  void end(RunNews news, bool success, std::string error, std::string wish) {
    news.kind = RunNews::Kind::finished;
    news.outcome = executions::Outcome{success, std::move(error), std::move(wish)};
    book.hear(news, at);
  }
  void fail(const std::string& id, std::string error = "boom") {
    end(run(RunNews::Kind::finished, id), false, std::move(error), {});
  }
  void succeed(const std::string& id, std::string wish = {}) {
    end(run(RunNews::Kind::finished, id), true, {}, std::move(wish));
  }
  void publish(const fleet::Publication& publication) { book.follow(publication, at); }
  void status(std::string value, const char* reason, std::optional<std::int64_t> code) {
    const auto edit = [&](fleet::Agent& agent) {
      agent.status = value;
      agent.engine_state = value == "stopped" ? "exited" : value;
      agent.exit_code = code;
    };
    publish(fleet_.change("bot", edit, reason));
  }
  void link(agentlink::Connection connection, bool blank = false) {
    auto live = std::make_shared<agentlink::Live>();
    live->agent = "bot";
    live->connection = connection;
    live->stream = blank ? "" : "s";
    agentlink::News news;
    news.live = live;
    news.agent = "bot";
    news.whole = blank;
    book.hear(news, at);
  }
  void unfollow() {
    agentlink::News news;
    news.agent = "bot";
    book.hear(news, at);
  }
  void look(std::vector<RunningTurns::Turn> turns = {}) { book.look(*fleet_.nothing().snapshot, std::move(turns), at); }
  static RunningTurns::Turn turn(Time heard, TurnWaits::Now now = TurnWaits::Now::model) {
    TurnWaits waits;
    waits.execution_id = "t";
    waits.now = now;
    waits.heard_at = heard;
    if (now == TurnWaits::Now::tool) waits.tool = TurnWaits::Tool{"Bash", "sleep 1000", heard};
    return {"bot", waits};
  }
  void budget(const std::string& agent, double spent, std::optional<double> limit) {
    book.hear(budgets::Ledger::News{agent, {{limit, std::nullopt}, spent}}, at);
  }
  void halt(bool halted) {
    budgets::HaltState state;
    state.halted = halted;
    book.hear(state, at);
  }
  /// `agent: kind detail; kind detail` of each row.
  [[nodiscard]] std::vector<std::string> rows() const {
    std::vector<std::string> lines;
    for (const auto& row : book.board()->rows) {
      std::string line = row->name + ":";
      for (const auto& item : row->items) line += fmt::format(" {} ({})", word_of(item.kind), item.detail);
      lines.push_back(line);
    }
    return lines;
  }
  [[nodiscard]] std::string bot() const {
    const auto row = book.row("bot");
    std::string kinds;
    if (!row) return kinds;
    for (const auto& item : row->items) kinds += (kinds.empty() ? "" : " ") + std::string(word_of(item.kind));
    return kinds;
  }

  Time at = noon();
  live::testing::FakeFleet fleet_;
  Book book{{300s, 900s, 60s}};
};

TEST_F(BookTest, AFailureLastsUntilTheNextRun) {
  begin("a");
  EXPECT_EQ(bot(), "");
  fail("a");
  EXPECT_THAT(rows(), ElementsAre("bot: failed (boom)"));
  EXPECT_EQ(book.row("bot")->items.front().execution_id, "a");
  at += 1h;
  look();
  EXPECT_EQ(bot(), "failed");
  begin("b");
  EXPECT_EQ(bot(), "") << "somebody has taken care";
  succeed("b");
  EXPECT_EQ(bot(), "");
}

TEST_F(BookTest, AQuestionLastsUntilTheNextRun) {
  begin("a");
  succeed("a", "Asks: Which one?");
  EXPECT_THAT(rows(), ElementsAre("bot: waiting (Asks: Which one?)"));
  begin("b");
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(BookTest, OfRunsSideBySideTheOneThatEndedLastCounts) {
  begin("a");
  begin("b");
  fail("b");
  EXPECT_EQ(bot(), "failed");
  succeed("a");
  EXPECT_EQ(bot(), "");
  begin("c");
  begin("d");
  succeed("c");
  fail("d");
  EXPECT_EQ(bot(), "failed");
}

TEST_F(BookTest, WhatAPersonStoppedIsNoFailure) {
  for (const auto* why :
       {"Execution terminated by user", "Agent not reachable: the agent was stopped", "Agent is not running",
        "Request was removed from the agent's queue", "The caller went away while the request waited"}) {
    begin("a");
    fail("a", why);
    EXPECT_EQ(bot(), "") << why;
  }
  fail("b");
  fail("c", "Execution terminated by user");
  EXPECT_EQ(bot(), "") << "the newest run is the one that was stopped";
}

TEST_F(BookTest, AQuestionToAnotherAgentIsNoneToAPerson) {
  auto news = run(RunNews::Kind::finished, "a");
  auto record = std::make_shared<executions::Execution>(*news.record);
  record->triggered_by = "agent";
  news.record = record;
  end(news, true, {}, "Asks: Which one?");
  EXPECT_EQ(bot(), "");
  end(news, true, {}, "Was not permitted to use Bash");
  EXPECT_EQ(bot(), "waiting");
}

TEST_F(BookTest, OfAConversationWithoutRecordNobodyElseReadsTheQuestion) {
  auto news = run(RunNews::Kind::finished, "a");
  news.record = nullptr;
  end(news, true, {}, "Asks: Is the secret 1234?");
  EXPECT_THAT(rows(), ElementsAre("bot: waiting (Asks a question in its conversation)"));
  EXPECT_FALSE(book.row("bot")->items.front().execution_id);
}

TEST_F(BookTest, ACrashLastsUntilTheStart) {
  status("stopped", "exit", std::nullopt);
  EXPECT_EQ(bot(), "") << "the code is about to come";
  status("stopped", "exit", 3);
  EXPECT_THAT(rows(), ElementsAre("bot: failed (Its container ended by itself with code 3)"));
  status("running", "user", std::nullopt);
  EXPECT_THAT(rows(), IsEmpty());
  status("stopped", "user", 137);
  EXPECT_THAT(rows(), IsEmpty()) << "a person stopped it";
}

TEST_F(BookTest, ACrashTakesItsRunAlong) {
  begin("a");
  status("stopped", "exit", 137);
  fail("a", "Agent not reachable: its container ended");
  EXPECT_THAT(rows(), ElementsAre("bot: failed (Its container ended by itself with code 137)"));
  EXPECT_EQ(book.row("bot")->items.front().execution_id, "a");
  status("running", "user", std::nullopt);
  EXPECT_THAT(rows(), ElementsAre("bot: failed (Agent not reachable: its container ended)"));
  begin("b");
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(BookTest, ATurnIsStuckByTimeAloneAndAliveByASign) {
  begin("a");
  const auto heard = at;
  look({turn(heard)});
  at += 299s;
  look({turn(heard)});
  EXPECT_EQ(bot(), "");
  at += 1s;
  look({turn(heard)});
  EXPECT_THAT(rows(), ElementsAre("bot: stuck (No sign of life for 5 min while the model answers)"));
  at += 60s;
  look({turn(heard)});
  EXPECT_THAT(rows(), ElementsAre("bot: stuck (No sign of life for 6 min while the model answers)"));
  look({turn(at)});
  EXPECT_THAT(rows(), IsEmpty());
  at += 10min;
  look({turn(at - 10min)});
  EXPECT_EQ(bot(), "stuck");
  look({});
  EXPECT_THAT(rows(), IsEmpty()) << "it has ended";
}

TEST_F(BookTest, AToolMayTakeLonger) {
  look({turn(at, TurnWaits::Now::tool)});
  at += 899s;
  look({turn(noon(), TurnWaits::Now::tool)});
  EXPECT_EQ(bot(), "");
  at += 1s;
  look({turn(noon(), TurnWaits::Now::tool)});
  EXPECT_THAT(rows(), ElementsAre("bot: stuck (No sign of life for 15 min while Bash runs)"));
}

TEST_F(BookTest, ASilentDaemonIsUnreachableAfterAMinute) {
  link(agentlink::Connection::connecting, true);
  at += 5s;
  link(agentlink::Connection::up);
  at += 1h;
  look();
  EXPECT_EQ(bot(), "");
  link(agentlink::Connection::connecting);
  at += 59s;
  look();
  EXPECT_EQ(bot(), "");
  at += 1s;
  look();
  EXPECT_EQ(bot(), "unreachable");
  link(agentlink::Connection::up);
  EXPECT_EQ(bot(), "");
  link(agentlink::Connection::connecting);
  at += 2min;
  look();
  EXPECT_EQ(bot(), "unreachable");
  link(agentlink::Connection::connecting, true);
  EXPECT_EQ(bot(), "") << "the container was started anew";
  unfollow();
  at += 2min;
  look();
  EXPECT_EQ(bot(), "") << "it does not run";
}

TEST_F(BookTest, ADaemonThatWasNeverHeardAndWorksIsAnOlderOne) {
  link(agentlink::Connection::connecting, true);
  at += 2min;
  look();
  EXPECT_EQ(bot(), "unreachable");
  begin("a");
  succeed("a");
  EXPECT_EQ(bot(), "");
}

TEST_F(BookTest, ABudgetThatIsUsedUp) {
  budget("bot", 5, 5);
  EXPECT_THAT(rows(), ElementsAre("bot: over_budget (Its budget for today is used up)"));
  begin("a");
  succeed("a");
  EXPECT_EQ(bot(), "over_budget");
  budget("bot", 5, 10);
  EXPECT_EQ(bot(), "");
}

TEST_F(BookTest, AStopOfAllRunsConcernsThoseThatItHit) {
  begin("a");
  halt(true);
  EXPECT_EQ(bot(), "") << "it says so itself, in one place";
  fail("a", "All runs are stopped by admin since 2026-01-14 12:00 UTC; an administrator can resume them");
  EXPECT_THAT(rows(), ElementsAre("bot: over_budget (A run was stopped or refused: all runs are stopped)"));
  halt(false);
  EXPECT_EQ(bot(), "");
  halt(true);
  book.refused("bot", at);
  EXPECT_EQ(bot(), "over_budget");
  halt(false);
  EXPECT_EQ(bot(), "");
  book.refused("bot", at);
  EXPECT_EQ(bot(), "") << "for another reason";
}

TEST_F(BookTest, TheBudgetOfAllConcernsThoseThatWereRefused) {
  budget(budgets::everybody, 100, 100);
  EXPECT_EQ(bot(), "");
  book.refused("bot", at);
  EXPECT_THAT(rows(),
              ElementsAre("bot: over_budget (A run was refused: the budget of all agents for today is used up)"));
  halt(true);
  halt(false);
  EXPECT_EQ(bot(), "over_budget");
  budget(budgets::everybody, 0, 100);
  EXPECT_EQ(bot(), "");
}

TEST_F(BookTest, FiguresOfTheFleetAreLookedAt) {
  auto made = std::make_shared<fleet::Figures>();
  made->sample.at = at;
  made->sample.memory_percent = 97;
  publish(fleet_.change("bot", [](fleet::Agent& agent) { agent.memory_limit = 1'000; }));
  fleet_.entries["bot"].figures = made;
  look();
  EXPECT_THAT(rows(), ElementsAre("bot: slow (Its memory is nearly used up)"));
  fleet_.entries["bot"].figures = nullptr;
  status("stopped", "user", 0);
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(BookTest, WhatIsStoredIsTakenAtTheStart) {
  publish(fleet_.add(live::testing::agent("other", 1)));
  RunEnd failed{"x", at - 1h, true, "old", {}};
  RunEnd asks{"y", at - 2h, false, {}, "Asks: What?"};
  book.load({{"bot", failed, false}, {"other", asks, false}, {"gone", failed, false}}, at);
  EXPECT_THAT(rows(), ElementsAre("other: waiting (Asks: What?)", "bot: failed (old)"));
  EXPECT_EQ(book.board()->counts[0], 1U);
  EXPECT_EQ(book.board()->counts[1], 1U) << "an agent without container counts nowhere";
  book.load({{"bot", failed, true}, {"other", asks, false}}, at);
  EXPECT_THAT(rows(), ElementsAre("other: waiting (Asks: What?)")) << "a newer run has begun since";
}

TEST_F(BookTest, WhatWasToldIsNewerThanWhatIsStored) {
  begin("a");
  fail("a");
  at += 1s;
  book.load({{"bot", RunEnd{"x", at - 1h, false, {}, "Asks: What?"}, false}}, at);
  EXPECT_EQ(bot(), "failed");
  book.load({{"bot", RunEnd{"z", at, false, {}, "Asks: What?"}, false}}, at);
  EXPECT_EQ(bot(), "waiting") << "another program has carried out a run";
}

TEST_F(BookTest, AnAgentThatTakesTheNameBeginsAnew) {
  begin("a");
  fail("a");
  begin("b");
  budget("bot", 5, 5);
  const auto late = run(RunNews::Kind::finished, "b");
  at += 1s;
  book.forget("bot", at);
  publish(fleet_.remove("bot"));
  EXPECT_THAT(rows(), IsEmpty());
  publish(fleet_.add(live::testing::agent("bot", 1)));
  end(late, false, "the agent is gone", {});
  EXPECT_THAT(rows(), IsEmpty()) << "the end of what the old one did";
  at += 1s;
  begin("c");
  fail("c");
  EXPECT_EQ(bot(), "failed");
}

TEST_F(BookTest, NothingStaysOfAnAgentThatIsGone) {
  fail("a");
  EXPECT_THAT(book.changed(0).agents, ElementsAre("bot"));
  book.forget("bot", at);
  publish(fleet_.remove("bot"));
  unfollow();
  EXPECT_THAT(book.changed(0).agents, IsEmpty()) << "else every name that ever was would be kept";
}

TEST_F(BookTest, AStopOfAllRunsHoldsAfterARestartToo) {
  halt(true);
  RunEnd stopped{"x", at - 1h, false, "All runs are stopped by admin since 2026-01-14 11:00 UTC", {}};
  book.load({{"bot", stopped, false}}, at);
  EXPECT_EQ(bot(), "over_budget");
  halt(false);
  EXPECT_EQ(bot(), "");
  book.load({{"bot", stopped, false}}, at);
  EXPECT_EQ(bot(), "") << "it holds no more";
}

TEST_F(BookTest, AnAgentWithoutContainerIsShownAgainWithIt) {
  fail("a");
  publish(fleet_.remove("bot"));
  EXPECT_THAT(rows(), IsEmpty());
  publish(fleet_.add(live::testing::agent("bot", 1)));
  EXPECT_EQ(bot(), "failed");
}

TEST_F(BookTest, OnlyWhatShowsIsAChange) {
  const auto first = book.changed(0).number;
  begin("a");
  succeed("a");
  look();
  look({turn(at)});
  EXPECT_THAT(book.changed(first).agents, IsEmpty());
  fail("b");
  const auto second = book.changed(first);
  EXPECT_THAT(second.agents, ElementsAre("bot"));
  look();
  EXPECT_THAT(book.changed(second.number).agents, IsEmpty());
  begin("c");
  EXPECT_THAT(book.changed(second.number).agents, ElementsAre("bot"));
}

TEST_F(BookTest, ReadersKeepTheBoardThatTheyHave) {
  fail("a");
  const auto held = book.board();
  EXPECT_EQ(book.board(), held) << "nothing has changed: no new one";
  begin("b");
  EXPECT_EQ(held->rows.size(), 1U);
  EXPECT_THAT(book.board()->rows, IsEmpty());
}

TEST_F(BookTest, TheMostUrgentAgentComesFirst) {
  for (const auto* name : {"x", "y", "z"}) publish(fleet_.add(live::testing::agent(name, 1)));
  const auto ends = [&](const char* agent, bool success, const char* wish) {
    end(run(RunNews::Kind::finished, "r", agent), success, "boom", wish);
    at += 1s;
  };
  ends("y", false, "");
  ends("x", false, "");
  ends("z", true, "Asks: What?");
  EXPECT_THAT(rows(), ElementsAre("z: waiting (Asks: What?)", "y: failed (boom)", "x: failed (boom)"));
}

}  // namespace
}  // namespace trinity::attention
