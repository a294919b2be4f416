#include "fleet/pressure.h"

#include <gtest/gtest.h>

#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using test::steady;
using test::wall;

metering::Strain strain(double at, std::uint64_t periods, std::uint64_t throttled, std::uint64_t nanoseconds) {
  metering::Strain made;
  made.at = steady(at);
  made.throttling = metering::Throttling{periods, throttled, nanoseconds};
  made.cpu_limit = 0.2;
  made.disk_read = 1'000;
  made.disk_written = 2'000;
  return made;
}

TEST(Pressure, TheFirstReadingHasNoRates) {
  auto first = strain(0, 100, 50, 1'000'000);
  first.memory_max = 7;
  first.oom_kills = 1;
  first.memory = {1.5, 0.5};
  const auto made = pressure_between(nullptr, first, wall(0));
  EXPECT_EQ(made.at, wall(0));
  EXPECT_EQ(made.cpu_limit, 0.2);
  EXPECT_FALSE(made.throttled_percent);
  EXPECT_FALSE(made.throttled_ms_per_s);
  EXPECT_FALSE(made.read_bytes_per_s);
  EXPECT_EQ(made.max_events, 7U);
  EXPECT_EQ(made.oom_kills, 1U);
  EXPECT_FALSE(made.high_events);
  EXPECT_EQ(made.memory, (metering::Stall{1.5, 0.5}));
}

TEST(Pressure, RatesAreBetweenTwoReadings) {
  const auto before = strain(0, 100, 50, 1'000'000'000);
  auto after = strain(2, 120, 65, 2'500'000'000);
  after.disk_read = 5'000;
  after.disk_written = 2'000;
  const auto made = pressure_between(&before, after, wall(2));
  EXPECT_EQ(made.throttled_percent, 75.0) << "15 of 20 periods";
  EXPECT_EQ(made.throttled_ms_per_s, 750.0);
  EXPECT_EQ(made.read_bytes_per_s, 2'000.0);
  EXPECT_EQ(made.write_bytes_per_s, 0.0);
}

TEST(Pressure, ThrottlingInOddCases) {
  const auto before = strain(0, 100, 50, 1'000'000);
  EXPECT_EQ(pressure_between(&before, strain(2, 100, 50, 1'000'000), wall(2)).throttled_percent, 0.0)
      << "it did not want to run";
  EXPECT_FALSE(pressure_between(&before, strain(2, 10, 5, 0), wall(2)).throttled_percent) << "started anew";
  EXPECT_FALSE(pressure_between(&before, strain(0, 120, 60, 2'000'000), wall(2)).throttled_percent) << "no time";
  EXPECT_EQ(pressure_between(&before, strain(2, 101, 53, 2'000'000), wall(2)).throttled_percent, 100.0)
      << "files are read one after the other: never more than all";

  auto free_before = strain(0, 0, 0, 0);
  auto free_after = strain(2, 0, 0, 0);
  free_before.cpu_limit = free_after.cpu_limit = std::nullopt;
  EXPECT_FALSE(pressure_between(&free_before, free_after, wall(2)).throttled_percent)
      << "without a limit there is no figure";

  auto silent = strain(2, 120, 60, 2'000'000);
  silent.throttling.reset();
  EXPECT_FALSE(pressure_between(&before, silent, wall(2)).throttled_percent);
  silent = strain(2, 120, 60, 2'000'000);
  silent.disk_read = 10;
  silent.disk_written.reset();
  const auto made = pressure_between(&before, silent, wall(2));
  EXPECT_FALSE(made.read_bytes_per_s) << "a counter that went back";
  EXPECT_FALSE(made.write_bytes_per_s);
}

TEST(Pressure, NetworkRates) {
  metering::Counters before;
  before.network_rx = 1'000;
  before.network_tx = 500;
  before.traffic_at = steady(10);
  auto after = before;
  EXPECT_FALSE(network_between(before, after)) << "not read again";
  after.traffic_at = steady(14);
  after.network_rx = 5'000;
  after.network_tx = 700;
  const auto rates = network_between(before, after);
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->received, 1'000.0);
  EXPECT_EQ(rates->sent, 50.0);
  after.network_tx = 0;
  EXPECT_FALSE(network_between(before, after)) << "went back";
}

}  // namespace
}  // namespace trinity::fleet
