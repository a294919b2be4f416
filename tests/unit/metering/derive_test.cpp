#include <gtest/gtest.h>

#include "metering/metering.h"

namespace trinity::metering {
namespace {

using namespace std::chrono_literals;

Counters counters(std::chrono::milliseconds at, std::uint64_t cpu) {
  Counters made;
  made.at = SteadyTime(at);
  made.cpu_nanoseconds = cpu;
  return made;
}

TEST(Derive, CpuIsPercentOfOneCore) {
  const auto before = counters(1000ms, 5'000'000'000);
  const Time wall(42s);
  EXPECT_DOUBLE_EQ(derive(&before, counters(3000ms, 6'000'000'000), wall).cpu_percent, 50.0);
  EXPECT_DOUBLE_EQ(derive(&before, counters(2000ms, 7'000'000'000), wall).cpu_percent, 200.0);
  EXPECT_EQ(derive(&before, counters(2000ms, 7'000'000'000), wall).at, wall);
}

TEST(Derive, NothingToCompareWithIsZero) {
  const auto before = counters(1000ms, 5'000'000'000);
  EXPECT_EQ(derive(nullptr, counters(3000ms, 6'000'000'000), Time()).cpu_percent, 0);
  EXPECT_EQ(derive(&before, counters(1000ms, 6'000'000'000), Time()).cpu_percent, 0) << "no time between";
  EXPECT_EQ(derive(&before, counters(500ms, 6'000'000'000), Time()).cpu_percent, 0) << "time went back";
  EXPECT_EQ(derive(&before, counters(2000ms, 1), Time()).cpu_percent, 0) << "counter went back";
}

TEST(Derive, MemoryAndTheRest) {
  auto after = counters(1000ms, 0);
  after.memory_bytes = 25;
  after.memory_limit = 100;
  after.network_rx = 7;
  after.network_tx = 8;
  after.pids = 9;
  auto sample = derive(nullptr, after, Time());
  EXPECT_DOUBLE_EQ(sample.memory_percent, 25.0);
  EXPECT_EQ(sample.memory_bytes, 25U);
  EXPECT_EQ(sample.memory_limit, 100U);
  EXPECT_EQ(sample.network_rx, 7U);
  EXPECT_EQ(sample.network_tx, 8U);
  EXPECT_EQ(sample.pids, 9U);
  after.memory_limit = 0;
  EXPECT_EQ(derive(nullptr, after, Time()).memory_percent, 0);
  after.memory_limit = 20;
  EXPECT_EQ(derive(nullptr, after, Time()).memory_percent, 100.0);
}

}  // namespace
}  // namespace trinity::metering
