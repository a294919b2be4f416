#include "runstats/fleet_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runstats/change_log.h"
#include "unit/live/fixture.h"

namespace trinity::runstats {
namespace {

using live::testing::agent;
using live::testing::caller;
using live::testing::FakeFleet;
using live::testing::moment;
using live::testing::object;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
namespace json = boost::json;

/// Rows that the test writes; how often one is made is counted.
class WrittenRows : public Rows {
 public:
  void set(const std::string& name, int value) {
    values[name] = value;
    log.touch(name);
  }
  void remove(const std::string& name) {
    values.erase(name);
    log.touch(name);
  }
  Changed changed(std::uint64_t since, Time) override { return {log.newest(), log.since(since)}; }
  std::optional<json::object> row(const fleet::Agent& agent, Time) override {
    ++made;
    const auto it = values.find(agent.name);
    if (it == values.end()) return std::nullopt;
    return json::object{{"name", agent.name}, {"value", it->second}, {"status", agent.status}};
  }

  std::map<std::string, int> values;
  ChangeLog log;
  int made = 0;
};

class FleetFeedTest : public testing::Test {
 protected:
  FleetFeedTest() {
    for (const auto* name : {"a1", "a2"}) fleet_.add(agent(name, 1));
    fleet_.add(agent("b1", 2));
    for (const auto* name : {"a1", "b1"}) {
      contexts_.set(name, 1);
      runs_.set(name, 1);
    }
    feed_.watched(true);
  }

  json::object baseline(double at) { return object(feed_.baseline(*fleet_.nothing().snapshot, {}, moment(at))); }
  void publish(const fleet::Publication& publication, double at) {
    feed_.published(live::digest(publication, true), *publication.snapshot, moment(at));
  }
  /// Events at this moment, as `event: names, -gone`.
  std::vector<std::string> due(double at) {
    std::vector<std::string> lines;
    for (const auto& event : feed_.due(*fleet_.nothing().snapshot, moment(at))) {
      if (event.name == "agents_stats_update") continue;
      const auto data = object(event.data);
      auto line = std::string(event.name) + ":" + names(data.at("agents").as_array());
      if (const auto* gone = data.if_contains("gone")) {
        for (const auto& name : gone->as_array()) line += " -" + std::string(name.as_string());
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }
  static std::string names(const json::array& rows) {
    std::set<std::string> sorted;
    for (const auto& row : rows) sorted.insert(std::string(row.at("name").as_string()));
    std::string made;
    for (const auto& name : sorted) made += " " + name;
    return made;
  }

  FakeFleet fleet_;
  WrittenRows contexts_;
  WrittenRows runs_;
  FleetFeed feed_{caller(1, "ann"), {}, {}, contexts_, runs_};
};

TEST_F(FleetFeedTest, TheSnapshotHasTheRowsThatTheViewerMaySee) {
  const auto whole = baseline(0);
  EXPECT_EQ(whole.size(), 3U);
  EXPECT_EQ(names(whole.at("context").as_array()), " a1");
  EXPECT_EQ(names(whole.at("executions").as_array()), " a1");
  EXPECT_TRUE(whole.at("agents").is_array());
}

TEST_F(FleetFeedTest, ChangedRowsComeAtTheirPace) {
  baseline(0);
  contexts_.set("a2", 5);
  runs_.set("a2", 5);
  EXPECT_THAT(due(1), IsEmpty());
  EXPECT_THAT(due(2), ElementsAre("agents_context_update: a2"));
  contexts_.set("a1", 6);
  EXPECT_THAT(due(3), IsEmpty());
  EXPECT_THAT(due(4), ElementsAre("agents_context_update: a1"));
  EXPECT_THAT(due(5), ElementsAre("agents_execution_stats_update: a2"));
  EXPECT_THAT(due(60), IsEmpty()) << "nothing is new";
}

TEST_F(FleetFeedTest, ARowThatIsTheSameAgainIsNotSent) {
  baseline(0);
  contexts_.set("a1", 1);
  EXPECT_THAT(due(10), IsEmpty());
}

TEST_F(FleetFeedTest, OthersRowsAreNeverSent) {
  baseline(0);
  contexts_.set("b1", 7);
  runs_.set("b1", 7);
  EXPECT_THAT(due(10), IsEmpty());
}

TEST_F(FleetFeedTest, WhoGainsAnAgentGetsItsRowAndWhoLosesItIsTold) {
  baseline(0);
  publish(fleet_.change("b1", [](fleet::Agent& a) { a.metadata->owner_id = 1; }), 1);
  EXPECT_THAT(due(10), ElementsAre("agents_context_update: b1", "agents_execution_stats_update: b1"));
  publish(fleet_.change("b1", [](fleet::Agent& a) { a.metadata->owner_id = 2; }), 11);
  EXPECT_THAT(due(20), ElementsAre("agents_context_update: -b1", "agents_execution_stats_update: -b1"));
  contexts_.set("b1", 9);
  EXPECT_THAT(due(30), IsEmpty());
}

TEST_F(FleetFeedTest, DeletedAgentsAndEmptyWindowsAreGone) {
  baseline(0);
  runs_.remove("a1");
  EXPECT_THAT(due(5), ElementsAre("agents_execution_stats_update: -a1"));
  publish(fleet_.remove("a1"), 6);
  EXPECT_THAT(due(10), ElementsAre("agents_context_update: -a1"));
}

TEST_F(FleetFeedTest, AnotherStatusIsAnotherRow) {
  baseline(0);
  publish(fleet_.change("a1", [](fleet::Agent& a) { a.status = "stopped"; }), 1);
  EXPECT_THAT(due(10), UnorderedElementsAre("agents_context_update: a1", "agents_execution_stats_update: a1"));
}

TEST_F(FleetFeedTest, WhoComesLaterDoesNotTakeAnythingFromTheOthers) {
  baseline(0);
  contexts_.set("a1", 5);
  contexts_.set("a2", 5);
  baseline(1);  // somebody else begins, with the new rows
  EXPECT_THAT(due(2), ElementsAre("agents_context_update: a1 a2"));
  contexts_.set("a2", 6);
  publish(fleet_.remove("a2"), 3);
  baseline(3);
  EXPECT_THAT(due(4), ElementsAre("agents_context_update: -a2"));
}

TEST_F(FleetFeedTest, NothingIsSentBeforeSomebodyHasASnapshot) {
  contexts_.set("a1", 5);
  EXPECT_THAT(due(10), IsEmpty());
  EXPECT_EQ(contexts_.made, 0);
}

TEST_F(FleetFeedTest, ALongerIntervalHoldsForAllEvents) {
  FleetFeed slow(caller(1, "ann"), live::StatsPace{}.slowed(std::chrono::seconds(30)), {}, contexts_, runs_);
  const auto snapshot = fleet_.nothing().snapshot;
  EXPECT_FALSE(slow.baseline(*snapshot, {}, moment(0)).empty());
  contexts_.set("a1", 5);
  runs_.set("a1", 5);
  EXPECT_THAT(slow.due(*snapshot, moment(29)), IsEmpty());
  EXPECT_EQ(slow.due(*snapshot, moment(30)).size(), 2U);
}

TEST_F(FleetFeedTest, AChangeCostsARowHoweverManyAgentsThereAre) {
  for (int i = 0; i < 5'000; ++i) {
    const auto name = "many" + std::to_string(i);
    auto made = agent(name, 1, "stopped");
    fleet_.entries[name] = {made, nullptr};
    contexts_.set(name, i);
  }
  EXPECT_EQ(baseline(0).at("context").as_array().size(), 5'001U);
  const auto snapshot = fleet_.nothing().snapshot;
  contexts_.made = 0;
  runs_.made = 0;
  EXPECT_THAT(feed_.due(*snapshot, moment(10)), IsEmpty());
  EXPECT_EQ(contexts_.made, 0) << "nothing has changed";
  contexts_.set("many77", 1);
  contexts_.set("many4000", 1);
  EXPECT_THAT(feed_.due(*snapshot, moment(20)), testing::SizeIs(1));
  EXPECT_EQ(contexts_.made, 2);
  EXPECT_EQ(runs_.made, 0);
}

}  // namespace
}  // namespace trinity::runstats
