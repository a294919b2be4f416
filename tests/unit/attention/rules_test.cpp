#include "attention/rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace trinity::attention {
namespace {

using namespace std::chrono_literals;
using executions::TurnWaits;

Time noon() {
  return *parse_time("2026-01-14T12:00:00Z");
}
/// `kind since detail [run]` of each, one per line; since in seconds before noon.
std::string shown(const Facts& facts, Time at = noon(), const Patience& patience = {}) {
  std::string made;
  for (const auto& item : items_of(facts, patience, at)) {
    const auto ago = std::chrono::duration_cast<std::chrono::seconds>(noon() - item.since).count();
    made += fmt::format("{} {} {}{}\n", word_of(item.kind), ago, item.detail,
                        item.execution_id ? " [" + *item.execution_id + "]" : "");
  }
  return made;
}
RunEnd ended(bool failed, std::string wish, std::string error = {}) {
  RunEnd end;
  end.record = "r";
  end.at = noon() - 10s;
  end.failed = failed;
  end.error = std::move(error);
  end.wish = std::move(wish);
  return end;
}
TurnWaits turn(TurnWaits::Now now, std::chrono::seconds silent, std::string id = "t") {
  TurnWaits made;
  made.execution_id = std::move(id);
  made.now = now;
  made.heard_at = noon() - silent;
  made.started_at = noon() - 1h;
  if (now == TurnWaits::Now::tool) made.tool = TurnWaits::Tool{"Bash", "sleep", noon() - silent};
  return made;
}

TEST(Rules, NothingIsNothing) {
  EXPECT_EQ(shown({}), "");
}

TEST(Rules, WaitingIsALastRunThatWantsSomething) {
  Facts facts;
  facts.ended = ended(false, "");
  EXPECT_EQ(shown(facts), "") << "it went well";
  facts.ended = ended(false, "Asks: Which one?");
  EXPECT_EQ(shown(facts), "waiting 10 Asks: Which one? [r]\n");
  facts.ended->record.reset();
  EXPECT_EQ(shown(facts), "waiting 10 Asks: Which one?\n") << "a turn without record";
}

TEST(Rules, FailedIsARunThatFailedOrAContainerThatEnded) {
  Facts facts;
  facts.ended = ended(true, "Asks: never looked at", "API Error:\n400");
  EXPECT_EQ(shown(facts), "failed 10 API Error: 400 [r]\n");
  facts.crash = Crash{noon() - 5s, 137, false};
  EXPECT_EQ(shown(facts), "failed 5 Its container ended by itself with code 137 [r]\n") << "one item of a kind";
  facts.ended.reset();
  EXPECT_EQ(shown(facts), "failed 5 Its container ended by itself with code 137\n");
  facts.crash->out_of_memory = true;
  EXPECT_EQ(shown(facts), "failed 5 Its container ran out of memory\n");
  facts.crash.reset();
  facts.ended = ended(true, "", "");
  EXPECT_EQ(shown(facts), "failed 10 Its last run failed [r]\n");
  facts.ended = ended(true, "", std::string(5'000, 'x'));
  EXPECT_LE(items_of(facts, {}, noon()).front().detail.size(), 203U);
  facts.ended = ended(true, "", std::string(190, 'x') + " A_TOKEN=abcdefghijkl");
  EXPECT_EQ(items_of(facts, {}, noon()).front().detail.find("abc"), std::string::npos) << "hidden, then cut";
}

TEST(Rules, StuckIsATurnWithoutASignOfLife) {
  struct Case {
    TurnWaits::Now now;
    std::chrono::seconds silent;
    const char* shown;
  };
  using Now = TurnWaits::Now;
  const Case cases[] = {{Now::model, 299s, ""},
                        {Now::model, 300s, "stuck 300 No sign of life for 5 min while the model answers [t]\n"},
                        {Now::start, 300s, "stuck 300 No sign of life for 5 min while it starts [t]\n"},
                        {Now::tool, 300s, ""},
                        {Now::tool, 899s, ""},
                        {Now::tool, 900s, "stuck 900 No sign of life for 15 min while Bash runs [t]\n"},
                        {Now::tool, 3'960s, "stuck 3960 No sign of life for 1 h 6 min while Bash runs [t]\n"},
                        {Now::model, -60s, ""}};
  for (const auto& one : cases) {
    Facts facts;
    facts.turns = {turn(one.now, one.silent)};
    EXPECT_EQ(shown(facts), one.shown) << one.silent.count();
  }
}

TEST(Rules, OfSeveralTurnsTheOneThatIsSilentLongest) {
  Facts facts;
  facts.turns = {turn(TurnWaits::Now::model, 10s, "a"), turn(TurnWaits::Now::model, 400s, "b"),
                 turn(TurnWaits::Now::model, 700s, "c"), turn(TurnWaits::Now::tool, 800s, "d")};
  EXPECT_EQ(shown(facts), "stuck 700 No sign of life for 11 min while the model answers [c]\n");
}

TEST(Rules, AnOlderDaemonIsJudgedByItsToolsOnly) {
  Facts facts;
  facts.turns = {turn(TurnWaits::Now::model, 4'000s)};
  facts.turns.front().tells_life = false;
  EXPECT_EQ(shown(facts), "");
  facts.turns = {turn(TurnWaits::Now::tool, 4'000s)};
  facts.turns.front().tells_life = false;
  EXPECT_NE(shown(facts), "");
}

TEST(Rules, TheOperatorSaysHowLongIsTooLong) {
  Facts facts;
  facts.turns = {turn(TurnWaits::Now::tool, 2s)};
  EXPECT_EQ(shown(facts, noon(), {1s, 2s, 60s}), "stuck 2 No sign of life for 2 s while Bash runs [t]\n");
  EXPECT_EQ(shown(facts, noon(), {1s, 3s, 60s}), "");
}

TEST(Rules, OverBudgetSaysWhoseBudgetItIs) {
  Facts facts;
  facts.held = Hold{Hold::By::halt, noon() - 1s};
  EXPECT_EQ(shown(facts), "over_budget 1 A run was stopped or refused: all runs are stopped\n");
  facts.held = Hold{Hold::By::common_budget, noon() - 1s};
  EXPECT_EQ(shown(facts), "over_budget 1 A run was refused: the budget of all agents for today is used up\n");
  facts.budget = Hold{Hold::By::own_budget, noon() - 2s};
  EXPECT_EQ(shown(facts), "over_budget 2 Its budget for today is used up\n");
}

TEST(Rules, UnreachableIsADaemonThatIsSilentForAMinute) {
  Facts facts;
  facts.silence = Silence{noon() - 59s};
  EXPECT_EQ(shown(facts), "");
  facts.silence = Silence{noon() - 60s};
  EXPECT_EQ(shown(facts), "unreachable 60 Its container runs, but its daemon does not answer\n");
  facts.silence->works = true;
  EXPECT_NE(shown(facts), "") << "it was heard before";
  facts.silence->never_heard = true;
  EXPECT_EQ(shown(facts), "") << "an older daemon, that works";
}

TEST(Rules, TheMostUrgentComesFirst) {
  Facts facts;
  facts.silence = Silence{noon() - 100s};
  facts.strain.stalled = noon() - 50s;
  facts.budget = Hold{Hold::By::own_budget, noon() - 2s};
  facts.turns = {turn(TurnWaits::Now::model, 400s)};
  facts.crash = Crash{noon(), 1, false};
  facts.ended = ended(false, "Asks: What?");
  std::string order;
  for (const auto& item : items_of(facts, {}, noon())) order += std::string(word_of(item.kind)) + " ";
  EXPECT_EQ(order, "waiting failed stuck over_budget slow unreachable ");
}

TEST(Rules, RowsAreOrderedByUrgencyThenAgeThenName) {
  const auto row = [](const char* name, Kind kind, std::chrono::seconds ago) {
    return make_row(name, {Item{kind, noon() - ago, "d"}});
  };
  const auto old_failure = row("b", Kind::failed, 100s);
  const auto failure = row("a", Kind::failed, 50s);
  const auto same = row("b", Kind::failed, 50s);
  const auto wait = row("z", Kind::waiting, 1s);
  EXPECT_TRUE(before(*wait, *old_failure));
  EXPECT_TRUE(before(*old_failure, *failure));
  EXPECT_TRUE(before(*failure, *same));
  EXPECT_FALSE(before(*same, *same));
  EXPECT_EQ(wait->text, R"({"name":"z","attention":[{"kind":"waiting","since":"2026-01-14T11:59:59.000Z","detail":"d",)"
                        R"("execution_id":null}]})");
}

TEST(Rules, ACrashIsAnEndThatNobodyWanted) {
  struct Case {
    const char* status;
    const char* reason;  ///< null: not known
    std::optional<std::int64_t> code;
    bool oom;
    bool crash;
  };
  const Case cases[] = {{"running", "exit", 1, false, false},
                        {"stopped", "exit", 0, false, false},
                        {"stopped", "exit", std::nullopt, false, false},  // the engine is about to tell the code
                        {"stopped", "exit", 1, false, true},
                        {"stopped", "exit", 137, false, true},
                        {"stopped", "exit", 143, false, true},
                        {"stopped", "user", 137, false, false},
                        {"stopped", "user", 1, true, false},
                        {"stopped", "resources", 137, false, false},
                        {"stopped", "system", 137, false, false},
                        {"stopped", "emergency_stop", 137, false, false},
                        {"stopped", "oom", std::nullopt, false, true},
                        {"stopped", "exit", 137, true, true},
                        {"stopped", nullptr, 137, false, false},
                        {"stopped", nullptr, 143, false, false},
                        {"stopped", nullptr, 1, false, true},
                        {"stopped", "unknown", 2, false, true},
                        {"stopped", nullptr, 137, true, true},
                        {"paused", "exit", 1, false, false}};
  for (const auto& one : cases) {
    fleet::Agent agent;
    agent.status = one.status;
    agent.engine_state = one.status == std::string("stopped") ? "exited" : one.status;
    if (one.reason != nullptr) agent.reason = one.reason;
    agent.exit_code = one.code;
    agent.oom_killed = one.oom;
    EXPECT_EQ(crash_of(agent, noon()).has_value(), one.crash)
        << one.status << " " << (one.reason != nullptr ? one.reason : "-") << " " << one.code.value_or(-1);
  }
  fleet::Agent fresh;
  fresh.status = "stopped";
  fresh.engine_state = "created";
  fresh.exit_code = 1;
  EXPECT_FALSE(crash_of(fresh, noon())) << "it has never run";
}

TEST(Rules, TimesAreReadByPeople) {
  EXPECT_EQ(time_text(0s), "0 s");
  EXPECT_EQ(time_text(9s), "9 s");
  EXPECT_EQ(time_text(47s), "40 s");
  EXPECT_EQ(time_text(60s), "1 min");
  EXPECT_EQ(time_text(59min), "59 min");
  EXPECT_EQ(time_text(60min), "1 h");
  EXPECT_EQ(time_text(125min), "2 h 5 min");
}

TEST(Rules, OnlySomeFactsGoOnByThemselves) {
  Facts facts;
  facts.ended = ended(true, "");
  facts.crash = Crash{noon(), 1, false};
  facts.budget = Hold{};
  facts.strain.full = noon();
  EXPECT_FALSE(depends_on_time(facts));
  facts.strain.killed = noon();
  EXPECT_TRUE(depends_on_time(facts));
  facts.strain.killed.reset();
  facts.silence = Silence{noon()};
  EXPECT_TRUE(depends_on_time(facts));
  facts.silence.reset();
  facts.turns = {turn(TurnWaits::Now::model, 1s)};
  EXPECT_TRUE(depends_on_time(facts));
}

}  // namespace
}  // namespace trinity::attention
