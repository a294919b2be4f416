#include "budgets/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trinity::budgets {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Day monday{std::chrono::days(20'000)};
constexpr Day tuesday = monday + std::chrono::days(1);

std::vector<std::string> told(Ledger& ledger) {
  std::vector<std::string> lines;
  for (const auto& news : ledger.news())
    lines.push_back(news.agent + (news.standing.reached() ? " reached" : " below"));
  return lines;
}

TEST(Ledger, SumsUpPerAgentAndForEverybody) {
  Ledger ledger;
  ledger.begin(monday);
  ledger.spend("a", 0.25, monday);
  ledger.spend("a", 0.5, monday);
  ledger.spend("b", 1, monday);
  EXPECT_DOUBLE_EQ(ledger.of("a", monday).spent_today, 0.75);
  EXPECT_DOUBLE_EQ(ledger.of(everybody, monday).spent_today, 1.75);
  EXPECT_DOUBLE_EQ(ledger.of("c", monday).spent_today, 0);
}

TEST(Ledger, TellsOnceThatALimitIsReached) {
  Ledger ledger;
  ledger.begin(monday);
  ledger.set("a", {1.0, std::nullopt});
  ledger.spend("a", 0.99, monday);
  EXPECT_THAT(told(ledger), IsEmpty());
  ledger.spend("a", 0.01, monday);
  EXPECT_TRUE(ledger.of("a", monday).reached());
  EXPECT_THAT(told(ledger), ElementsAre("a reached"));
  ledger.spend("a", 1, monday);
  EXPECT_THAT(told(ledger), IsEmpty());
}

TEST(Ledger, EverybodysLimitIsOneOfItsOwn) {
  Ledger ledger;
  ledger.set(everybody, {1.0, std::nullopt});
  ledger.spend("a", 0.6, monday);
  ledger.spend("b", 0.6, monday);
  EXPECT_THAT(told(ledger), ElementsAre(std::string(everybody) + " reached"));
  EXPECT_FALSE(ledger.of("a", monday).reached());
}

TEST(Ledger, ALimitOfNothingIsReachedFromTheStart) {
  Ledger ledger;
  ledger.set("a", {0.0, std::nullopt});
  EXPECT_TRUE(ledger.of("a", monday).reached());
  EXPECT_THAT(told(ledger), ElementsAre("a reached"));
  EXPECT_FALSE(ledger.of("b", monday).reached()) << "no limit at all";
}

TEST(Ledger, AnotherLimitLiftsOrReaches) {
  Ledger ledger;
  ledger.spend("a", 2, monday);
  ledger.set("a", {1.0, std::nullopt});
  EXPECT_THAT(told(ledger), ElementsAre("a reached"));
  ledger.set("a", {3.0, std::nullopt});
  EXPECT_THAT(told(ledger), ElementsAre("a below"));
  ledger.set("a", {2.0, std::nullopt});
  ledger.set("a", {});
  EXPECT_THAT(told(ledger), IsEmpty());
  EXPECT_EQ(ledger.limited(), 0U);
}

TEST(Ledger, ADayEndsForThoseWhoAskAndForThoseWhoListen) {
  Ledger ledger;
  ledger.set("a", {1.0, std::nullopt});
  ledger.spend("a", 2, monday);
  EXPECT_THAT(told(ledger), ElementsAre("a reached"));
  EXPECT_FALSE(ledger.of("a", tuesday).reached()) << "also before anybody has begun the day";
  EXPECT_DOUBLE_EQ(ledger.of("a", tuesday).spent_today, 0);
  ledger.begin(tuesday);
  EXPECT_THAT(told(ledger), ElementsAre("a below"));
  ledger.spend("a", 5, monday);
  EXPECT_FALSE(ledger.of("a", tuesday).reached()) << "what comes late belongs to yesterday";
}

TEST(Ledger, WhoIsForgottenBeginsAnewButEverybodyHasSpent) {
  Ledger ledger;
  ledger.set("a", {1.0, std::nullopt});
  ledger.spend("a", 2, monday);
  EXPECT_THAT(told(ledger), ElementsAre("a reached"));
  ledger.forget("a");
  EXPECT_THAT(told(ledger), ElementsAre("a below"));
  EXPECT_DOUBLE_EQ(ledger.of("a", monday).spent_today, 0);
  EXPECT_DOUBLE_EQ(ledger.of(everybody, monday).spent_today, 2);
}

TEST(Ledger, WhatIsLoadedReplacesWhatWasKnown) {
  Ledger ledger;
  ledger.set("a", {1.0, std::nullopt});
  ledger.spend("a", 2, monday);
  EXPECT_THAT(told(ledger), ElementsAre("a reached"));
  ledger.load({{"b", {1.0, 60}}}, monday, {{"b", 1.5}, {everybody, 3.5}});
  EXPECT_THAT(told(ledger), ElementsAre("a below", "b reached"));
  EXPECT_EQ(ledger.of("b", monday).limits.run_seconds, 60);
}

}  // namespace
}  // namespace trinity::budgets
