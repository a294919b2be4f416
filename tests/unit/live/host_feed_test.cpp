#include "live/host_feed.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::live {
namespace {

using testing::moment;
using testing::json::object;

fleet::HostFiguresPtr host(double cpu, std::uint64_t memory_used, double at) {
  auto made = std::make_shared<fleet::HostFigures>();
  made->sample.at = moment(at).wall;
  made->sample.cores = 8;
  made->sample.cpu_percent = cpu;
  made->sample.memory_used = memory_used;
  made->sample.memory_total = 32ULL << 30U;
  for (int i = 0; i < 5; ++i) made->history.push_back({1000 + i, cpu, std::nullopt, 50.06});
  return made;
}

class HostFeedTest : public ::testing::Test {
 protected:
  object baseline(double at, Options options = {}) {
    return testing::object(feed_.baseline(snapshot_, options, moment(at)));
  }
  /// How many events come of it.
  std::size_t at(double when, fleet::HostFiguresPtr figures) {
    snapshot_.host = std::move(figures);
    auto events = feed_.published({}, snapshot_, moment(when));
    for (auto& event : feed_.due(snapshot_, moment(when))) events.push_back(std::move(event));
    for (const auto& event : events) {
      EXPECT_EQ(event.name, "host_telemetry_update");
      last_ = testing::object(event.data);
    }
    return events.size();
  }

  fleet::Snapshot snapshot_;
  int watched_ = 0;
  HostFeed feed_{{}, [this](int delta) { watched_ += delta; }};
  object last_;
};

TEST_F(HostFeedTest, BeforeTheFirstSample) {
  EXPECT_EQ(baseline(0), (object{{"history", testing::json::array()}}));
  EXPECT_FALSE(feed_.sampled_at(snapshot_, moment(0)));
  EXPECT_EQ(at(0.5, host(1, 1, 0.5)), 1U) << "at once";
}

TEST_F(HostFeedTest, WholeAndInTheUnitsOfTheRestAnswer) {
  snapshot_.host = host(12.34, 4ULL << 30U, 0);
  const auto whole = baseline(0);
  EXPECT_EQ(testing::json::serialize(whole.at("cpu")), R"({"percent":1.23E1,"count":8})");
  EXPECT_EQ(whole.at("memory").as_object().at("percent").to_number<double>(), 12.5);
  EXPECT_EQ(whole.at("memory").as_object().at("used_gb").to_number<double>(), 4);
  EXPECT_TRUE(whole.at("disk").as_object().at("percent").is_null()) << "not told is not 0";
  EXPECT_TRUE(testing::text(whole, "timestamp").ends_with("Z"));
  ASSERT_EQ(whole.at("history").as_array().size(), 5U);
  const auto& point = whole.at("history").as_array()[4].as_array();
  ASSERT_EQ(point.size(), 4U);
  EXPECT_EQ(point[0], 1004);
  EXPECT_TRUE(point[2].is_null());
  EXPECT_EQ(point[3].to_number<double>(), 50.1);
  Options few;
  few.history = 2;
  EXPECT_EQ(baseline(0, few).at("history").as_array().size(), 2U);
}

TEST_F(HostFeedTest, OncePerIntervalAndOnlyWhatMoved) {
  snapshot_.host = host(10, 4ULL << 30U, 0);
  baseline(0);
  EXPECT_EQ(at(4, host(50, 4ULL << 30U, 4)), 0U);
  EXPECT_EQ(at(5, host(50, 4ULL << 30U, 5)), 1U);
  EXPECT_FALSE(last_.contains("history"));
  EXPECT_EQ(at(10, host(50.4, 4ULL << 30U, 10)), 0U);
  EXPECT_EQ(at(15, host(50, 5ULL << 30U, 15)), 1U) << "memory moved";
  EXPECT_EQ(at(44, host(50, 5ULL << 30U, 43)), 0U);
  EXPECT_EQ(at(45, host(50, 5ULL << 30U, 45)), 1U) << "at least every 30 s";
}

TEST_F(HostFeedTest, SampledFasterWhileSomebodyLooks) {
  feed_.watched(true);
  EXPECT_EQ(watched_, 1);
  feed_.watched(false);
  EXPECT_EQ(watched_, 0);
}

}  // namespace
}  // namespace trinity::live
