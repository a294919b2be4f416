#include "runstats/contexts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "json/write.h"

namespace trinity::runstats {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Time noon() {
  return *parse_time("2026-01-14T12:00:00Z");
}

class ContextFiguresTest : public testing::Test {
 protected:
  void session(std::int64_t tokens, std::int64_t window, double percent, const std::string& agent = "bot") {
    auto made = std::make_shared<agentlink::Session>();
    made->context_tokens = tokens;
    made->context_window = window;
    made->context_percent = percent;
    auto live = std::make_shared<agentlink::Live>();
    live->agent = agent;
    live->session = made;
    last = live;
    tell(live, agent);
  }
  void tell(const agentlink::LivePtr& live, const std::string& agent = "bot") {
    agentlink::News news;
    news.live = live;
    news.agent = agent;
    figures.hear(news);
  }
  void activity(const std::string& id, Time created, bool started) {
    figures.hear(ContextFigures::Activity{"bot", id, format_naive(created), started});
  }
  std::string row(Time at, const std::string& status = "running", const std::string& name = "bot") {
    fleet::Agent agent;
    agent.name = name;
    agent.status = status;
    const auto made = figures.row(agent, at).value();
    return fmt::format("{} {}/{} {}% {}", std::string_view(made.at("activityState").as_string()),
                       made.at("contextUsed").as_int64(), made.at("contextMax").as_int64(),
                       made.at("contextPercent").to_number<double>(), json::serialize(made.at("lastActivityTime")));
  }

  ContextFigures figures;
  agentlink::LivePtr last;
};

TEST_F(ContextFiguresTest, AnAgentNobodyKnowsOfIsIdleAndEmpty) {
  EXPECT_EQ(row(noon()), "idle 0/200000 0% null");
  EXPECT_EQ(row(noon(), "stopped"), "offline 0/200000 0% null");
}

TEST_F(ContextFiguresTest, TheFiguresAreWhatTheAgentTold) {
  session(15'230, 1'000'000, 1.523);
  EXPECT_EQ(row(noon()), "idle 15230/1000000 1.5% null");
  session(0, 0, 0);
  EXPECT_EQ(row(noon()), "idle 0/200000 0% null");
}

TEST_F(ContextFiguresTest, AnAgentThatDoesNotRunShowsNothingOfIt) {
  session(15'230, 200'000, 7.615);
  activity("a", noon(), true);
  EXPECT_EQ(row(noon(), "stopped"), "offline 0/200000 0% null");
  tell(nullptr);
  EXPECT_EQ(row(noon()), "active 0/200000 0% \"2026-01-14T12:00:00\"");
}

TEST_F(ContextFiguresTest, ActiveWhileTheNewestActivityGoesOnAndIsYoung) {
  activity("a", noon(), true);
  EXPECT_EQ(row(noon()), "active 0/200000 0% \"2026-01-14T12:00:00\"");
  EXPECT_EQ(row(noon() + 59s), "active 0/200000 0% \"2026-01-14T12:00:00\"");
  EXPECT_EQ(row(noon() + 60s), "idle 0/200000 0% \"2026-01-14T12:00:00\"");
  activity("b", noon() + 70s, true);
  activity("a", noon(), false);
  EXPECT_EQ(row(noon() + 71s), "active 0/200000 0% \"2026-01-14T12:01:10\"") << "an older one has ended";
  activity("b", noon() + 70s, false);
  EXPECT_EQ(row(noon() + 71s), "idle 0/200000 0% \"2026-01-14T12:01:10\"");
  activity("b", noon() + 70s, true);
  EXPECT_EQ(row(noon() + 71s), "idle 0/200000 0% \"2026-01-14T12:01:10\"") << "told late";
}

TEST_F(ContextFiguresTest, OnlyWhatShowsIsAChange) {
  session(100, 200'000, 0.05);
  const auto first = figures.changed(0, noon());
  EXPECT_THAT(first.agents, ElementsAre("bot"));
  auto tool = std::make_shared<agentlink::Live>(*last);
  tool->seq = 12;
  tell(tool);
  EXPECT_THAT(figures.changed(first.number, noon()).agents, IsEmpty()) << "a tool call is no news here";
  activity("a", noon(), true);
  const auto second = figures.changed(first.number, noon());
  EXPECT_THAT(second.agents, ElementsAre("bot"));
  EXPECT_THAT(figures.changed(second.number, noon() + 59s).agents, IsEmpty());
  const auto third = figures.changed(second.number, noon() + 60s);
  EXPECT_THAT(third.agents, ElementsAre("bot")) << "by time alone";
  EXPECT_THAT(figures.changed(third.number, noon() + 61s).agents, IsEmpty());
}

TEST_F(ContextFiguresTest, WhatIsLoadedStandsForActivitiesOnly) {
  session(100, 200'000, 0.05);
  activity("a", noon(), true);
  figures.load({{"bot", "b", format_naive(noon() - 1h), false}, {"other", "c", format_naive(noon()), true}});
  EXPECT_EQ(row(noon()), "idle 100/200000 0.1% \"2026-01-14T11:00:00\"");
  EXPECT_EQ(row(noon(), "running", "other"), "active 0/200000 0% \"2026-01-14T12:00:00\"");
}

TEST_F(ContextFiguresTest, WhatTheActivitiesTellIsTaken) {
  auto stored = std::make_shared<activities::Activity>();
  stored->agent_name = "bot";
  stored->id = "a";
  stored->activity_state = "started";
  stored->created_at = format_naive(noon());
  figures.hear(activities::News(activities::Told{stored, {}, {}}));
  EXPECT_EQ(row(noon() + 1s), "active 0/200000 0% \"2026-01-14T12:00:00\"");
  auto ended = std::make_shared<activities::Activity>(*stored);
  ended->activity_state = "completed";
  figures.hear(activities::News(activities::Told{ended, {}, {}}));
  figures.hear(activities::News(activities::Collaboration{"bot", "other", "chat", format_naive(noon())}));
  EXPECT_EQ(row(noon() + 1s), "idle 0/200000 0% \"2026-01-14T12:00:00\"");
}

TEST_F(ContextFiguresTest, AnAgentThatTakesTheNameBeginsAnew) {
  session(100, 200'000, 0.05);
  activity("a", noon(), true);
  figures.forget("bot", noon() + 1s);
  EXPECT_EQ(row(noon() + 2s), "idle 0/200000 0% null");
  activity("a", noon(), false);
  EXPECT_EQ(row(noon() + 2s), "idle 0/200000 0% null") << "the end of what the old one did";
  activity("b", noon() + 3s, true);
  EXPECT_EQ(row(noon() + 3s), "active 0/200000 0% \"2026-01-14T12:00:03\"");
}

}  // namespace
}  // namespace trinity::runstats
