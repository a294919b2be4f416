#include "base/clock.h"

#include <gtest/gtest.h>

namespace trinity {
namespace {

using namespace std::chrono;

Time at(std::int64_t seconds, std::int64_t micros = 0) {
  return Time(std::chrono::seconds(seconds) + microseconds(micros));
}

TEST(Clock, FormatsBothWays) {
  EXPECT_EQ(format_naive(at(1768299330, 123456)), "2026-01-13T10:15:30.123456");
  EXPECT_EQ(format_naive(at(1768299330)), "2026-01-13T10:15:30");
  EXPECT_EQ(format_naive(at(0, 1)), "1970-01-01T00:00:00.000001");
  EXPECT_EQ(format_z(at(1768299330, 123999)), "2026-01-13T10:15:30.123Z");
  EXPECT_EQ(format_z(at(-1)), "1969-12-31T23:59:59.000Z");
  EXPECT_EQ(epoch_ms(at(1, 2500)), 1002);
}

TEST(Clock, Parses) {
  const auto expected = at(1768299330, 123456);
  for (const auto* text :
       {"2026-01-13T10:15:30.123456", "2026-01-13T10:15:30.123456Z", "2026-01-13 10:15:30.123456z",
        "2026-01-13T12:15:30.123456+02:00", "2026-01-13T04:45:30.123456-0530", "2026-01-13T10:15:30.123456789Z"}) {
    EXPECT_EQ(parse_time(text), expected) << text;
  }
  EXPECT_EQ(parse_time("2026-01-13T10:15:30"), at(1768299330));
  EXPECT_EQ(parse_time("2026-01-13T10:15:30.1Z"), at(1768299330, 100000));
}

TEST(Clock, RefusesWhatIsNoTime) {
  for (const auto* text : {"", "2026", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "2026-01-13",
                           "2026-01-13T24:00:00", "2026-01-13T10:60:00", "2026-01-13T10:15", "2026-01-13T10:15:30.",
                           "2026-01-13T10:15:30.1234567890", "2026-01-13T10:15:30Zx", "2026-01-13T10:15:30+",
                           "2026-01-13T10:15:30+2", "2026-01-13T10:15:30+25:00", "-026-01-13T10:15:30"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Clock, RoundTrips) {
  const auto time = now();
  EXPECT_EQ(parse_time(format_naive(time)), time);
}

}  // namespace
}  // namespace trinity
