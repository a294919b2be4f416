#include "live/fleet_stats_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::live {
namespace {

using testing::agent;
using ::testing::ElementsAre;
using testing::FakeFleet;
using testing::figures;
using ::testing::IsEmpty;
using testing::moment;
using testing::number;
using testing::text;
using ::testing::UnorderedElementsAre;
using testing::json::object;

class FleetStatsFeedTest : public ::testing::Test {
 protected:
  FleetStatsFeedTest() {
    fleet_.add(agent("a1", 1));
    fleet_.add(agent("a2", 1));
    fleet_.add(agent("b1", 2));
    fleet_.add(agent("off", 1, "stopped"));
    sample("a1", 10, 0);
    sample("a2", 20, 0);
    sample("b1", 30, 0);
    feed_.watched(true);
  }

  void sample(const std::string& name, double cpu, double at, std::uint64_t memory = 100'000'000) {
    fleet_.sample(name, figures(cpu, memory, moment(at)));
  }
  object baseline(double at) { return testing::object(feed_.baseline(*fleet_.nothing().snapshot, {}, moment(at))); }
  void publish(const fleet::Publication& publication, double at) {
    EXPECT_TRUE(feed_.published(digest(publication, true), *publication.snapshot, moment(at)).empty());
  }
  /// The event's data; nothing when there is none.
  std::optional<object> due(double at) {
    const auto events = feed_.due(*fleet_.nothing().snapshot, moment(at));
    EXPECT_LE(events.size(), 1U);
    if (events.empty()) return std::nullopt;
    EXPECT_EQ(events[0].name, "agents_stats_update");
    return testing::object(events[0].data);
  }
  static std::vector<std::string> names(const object& data) {
    std::vector<std::string> made;
    for (const auto& row : data.at("agents").as_array()) made.push_back(text(row.as_object(), "name"));
    return made;
  }

  FakeFleet fleet_;
  std::map<std::string, int> watched_;
  FleetStatsFeed feed_{testing::caller(1, "ann"), {}, [this](const std::string& name, int delta) {
                         if ((watched_[name] += delta) == 0) watched_.erase(name);
                       }};
};

TEST_F(FleetStatsFeedTest, HistoryIsLeftOutWhenNoneIsAskedForAndInEvents) {
  const auto whole = testing::object(feed_.baseline(*fleet_.nothing().snapshot, {.history = 0}, moment(0)));
  for (const auto& row : whole.at("agents").as_array()) EXPECT_FALSE(row.as_object().contains("history"));
  sample("a1", 90, 5);
  const auto event = due(5);
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->at("agents").as_array()[0].as_object().contains("history"));
}

TEST_F(FleetStatsFeedTest, SnapshotHasTheRunningAgentsOfTheViewer) {
  const auto whole = baseline(0);
  ASSERT_THAT(names(whole), UnorderedElementsAre("a1", "a2"));
  const auto& row = whole.at("agents").as_array()[0].as_object();
  EXPECT_EQ(row.size(), 6U);
  ASSERT_EQ(row.at("history").as_array().size(), 1U);
  EXPECT_EQ(row.at("history").as_array()[0].as_array().at(1), 10);
  EXPECT_EQ(number(row, "cpu_percent"), 10);
  EXPECT_EQ(row.at("memory_used_bytes"), 100'000'000);
  EXPECT_EQ(row.at("memory_limit_bytes"), 1000'000'000);
  EXPECT_EQ(number(row, "memory_percent"), 10);
}

TEST_F(FleetStatsFeedTest, RowsThatMovedOncePerInterval) {
  baseline(0);
  sample("a1", 10.4, 2);
  sample("a2", 25, 2);
  EXPECT_FALSE(due(4));
  const auto sent = due(5);
  ASSERT_TRUE(sent);
  EXPECT_THAT(names(*sent), ElementsAre("a2"));
  EXPECT_FALSE(sent->contains("gone"));
  sample("a2", 80, 6);
  EXPECT_FALSE(due(9));
  EXPECT_TRUE(due(10));
  EXPECT_FALSE(due(15)) << "nothing is new";
}

TEST_F(FleetStatsFeedTest, EveryRowWithinThirtySeconds) {
  baseline(0);
  std::map<std::string, int> sent;
  for (int second = 1; second <= 60; ++second) {
    sample("a1", 10, second);
    sample("a2", 20, second);
    if (const auto data = due(second)) {
      for (const auto& name : names(*data)) ++sent[name];
    }
  }
  EXPECT_THAT(sent, ElementsAre(std::pair{"a1", 2}, std::pair{"a2", 2}));
}

TEST_F(FleetStatsFeedTest, GoneAgentsAreNamed) {
  baseline(0);
  publish(fleet_.change("a1", [](fleet::Agent& a) { a.status = "stopped"; }), 1);
  publish(fleet_.remove("a2"), 1);
  publish(fleet_.change("b1", [](fleet::Agent& a) { a.metadata->owner_id = 1; }), 1);
  const auto sent = due(5);
  ASSERT_TRUE(sent);
  EXPECT_THAT(names(*sent), ElementsAre("b1"));
  EXPECT_EQ(sent->at("gone"), (testing::json::array{"a1", "a2"}));
}

TEST_F(FleetStatsFeedTest, LateListenersNewerRowIsMadeGood) {
  baseline(0);
  sample("a1", 90, 2);
  baseline(3);  // somebody sees 90 now, the others 10
  sample("a1", 10, 4);
  const auto sent = due(5);
  ASSERT_TRUE(sent);
  EXPECT_THAT(names(*sent), ElementsAre("a1"));
}

TEST_F(FleetStatsFeedTest, SamplerFollowsWhatSomebodySees) {
  EXPECT_THAT(watched_, IsEmpty());
  baseline(0);
  EXPECT_THAT(watched_, ElementsAre(std::pair{"a1", 1}, std::pair{"a2", 1}));
  publish(fleet_.change("a1", [](fleet::Agent& a) { a.status = "stopped"; }), 1);
  publish(fleet_.change("off", [](fleet::Agent& a) { a.status = "running"; }), 1);
  EXPECT_THAT(watched_, ElementsAre(std::pair{"a2", 1}, std::pair{"off", 1}));
  feed_.watched(false);
  EXPECT_THAT(watched_, IsEmpty());
  feed_.watched(true);
  due(6);
  baseline(7);
  EXPECT_THAT(watched_, ElementsAre(std::pair{"a2", 1}, std::pair{"off", 1}));
}

}  // namespace
}  // namespace trinity::live
