#include "activities/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "activities/classic.h"
#include "activities/topics.h"
#include "live/hub_link.h"
#include "unit/activities/making.h"
#include "unit/live/fixture.h"

namespace trinity::activities {
namespace {

namespace json = boost::json;
using live::testing::agent;
using live::testing::caller;
using live::testing::moment;
using testing::ElementsAre;
using testing::IsEmpty;

Told told(const std::string& id, const std::string& agent, const std::string& state = "started",
          const std::string& at = "2026-01-14T10:00:00") {
  auto row = test::activity(id, agent, at);
  row.activity_state = state;
  return {std::make_shared<const Activity>(row), json::object{{"k", 1}}, "did"};
}

/// Ann's feed: she has bot, bob has his.
class ActivitiesFeedTest : public testing::Test {
 protected:
  ActivitiesFeedTest() {
    publish(fleet.add(agent("bot", 1)));
    publish(fleet.add(agent("his", 2)));
  }
  live::Digest publish(const fleet::Publication& publication) {
    snapshot = publication.snapshot;
    return live::digest(publication, true);
  }
  std::vector<std::string> shown(bool* complete = nullptr) {
    const auto whole = json::parse(feed.baseline(*snapshot, {}, moment(at))).as_object();
    if (complete != nullptr) *complete = whole.at("complete").as_bool();
    std::vector<std::string> ids;
    for (const auto& row : whole.at("activities").as_array())
      ids.push_back(std::string(row.at("id").as_string()) + " " + std::string(row.at("activity_state").as_string()));
    return ids;
  }
  /// What is due after so many seconds: event names, and the id where there is one.
  std::vector<std::string> due(double after = 0) {
    at += after;
    std::vector<std::string> found;
    for (const auto& event : feed.due(*snapshot, moment(at))) {
      if (event.name.empty()) {
        found.emplace_back("[whole]");
        continue;
      }
      const auto data = json::parse(event.data).as_object();
      found.push_back(std::string(event.name) +
                      (data.contains("id") ? " " + std::string(data.at("id").as_string()) : ""));
    }
    return found;
  }
  void hear(const News& news) { inbox->items.push_back(item_of(news)); }
  void loaded(const std::vector<Told>& rows) {
    inbox->loading = false;
    inbox->loaded.emplace();
    for (const auto& row : rows) inbox->loaded->push_back(item_of(row));
  }

  live::testing::FakeFleet fleet;
  fleet::SnapshotPtr snapshot;
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();
  int loads = 0;
  int again = 0;
  double at = 0;
  ActivitiesFeed feed{caller(1, "ann"), inbox, [this] { ++loads; }, [this](std::chrono::milliseconds) { ++again; }};
};

TEST_F(ActivitiesFeedTest, ASnapshotSaysWhetherItIsWhole) {
  bool complete = true;
  EXPECT_THAT(shown(&complete), IsEmpty());
  EXPECT_FALSE(complete);
  EXPECT_EQ(loads, 1);
  hear(told("new", "bot", "completed", "2026-01-14T10:00:09"));
  EXPECT_THAT(due(), ElementsAre("activity_event new"));
  loaded({told("old", "bot", "completed"), told("new", "bot", "started", "2026-01-14T10:00:09")});
  EXPECT_THAT(due(), ElementsAre("[whole]")) << "and everybody gets it";
  EXPECT_THAT(shown(&complete), ElementsAre("new completed", "old completed")) << "what has ended stays so";
  EXPECT_TRUE(complete);
  EXPECT_THAT(due(60), IsEmpty());
  EXPECT_EQ(loads, 1);
}

TEST_F(ActivitiesFeedTest, AReadingThatFailsIsTriedAgain) {
  shown();
  inbox->loading = false;
  due(1);
  EXPECT_EQ(loads, 1) << "not at once";
  due(5);
  EXPECT_EQ(loads, 2);
  due(5);
  EXPECT_EQ(loads, 2) << "one at a time";
}

TEST_F(ActivitiesFeedTest, OnlyWhatTheViewerMayReadIsTold) {
  hear(told("mine", "bot"));
  hear(told("theirs", "his"));
  hear(told("gone", "no-more"));
  hear(Collaboration{"his", "bot", "chat", "t"});
  hear(Collaboration{"his", "other", "chat", "t"});
  hear(Collaboration{"bot", "unheard", "parallel_task", "t"});
  EXPECT_THAT(due(), ElementsAre("activity_event mine", "agent_collaboration", "agent_collaboration"));
  EXPECT_THAT(shown(), ElementsAre("mine started"));
}

TEST_F(ActivitiesFeedTest, EventsAreWholeRowsWithTheName) {
  hear(told("mine", "bot"));
  hear(Collaboration{"bot", "x", "chat", "2026-01-14T10:00:00"});
  const auto events = feed.due(*snapshot, moment(0));
  ASSERT_EQ(events.size(), 2U);
  auto row = json::parse(events[0].data).as_object();
  EXPECT_EQ(row.at("name"), "bot");
  EXPECT_EQ(row.size(), 16U);
  EXPECT_EQ(
      json::parse(events[1].data),
      (json::object{
          {"source_agent", "bot"}, {"target_agent", "x"}, {"action", "chat"}, {"timestamp", "2026-01-14T10:00:00"}}));
}

TEST_F(ActivitiesFeedTest, TenInASecondAndTheNewestStateOfThose) {
  for (int i = 0; i < 14; ++i) hear(told("a" + std::to_string(i), "bot"));
  EXPECT_EQ(due().size(), 10U);
  EXPECT_EQ(again, 1);
  hear(told("a12", "bot", "completed"));
  EXPECT_THAT(due(0.5), IsEmpty());
  const auto rest = feed.due(*snapshot, moment(at += 1));
  ASSERT_EQ(rest.size(), 4U);
  EXPECT_EQ(json::parse(rest[2].data).at("activity_state"), "completed");
  EXPECT_THAT(due(1), IsEmpty());
}

TEST_F(ActivitiesFeedTest, AFloodBecomesOneSnapshot) {
  for (int i = 0; i < 150; ++i) hear(told(fmt::format("a{:03}", i), "bot"));
  EXPECT_THAT(due(), ElementsAre("[whole]"));
  EXPECT_EQ(shown().size(), 100U);
  EXPECT_EQ(shown().front(), "a149 started");
  EXPECT_THAT(due(1), IsEmpty());
}

TEST_F(ActivitiesFeedTest, WhoLosesAnAgentLosesItsRows) {
  loaded({told("mine", "bot")});
  due();
  const auto digest = publish(fleet.change("bot", [](fleet::Agent& a) { a.metadata->owner_id = 2; }));
  const auto events = feed.published(digest, *snapshot, moment(at += 1));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].name.empty()) << "everybody gets a snapshot";
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(ActivitiesFeedTest, WhoGetsAnAgentGetsItsRows) {
  loaded({});
  due();
  const auto before = loads;
  const auto digest = publish(fleet.change("his", [](fleet::Agent& a) { a.metadata->owner_id = 1; }));
  EXPECT_TRUE(feed.published(digest, *snapshot, moment(at += 10)).empty());
  EXPECT_EQ(loads, before + 1);
  loaded({told("his", "his")});
  EXPECT_THAT(due(), ElementsAre("[whole]"));
  EXPECT_THAT(shown(), ElementsAre("his started"));
}

TEST(ActivityTexts, TheClassicEvent) {
  auto row = test::activity("a", "ruby", "2026-01-14T10:09:00.001000");
  row.activity_state = "completed";
  row.completed_at = "2026-01-14T10:09:02.011000";
  const Told one{std::make_shared<const Activity>(row),
                 json::object{{"cost_usd", 0.002}, {"context_used", 15230}, {"context_max", 200000}}, "Finished chat"};
  EXPECT_EQ(json::parse(classic_text(one)), json::parse(R"({"type":"agent_activity","agent_name":"ruby",
      "activity_id":"a","activity_type":"chat_start","activity_state":"completed","action":"Finished chat",
      "timestamp":"2026-01-14T10:09:02.011000","details":{"cost_usd":0.002,"context_used":15230,"context_max":200000,
      "context":{"used":15230,"max":200000,"percentage":7.62}},"error":null})"));
  for (const auto& [used, max] : std::vector<std::pair<json::value, json::value>>{{1, 0}, {nullptr, 5}, {"1", "2"}}) {
    const Told odd{one.row, json::object{{"context_used", used}, {"context_max", max}}, ""};
    EXPECT_FALSE(json::parse(classic_text(odd)).at("details").as_object().contains("context"));
  }
  EXPECT_EQ(classic_text(Collaboration{"a", "b", "chat", "t"}),
            R"({"type":"agent_collaboration","source_agent":"a","target_agent":"b","action":"chat","timestamp":"t"})");
}

/// The topic from the news to the socket, through a hub.
TEST(ActivityTopics, ReachTheSocket) {
  boost::asio::io_context io;
  std::unique_ptr<live::Hub> hub;
  Topics topics{io.get_executor(), io.get_executor(),
                [&](const live::Topic& topic) { hub->stir(topic, live::Moment::current()); },
                [](agents::CallerPtr, std::size_t limit) -> Task<std::vector<Activity>> {
                  EXPECT_EQ(limit, 100U);
                  std::vector<Activity> rows{test::activity("old", "bot", "2026-01-14T10:00:00")};
                  co_return rows;
                }};
  hub = std::make_unique<live::Hub>(live::Watch{}, live::HubBounds{});
  live::HubLink link(*hub, io.get_executor());
  hub->serve(live::Topic::Kind::activities, [&](const live::Asked& asked) { return topics.feed(asked); });
  live::testing::FakeFleet fleet;
  hub->publish(fleet.add(agent("bot", 1)), live::Moment::current());
  const auto listening = std::make_shared<live::testing::FakeSubscriber>();
  const auto classic_one = std::make_shared<live::testing::FakeSubscriber>();
  const auto stranger = std::make_shared<live::testing::FakeSubscriber>();
  hub->attach(1, listening);
  hub->attach(2, classic_one);
  hub->attach(3, stranger);
  for (live::SocketId id : {1, 2})
    hub->identify(id, {caller(1, "ann"), now() + std::chrono::hours(1)}, live::Moment::current());
  hub->identify(3, {caller(2, "bob"), now() + std::chrono::hours(1)}, live::Moment::current());
  hub->subscribe(1, {{"activities", std::nullopt, std::nullopt}}, live::Moment::current());
  io.run();
  io.restart();
  auto frames = listening->take();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].at("type"), "subscribed");
  EXPECT_EQ(frames[1].at("type"), "resync");
  EXPECT_EQ(frames[1].at("snapshot").at("activities").at(0).at("id"), "old");
  const auto both = [&, tell = classic(link)](const News& news) {
    topics.hear(news);
    tell(news);
  };
  both(told("new", "bot"));
  both(Collaboration{"elsewhere", "bot", "chat", "t"});
  both(Collaboration{"elsewhere", "nowhere", "chat", "t"});
  io.run();
  frames = listening->take();
  ASSERT_EQ(frames.size(), 2U) << "subscribers get no classic broadcasts";
  EXPECT_EQ(frames[0].at("event"), "activity_event");
  EXPECT_EQ(frames[1].at("event"), "agent_collaboration");
  frames = classic_one->take();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].at("type"), "agent_activity");
  EXPECT_EQ(frames[1].at("type"), "agent_collaboration");
  EXPECT_THAT(stranger->take(), IsEmpty());
}

}  // namespace
}  // namespace trinity::activities
