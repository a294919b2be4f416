#include "attention/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runstats/fleet_feed.h"
#include "unit/live/fixture.h"

namespace trinity::attention {
namespace {

using live::testing::agent;
using live::testing::caller;
using live::testing::FakeFleet;
using live::testing::moment;
using live::testing::object;
using testing::ElementsAre;
using testing::IsEmpty;
namespace json = boost::json;

/// Nothing to tell.
class NoRows : public runstats::Rows {
 public:
  Changed changed(std::uint64_t, Time) override { return {}; }
  std::optional<json::object> row(const fleet::Agent&, Time) override { return std::nullopt; }
};

/// Ann's agents a1 and a2, bob's b1; ann listens.
class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    for (const auto* name : {"a1", "a2"}) publish(fleet_.add(agent(name, 1)), 0);
    publish(fleet_.add(agent("b1", 2)), 0);
  }
  void publish(const fleet::Publication& publication, double at) {
    book_.follow(publication, moment(at).wall);
    stream_.published(live::digest(publication, true));
  }
  void fail(const std::string& name, double at, std::string why = "boom") {
    executions::RunNews news;
    news.kind = executions::RunNews::Kind::finished;
    news.agent = name;
    news.run = "r";
    news.outcome = executions::Outcome{false, std::move(why), {}};
    book_.hear(news, moment(at).wall);
  }
  void begin(const std::string& name, double at) {
    executions::RunNews news;
    news.agent = name;
    news.run = "s";
    book_.hear(news, moment(at).wall);
  }
  static std::string shown(const json::array& rows) {
    std::string made;
    for (const auto& row : rows) {
      made += " " + std::string(row.at("name").as_string());
      for (const auto& item : row.at("attention").as_array()) made += "=" + std::string(item.at("kind").as_string());
    }
    return made;
  }
  std::string whole(double at) { return shown(stream_.whole(*fleet_.nothing().snapshot, moment(at))); }
  /// What is due at this moment; "-" for no event.
  std::string due(double at) {
    const auto event = stream_.due(*fleet_.nothing().snapshot, moment(at));
    if (!event) return "-";
    EXPECT_EQ(event->name, "agents_attention_update");
    return shown(object(event->data).at("agents").as_array());
  }

  FakeFleet fleet_;
  Book book_{{}};
  Stream stream_{book_, caller(1, "ann"), Stream::usual_pace};
};

TEST_F(StreamTest, TheSnapshotHasThoseThatNeedAPersonAndMayBeSeen) {
  fail("a2", 1);
  fail("b1", 1);
  EXPECT_EQ(whole(2), " a2=failed");
  EXPECT_EQ(due(10), "-") << "nothing is new";
}

TEST_F(StreamTest, ChangesComeAtMostOnceASecondAndAnEmptyListClears) {
  EXPECT_EQ(whole(0), "");
  fail("a1", 0.1);
  EXPECT_EQ(due(0.5), "-");
  EXPECT_EQ(due(1), " a1=failed");
  fail("a2", 1.1);
  begin("a1", 1.2);
  EXPECT_EQ(due(1.5), "-");
  EXPECT_EQ(due(2), " a1 a2=failed");
  EXPECT_EQ(due(60), "-");
  begin("a2", 61);
  EXPECT_EQ(due(62), " a2");
}

TEST_F(StreamTest, WhatCameAndWentBetweenTwoEventsIsNotTold) {
  whole(0);
  fail("a1", 0.1);
  begin("a1", 0.2);
  EXPECT_EQ(due(1), "-");
}

TEST_F(StreamTest, OthersAgentsAreNeverTold) {
  whole(0);
  fail("b1", 1);
  EXPECT_EQ(due(2), "-");
  begin("b1", 3);
  EXPECT_EQ(due(4), "-");
}

TEST_F(StreamTest, WhoGainsAnAgentIsToldAndWhoLosesItHearsThatItIsOver) {
  whole(0);
  fail("b1", 1);
  publish(fleet_.change("b1", [](fleet::Agent& a) { a.metadata->owner_id = 1; }), 2);
  EXPECT_EQ(due(3), " b1=failed");
  publish(fleet_.change("b1", [](fleet::Agent& a) { a.metadata->owner_id = 2; }), 4);
  EXPECT_EQ(due(5), " b1");
  fail("b1", 6, "another reason");
  EXPECT_EQ(due(7), "-");
}

TEST_F(StreamTest, ADeletedAgentIsOver) {
  fail("a1", 0);
  EXPECT_EQ(whole(0), " a1=failed");
  publish(fleet_.remove("a1"), 1);
  EXPECT_EQ(due(2), " a1");
}

TEST_F(StreamTest, WhoComesLaterDoesNotTakeAnythingFromTheOthers) {
  whole(0);
  fail("a1", 0.1);
  EXPECT_EQ(whole(0.5), " a1=failed");
  EXPECT_EQ(due(1), " a1=failed");
  begin("a1", 1.1);
  EXPECT_EQ(whole(1.5), "");
  EXPECT_EQ(due(2), " a1");
}

TEST_F(StreamTest, ItIsAPartOfTheFleetsFeed) {
  NoRows none;
  runstats::Sections sections;
  sections.push_back(std::make_unique<Stream>(book_, caller(1, "ann"), Stream::usual_pace));
  runstats::FleetFeed feed(caller(1, "ann"), {}, {}, none, none, std::move(sections));
  fail("a1", 0);
  const auto snapshot = fleet_.nothing().snapshot;
  const auto told = object(feed.baseline(*snapshot, {}, moment(0)));
  EXPECT_EQ(told.size(), 4U) << "agents, context, executions, attention";
  EXPECT_EQ(shown(told.at("attention").as_array()), " a1=failed");
  begin("a1", 1);
  const auto events = feed.due(*snapshot, moment(2));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().data, R"({"agents":[{"name":"a1","attention":[]}]})");
}

TEST_F(StreamTest, ThousandsThatAreWellCostNothing) {
  for (int i = 0; i < 5'000; ++i) publish(fleet_.add(agent("many" + std::to_string(i), 1, "stopped")), 0);
  whole(0);
  const auto snapshot = fleet_.nothing().snapshot;
  EXPECT_FALSE(stream_.due(*snapshot, moment(1)));
  fail("many77", 2);
  const auto event = stream_.due(*snapshot, moment(3));
  ASSERT_TRUE(event);
  EXPECT_EQ(shown(object(event->data).at("agents").as_array()), " many77=failed");
}

}  // namespace
}  // namespace trinity::attention
