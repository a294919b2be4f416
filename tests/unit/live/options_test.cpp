#include "live/options.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "live/topic.h"

namespace trinity::live {
namespace {

std::expected<Options, std::string> read(const std::string& text) {
  return read_options(boost::json::parse(text).as_object());
}

TEST(Options, IntervalsAreRoundedUp) {
  const std::map<std::string, int> table{{"-1", 5},  {"0", 5},   {"5", 5},   {"5.5", 10}, {"10", 10},    {"11", 15},
                                         {"16", 30}, {"31", 60}, {"60", 60}, {"61", 60},  {"1e300", 60}, {"null", 5}};
  for (const auto& [said, seconds] : table) {
    const auto options = read(R"({"interval":)" + said + "}");
    ASSERT_TRUE(options) << said;
    EXPECT_EQ(options->interval, std::chrono::seconds(seconds)) << said;
  }
}

TEST(Options, NumbersBeyondTheirBoundsAreTheNearestOnes) {
  const auto low = read(R"({"history":-5,"tail":0})");
  ASSERT_TRUE(low);
  EXPECT_EQ(low->history, 0U);
  EXPECT_EQ(low->tail, 1U);
  const auto high = read(R"({"history":61,"tail":1e9})");
  ASSERT_TRUE(high);
  EXPECT_EQ(high->history, 60U);
  EXPECT_EQ(high->tail, 2000U);
  EXPECT_EQ(read(R"({"tail":2.9})")->tail, 2U);
}

TEST(Options, UnknownOnesAreIgnored) {
  EXPECT_EQ(read(R"({"colour":"red"})"), Options());
}

TEST(Options, OtherTypesNameTheMember) {
  EXPECT_EQ(read(R"({"tail":"200"})").error(), "options.tail must be a number");
  EXPECT_EQ(read(R"({"interval":[]})").error(), "options.interval must be a number");
  EXPECT_EQ(read(R"({"history":true})").error(), "options.history must be a number");
}

TEST(Options, TopicsTakeWhatFitsThem) {
  Options chosen;
  chosen.interval = std::chrono::seconds(30);
  chosen.history = 7;
  chosen.tail = 9;
  using Kind = Topic::Kind;
  EXPECT_EQ(fitting(chosen, Kind::agents), Options());
  EXPECT_EQ(fitting(chosen, Kind::stats).interval, std::chrono::seconds(30));
  EXPECT_EQ(fitting(chosen, Kind::stats).history, 7U);
  EXPECT_EQ(fitting(chosen, Kind::stats).tail, 100U);
  EXPECT_EQ(fitting(chosen, Kind::logs).tail, 9U);
  EXPECT_EQ(fitting(chosen, Kind::logs).interval, std::chrono::seconds(5));
  EXPECT_EQ(fitting(chosen, Kind::fleet_stats).history, 7U);
  EXPECT_EQ(fitting(chosen, Kind::fleet_stats).tail, 100U);
}

}  // namespace
}  // namespace trinity::live
