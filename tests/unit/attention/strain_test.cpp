#include "attention/strain.h"

#include <gtest/gtest.h>

namespace trinity::attention {
namespace {

using namespace std::chrono_literals;

Time noon() {
  return *parse_time("2026-01-14T12:00:00Z");
}

class StrainTest : public testing::Test {
 protected:
  StrainTest() {
    agent.memory_limit = 1'000'000;
    agent.started_at = noon() - 1h;
  }
  /// One sample with this pressure, so many seconds after the one before.
  void read(fleet::Pressure pressure, std::chrono::seconds later = 2s) {
    at += later;
    pressure.at = at;
    figures.pressure = std::make_shared<const fleet::Pressure>(std::move(pressure));
    strain = after(strain, agent, figures, at);
  }
  void throttled(std::optional<double> percent, std::chrono::seconds later = 2s) {
    fleet::Pressure pressure;
    pressure.throttled_percent = percent;
    read(std::move(pressure), later);
  }
  void memory(double percent) {
    figures.sample.memory_percent = percent;
    at += 2s;
    strain = after(strain, agent, figures, at);
  }
  void stalled(std::optional<double> percent) {
    fleet::Pressure pressure;
    pressure.memory.full_avg10 = percent;
    read(std::move(pressure));
  }
  void kills(std::optional<std::uint64_t> number) {
    fleet::Pressure pressure;
    pressure.oom_kills = number;
    read(std::move(pressure));
  }
  [[nodiscard]] std::string slow() const {
    const auto found = slowness_of(strain, at);
    return found ? found->detail : "";
  }

  fleet::Agent agent;
  fleet::Figures figures;
  Strain strain;
  Time at = noon();
};

TEST_F(StrainTest, ThrottledInTwoReadingsAndClearedWellBelow) {
  throttled(80);
  EXPECT_EQ(slow(), "") << "one short reading may be a start-up";
  throttled(50);
  EXPECT_EQ(slow(), "Its CPU limit holds it back");
  EXPECT_EQ(slowness_of(strain, at)->since, at);
  const auto since = at;
  throttled(41);
  EXPECT_EQ(slowness_of(strain, at)->since, since) << "near the mark it stays";
  throttled(39.9);
  EXPECT_EQ(slow(), "");
  throttled(49.9);
  throttled(49.9);
  EXPECT_EQ(slow(), "");
}

TEST_F(StrainTest, BetweenTwoMuchIsNotTwiceMuch) {
  throttled(80);
  throttled(10);
  throttled(80);
  EXPECT_EQ(slow(), "");
}

TEST_F(StrainTest, ALongReadingSaysEnough) {
  throttled(10);
  throttled(80, 30s);
  EXPECT_NE(slow(), "");
}

TEST_F(StrainTest, WhatTheKernelDoesNotTellRaisesNothing) {
  throttled(std::nullopt);
  throttled(std::nullopt);
  stalled(std::nullopt);
  kills(std::nullopt);
  EXPECT_EQ(slow(), "");
  EXPECT_FALSE(slowness_of(after({}, agent, {}, at), at)) << "no pressure was read";
}

TEST_F(StrainTest, MemoryNearItsLimit) {
  memory(94.9);
  EXPECT_EQ(slow(), "");
  memory(95);
  EXPECT_EQ(slow(), "Its memory is nearly used up");
  memory(90);
  EXPECT_NE(slow(), "");
  memory(89.9);
  EXPECT_EQ(slow(), "");
}

TEST_F(StrainTest, WithoutALimitOfItsOwnTheMachineIsNoLimit) {
  agent.memory_limit = 0;
  memory(99);
  EXPECT_EQ(slow(), "");
}

TEST_F(StrainTest, EverythingWaitsForMemory) {
  stalled(19.9);
  EXPECT_EQ(slow(), "");
  stalled(20);
  EXPECT_EQ(slow(), "It waits for memory");
  stalled(10);
  EXPECT_NE(slow(), "");
  stalled(9.9);
  EXPECT_EQ(slow(), "");
}

TEST_F(StrainTest, KilledProcessesCountForTenMinutes) {
  kills(3);
  EXPECT_EQ(slow(), "") << "nobody knows when";
  kills(4);
  EXPECT_EQ(slow(), "Processes were killed because its memory ran out");
  const auto since = at;
  EXPECT_TRUE(slowness_of(strain, since + 10min - 1s));
  EXPECT_FALSE(slowness_of(strain, since + 10min));
  kills(4);
  EXPECT_EQ(strain.killed, since) << "the same ones";
}

TEST_F(StrainTest, InAYoungContainerAllKillsAreNew) {
  agent.started_at = at - 1min;
  kills(1);
  EXPECT_NE(slow(), "");
}

TEST_F(StrainTest, AReadingCountsOnce) {
  throttled(80);
  strain = after(strain, agent, figures, at + 1s);
  strain = after(strain, agent, figures, at + 2s);
  EXPECT_EQ(slow(), "") << "it was the same reading";
}

TEST_F(StrainTest, SeveralCausesAreOneItemSinceTheFirst) {
  memory(96);
  const auto since = at;
  stalled(30);
  EXPECT_EQ(slow(), "Its memory is nearly used up. It waits for memory");
  EXPECT_EQ(slowness_of(strain, at)->since, since);
}

}  // namespace
}  // namespace trinity::attention
