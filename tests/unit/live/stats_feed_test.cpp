#include "live/stats_feed.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::live {
namespace {

using testing::FakeFleet;
using testing::figures;
using testing::moment;
using testing::number;
using testing::json::object;

class StatsFeedTest : public ::testing::Test {
 protected:
  StatsFeedTest() { fleet_.add(testing::agent("bot", 1)); }

  /// Publishes these figures and lets the clock tick; the data of the events that come of it.
  std::vector<object> sample(double at, double cpu, std::uint64_t memory = 100'000'000, std::uint64_t rx = 0) {
    return both(fleet_.sample("bot", figures(cpu, memory, moment(at), rx)), at);
  }
  std::vector<object> both(const fleet::Publication& publication, double at) {
    auto events = feed_.published(digest(publication, true), *publication.snapshot, moment(at));
    for (auto& event : feed_.due(*publication.snapshot, moment(at))) events.push_back(std::move(event));
    std::vector<object> data;
    for (const auto& event : events) {
      EXPECT_EQ(event.name, "agent_stats_update");
      data.push_back(testing::object(event.data));
    }
    return data;
  }
  object baseline(double at) { return testing::object(feed_.baseline(*fleet_.nothing().snapshot, {}, moment(at))); }

  FakeFleet fleet_;
  StatsFeed feed_{"bot", {}};
};

TEST_F(StatsFeedTest, BaselineHoldsFiguresAndHistory) {
  fleet_.sample("bot", figures(12.34, 100'000'000, moment(0)));
  const auto whole = baseline(1);
  EXPECT_EQ(whole.at("name"), "bot");
  EXPECT_EQ(number(whole, "cpu"), 12.3);
  EXPECT_EQ(number(whole, "cpu_percent"), 12.3);
  EXPECT_EQ(whole.at("memory"), 100'000'000);
  EXPECT_EQ(whole.at("memory_used_bytes"), 100'000'000);
  EXPECT_EQ(whole.at("memory_limit_bytes"), 1000'000'000);
  EXPECT_EQ(whole.at("uptime_seconds"), 101);
  EXPECT_EQ(whole.at("status"), "running");
  ASSERT_EQ(whole.at("history").as_array().size(), 1U);
  EXPECT_EQ(whole.at("history").as_array()[0].as_array().size(), 3U);
}

TEST_F(StatsFeedTest, StoppedAgentHasZeros) {
  fleet_.change("bot", [](fleet::Agent& a) { a.status = "stopped"; });
  const auto whole = baseline(1);
  EXPECT_EQ(whole.at("status"), "stopped");
  EXPECT_EQ(number(whole, "cpu"), 0.0);
  EXPECT_EQ(whole.at("uptime_seconds"), 0);
  EXPECT_TRUE(whole.at("history").as_array().empty());
}

TEST_F(StatsFeedTest, AtMostEveryFiveSeconds) {
  fleet_.sample("bot", figures(1, 100'000'000, moment(0)));
  baseline(0);
  EXPECT_TRUE(sample(2, 50).empty());
  EXPECT_TRUE(sample(4, 60).empty());
  const auto sent = sample(5, 70);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(number(sent[0], "cpu"), 70.0);
  EXPECT_TRUE(sample(7, 10).empty());
}

TEST_F(StatsFeedTest, DeadBand) {
  struct Case {
    const char* what;
    double cpu;
    std::uint64_t memory;
    std::uint64_t rx;
    bool sent;
  };
  const Case cases[] = {
      {"nothing moved", 10, 100'000'000, 0, false},    {"cpu a little", 10.4, 100'000'000, 0, false},
      {"cpu enough", 10.5, 100'000'000, 0, true},      {"cpu down", 9.5, 100'000'000, 0, true},
      {"memory a little", 10, 100'900'000, 0, false},  {"memory enough", 10, 101'000'000, 0, true},
      {"memory down", 10, 98'900'000, 0, true},        {"network a little", 10, 100'000'000, 1023, false},
      {"network enough", 10, 100'000'000, 1024, true},
  };
  for (const auto& c : cases) {
    feed_ = StatsFeed("bot", {});
    fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
    baseline(0);
    EXPECT_EQ(!sample(6, c.cpu, c.memory, c.rx).empty(), c.sent) << c.what;
  }
}

TEST_F(StatsFeedTest, SlowDriftIsMeasuredFromTheLastEvent) {
  fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
  baseline(0);
  EXPECT_TRUE(sample(6, 10.3).empty());
  EXPECT_EQ(sample(12, 10.6).size(), 1U);
}

TEST_F(StatsFeedTest, AtLeastEveryThirtySeconds) {
  fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
  baseline(0);
  double sent_at = 0;
  for (int second = 2; second <= 32 && sent_at == 0; second += 2) {
    if (!sample(second, 10).empty()) sent_at = second;
  }
  EXPECT_EQ(sent_at, 30);
}

TEST_F(StatsFeedTest, OnlyChangedFieldsAndTheAlwaysPresentOnes) {
  fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
  baseline(0);
  const auto sent = sample(6, 20);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].at("name"), "bot");
  EXPECT_EQ(number(sent[0], "cpu"), 20.0);
  EXPECT_EQ(number(sent[0], "cpu_percent"), 20.0);
  EXPECT_EQ(sent[0].at("memory"), 100'000'000);
  EXPECT_EQ(sent[0].at("uptime_seconds"), 106);
  EXPECT_FALSE(sent[0].contains("memory_used_bytes"));
  EXPECT_FALSE(sent[0].contains("memory_limit_bytes"));
  EXPECT_FALSE(sent[0].contains("status"));
  EXPECT_FALSE(sent[0].contains("history"));
}

TEST_F(StatsFeedTest, SecondListenerMissesNoFieldThatWentBack) {
  fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
  baseline(0);
  // Newer figures than the last event, seen by a second listener only; then the memory goes back.
  sample(2, 10, 200'000'000);
  EXPECT_EQ(baseline(3).at("memory_used_bytes"), 200'000'000);
  const auto sent = sample(6, 30, 100'000'000);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].at("memory_used_bytes"), 100'000'000);
}

TEST_F(StatsFeedTest, StartAndStopComeAtOnce) {
  fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
  baseline(0);
  auto sent = both(fleet_.change("bot", [](fleet::Agent& a) { a.status = "stopped"; }), 0.1);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].at("status"), "stopped");
  EXPECT_EQ(number(sent[0], "cpu_percent"), 0.0);
  sent = both(fleet_.change("bot",
                            [](fleet::Agent& a) {
                              a.status = "running";
                              a.started_at = moment(0.2).wall;
                            }),
              0.3);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].at("status"), "running");
  // The first figures of the new run do not wait either.
  EXPECT_EQ(sample(0.5, 33).size(), 1U);
  EXPECT_TRUE(sample(2.5, 55).empty());
}

TEST_F(StatsFeedTest, NoNewSampleNoEvent) {
  fleet_.sample("bot", figures(10, 100'000'000, moment(0)));
  baseline(0);
  const auto same = fleet_.nothing();
  for (int second = 1; second < 100; ++second) EXPECT_TRUE(both(same, second).empty()) << second;
}

}  // namespace
}  // namespace trinity::live
