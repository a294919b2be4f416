#include "runstats/executions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trinity::runstats {
namespace {

using namespace std::chrono_literals;
using executions::RunNews;
using testing::ElementsAre;
using testing::IsEmpty;

Time noon() {
  return *parse_time("2026-01-14T12:00:00Z");
}
ExecutionFigures::Record record(const std::string& agent, const std::string& id, const std::string& status,
                                Time started, std::optional<double> cost = std::nullopt) {
  return {agent, id, status, format_naive(started), cost};
}
RunNews news(RunNews::Kind kind, const ExecutionFigures::Record& told) {
  auto made = std::make_shared<executions::Execution>();
  made->agent_name = told.agent;
  made->id = told.id;
  made->status = told.status;
  made->started_at = told.started_at;
  made->cost = told.cost;
  return {kind, told.agent, told.id, false, made};
}

class ExecutionFiguresTest : public testing::Test {
 protected:
  void begin(const std::string& id, Time started, const std::string& agent = "bot") {
    figures.hear(news(RunNews::Kind::started, record(agent, id, "running", started)));
  }
  void end(const std::string& id, Time started, const std::string& status, double cost,
           const std::string& agent = "bot") {
    figures.hear(news(RunNews::Kind::finished, record(agent, id, status, started, cost)));
  }
  std::string row(Time at, std::chrono::hours back = 24h, const std::string& agent = "bot") {
    const auto made = figures.stats(agent, at, back);
    if (!made) return "none";
    return fmt::format("{} = {} + {} + {}, {}%, {} USD", made->task_count_24h, made->success_count, made->failed_count,
                       made->running_count, made->success_rate, made->total_cost);
  }
  ExecutionFigures figures;
};

TEST_F(ExecutionFiguresTest, CountsWhatStartsAndHowItEnds) {
  EXPECT_EQ(row(noon()), "none");
  begin("a", noon());
  begin("b", noon() + 1s);
  begin("c", noon() + 2s);
  EXPECT_EQ(row(noon() + 3s), "3 = 0 + 0 + 3, 0%, 0 USD");
  end("b", noon() + 1s, "success", 0.25);
  end("a", noon(), "failed", 0.00004);
  EXPECT_EQ(row(noon() + 4s), "3 = 1 + 1 + 1, 33.3%, 0.25 USD");
  end("c", noon() + 2s, "success", 0.5);
  EXPECT_EQ(row(noon() + 4s), "3 = 2 + 1 + 0, 66.7%, 0.75 USD");
  EXPECT_EQ(figures.stats("bot", noon() + 4s)->last_execution_at, "2026-01-14T12:00:02");
  EXPECT_EQ(row(noon(), 24h, "other"), "none");
}

TEST_F(ExecutionFiguresTest, ARunCountsForExactlyADay) {
  end("a", noon(), "success", 0.5);
  end("b", noon() + 1us, "failed", 0.25);
  EXPECT_EQ(row(noon() + 24h), "2 = 1 + 1 + 0, 50%, 0.75 USD");
  EXPECT_EQ(row(noon() + 24h + 1us), "1 = 0 + 1 + 0, 0%, 0.25 USD");
  EXPECT_EQ(row(noon() + 24h + 2us), "none");
}

TEST_F(ExecutionFiguresTest, ShorterWindowsAreExactToo) {
  end("a", noon() - 5h, "success", 1);
  end("b", noon() - 2h, "success", 0.5);
  begin("c", noon() - 1h);
  EXPECT_EQ(row(noon(), 1h), "1 = 0 + 0 + 1, 0%, 0 USD");
  EXPECT_EQ(row(noon(), 2h), "2 = 1 + 0 + 1, 50%, 0.5 USD");
  EXPECT_EQ(row(noon() + 1us, 1h), "none");
  EXPECT_EQ(row(noon(), 24h), "3 = 2 + 0 + 1, 66.7%, 1.5 USD");
}

TEST_F(ExecutionFiguresTest, WhatIsToldTwiceOrOutOfOrderCountsOnce) {
  begin("a", noon());
  begin("a", noon());
  end("a", noon(), "success", 0.5);
  end("a", noon(), "success", 0.5);
  begin("a", noon());  // comes late
  EXPECT_EQ(row(noon() + 1s), "1 = 1 + 0 + 0, 100%, 0.5 USD");
  end("b", noon() - 1h, "failed", 0);  // refused before it was started; older than the one that is known
  EXPECT_EQ(row(noon() + 1s), "2 = 1 + 1 + 0, 50%, 0.5 USD");
}

TEST_F(ExecutionFiguresTest, ARunThatLastsLongerThanADayIsNotCountedWhenItEnds) {
  begin("a", noon());
  EXPECT_EQ(row(noon() + 25h), "none");
  end("a", noon(), "success", 1);
  EXPECT_EQ(row(noon() + 25h), "none");
}

TEST_F(ExecutionFiguresTest, TurnsWithoutRecordAndQueuesCountNothing) {
  figures.hear({RunNews::Kind::started, "bot", "x", true, nullptr});
  figures.hear({RunNews::Kind::queue, "bot", "", false, nullptr});
  begin("a", noon());
  figures.hear(news(RunNews::Kind::began, record("bot", "b", "running", noon())));
  EXPECT_EQ(row(noon()), "1 = 0 + 0 + 1, 0%, 0 USD");
}

TEST_F(ExecutionFiguresTest, WhatIsLoadedReplacesEverything) {
  end("a", noon(), "success", 1);
  end("x", noon(), "success", 1, "old");
  const auto before = figures.changed(0, noon()).number;
  figures.load({record("bot", "a", "success", noon(), 1), record("bot", "b", "running", noon() + 1s),
                record("bot", "broken", "success", noon() - 48h, 1)});
  EXPECT_EQ(row(noon() + 2s), "2 = 1 + 0 + 1, 50%, 1 USD");
  EXPECT_EQ(row(noon() + 2s, 24h, "old"), "none");
  EXPECT_THAT(figures.changed(before, noon()).agents, testing::UnorderedElementsAre("bot", "old"));
  end("a", noon(), "success", 1);
  end("b", noon() + 1s, "success", 0.5);
  EXPECT_EQ(row(noon() + 2s), "2 = 2 + 0 + 0, 100%, 1.5 USD") << "what was loaded and is told counts once";
}

TEST_F(ExecutionFiguresTest, ChangesAreTheAgentsThatChanged) {
  for (int i = 0; i < 5'000; ++i) begin("r", noon() + std::chrono::milliseconds(i), "bot" + std::to_string(i));
  const auto first = figures.changed(0, noon() + 10s);
  EXPECT_EQ(first.agents.size(), 5'000U);
  EXPECT_THAT(figures.changed(first.number, noon() + 10s).agents, IsEmpty());
  end("r", noon() + 7ms, "success", 1, "bot7");
  begin("s", noon() + 11s, "bot9");
  const auto second = figures.changed(first.number, noon() + 11s);
  EXPECT_THAT(second.agents, ElementsAre("bot7", "bot9"));
  // Time alone: at this moment three runs are a day and more old.
  const auto aged = figures.changed(second.number, noon() + 24h + 2ms + 1us);
  EXPECT_THAT(aged.agents, ElementsAre("bot0", "bot1", "bot2"));
  EXPECT_EQ(row(noon() + 24h + 2ms + 1us, 24h, "bot2"), "none");
  EXPECT_EQ(row(noon() + 24h + 2ms + 1us, 24h, "bot3"), "1 = 0 + 0 + 1, 0%, 0 USD");
}

TEST_F(ExecutionFiguresTest, AnAgentThatTakesTheNameBeginsAnew) {
  begin("a", noon());
  figures.forget("bot", noon() + 1h);
  EXPECT_EQ(row(noon() + 1h), "none");
  end("a", noon(), "failed", 1);  // closed behind the deletion
  EXPECT_EQ(row(noon() + 1h), "none");
  begin("b", noon() + 2h);
  EXPECT_EQ(row(noon() + 2h), "1 = 0 + 0 + 1, 0%, 0 USD");
  EXPECT_EQ(row(noon() + 26h + 1us), "none") << "ages as others do";
}

TEST_F(ExecutionFiguresTest, TheNumberOfRunsIsBounded) {
  constexpr auto many = static_cast<int>(ExecutionFigures::most_runs) + 10;
  for (int i = 0; i < many; ++i) end(std::to_string(i), noon() + std::chrono::milliseconds(i), "success", 1);
  const auto made = figures.stats("bot", noon() + 1h);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->task_count_24h, static_cast<std::int64_t>(ExecutionFigures::most_runs));
  EXPECT_DOUBLE_EQ(made->total_cost, static_cast<double>(ExecutionFigures::most_runs));
  EXPECT_EQ(made->last_execution_at, format_naive(noon() + std::chrono::milliseconds(many - 1)));
}

TEST_F(ExecutionFiguresTest, CostsDoNotDrift) {
  for (int i = 0; i < 10'000; ++i) end(std::to_string(i), noon() + std::chrono::seconds(i), "success", 0.1);
  EXPECT_EQ(figures.stats("bot", noon() + 3h)->total_cost, 1'000);
  EXPECT_EQ(figures.stats("bot", noon() + 24h + 9'998s + 1us)->total_cost, 0.1);
}

}  // namespace
}  // namespace trinity::runstats
