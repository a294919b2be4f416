#include "activity/service.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "activity/topics.h"
#include "live/hub.h"
#include "unit/agentlink/daemons.h"
#include "unit/agents/house.h"

namespace trinity::activity {
namespace {

using namespace std::chrono_literals;
using test::AgentHouse;
using test::Daemons;
using test::eventually;

/// A browser's socket: keeps what it gets and when.
struct Browser : live::Subscriber {
  void deliver(live::Delivery delivery) override {
    const std::lock_guard lock(mutex);
    for (auto& frame : delivery.frames) frames.emplace_back(steady_now(), boost::json::parse(*frame.frame).as_object());
  }
  [[nodiscard]] std::size_t unsent() const noexcept override { return 0; }
  /// The first frame with this event that holds the text.
  std::optional<SteadyTime> got(const char* event, std::string_view text) {
    const std::lock_guard lock(mutex);
    for (const auto& [at, frame] : frames) {
      const auto* name = frame.if_contains("event");
      if (name != nullptr && *name == event && boost::json::serialize(frame).find(text) != std::string::npos) return at;
    }
    return std::nullopt;
  }
  std::optional<boost::json::object> answer(const char* type) {
    const std::lock_guard lock(mutex);
    for (const auto& [at, frame] : frames) {
      const auto* name = frame.if_contains("type");
      if (name != nullptr && *name == type) return frame;
    }
    return std::nullopt;
  }
  std::mutex mutex;
  std::vector<std::pair<SteadyTime, boost::json::object>> frames;
};

/// Ann's agent `bot` runs; its daemon's events are real, the rest of it is played.
class ActivityServiceTest : public testing::Test {
 protected:
  ActivityServiceTest() : daemons(15s, &asked, "127.47.0.1", 8000) {}
  void SetUp() override {
    house.engine.address = "127.47.0.1";
    house.house.listener = [this](const fleet::Publication& publication) {
      hub.publish(publication, live::Moment::current());
      followers.follow(publication);
    };
    hub.serve(live::Topic::Kind::activity, [this](const live::Asked& asked_for) { return topics.activity(asked_for); });
    hub.serve(live::Topic::Kind::files, [this](const live::Asked& asked_for) { return topics.files(asked_for); });
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    ASSERT_TRUE(eventually([&] { return is_up(); }));
    daemon = house.service.target_of(*house.house.held_by(0)->find("bot")->agent).secret;
  }
  void TearDown() override { house.house.stop(); }
  bool is_up() {
    const auto live = followers.find("bot");
    return live && live->connection == agentlink::Connection::up;
  }
  boost::json::object read(Task<std::string> work) {
    return boost::json::parse(house.run(std::move(work))).as_object();
  }
  Task<std::string> activity(const agents::CallerPtr& caller = AgentHouse::ann()) {
    return service.activity(house.call, caller, "bot");
  }
  void stop() {
    house.run(house.service.stop(house.call, AgentHouse::ann(), "bot"));
    ASSERT_TRUE(eventually([&] { return !followers.find("bot"); }));
  }
  /// Subscribes on the fleet's thread, as sockets do.
  std::shared_ptr<Browser> browse(const agents::CallerPtr& caller, const std::string& topic) {
    auto browser = std::make_shared<Browser>();
    const auto id = ++sockets;
    asio::post(house.house.fleet.executor(), [this, browser, caller, topic, id] {
      hub.attach(id, browser);
      hub.identify(id, {caller, now() + 1h}, live::Moment::current());
      hub.subscribe(id, {{topic}}, live::Moment::current());
    });
    EXPECT_TRUE(eventually([&] { return browser->answer("subscribed") || browser->answer("subscribe_error"); }));
    return browser;
  }

  Daemons::Asked asked;
  Daemons daemons;
  AgentHouse house;
  agentlink::Followers followers{{house.house.io[0].get_executor(), house.house.io[1].get_executor()},
                                 [this](const fleet::Agent& agent) { return house.service.target_of(agent); }};
  Topics topics{followers, house.house.fleet.executor(),
                [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }};
  live::Hub hub{{}, {}};
  ActivityService service{house.service, house.house.fleet, followers, house.link};
  std::string daemon;
  live::SocketId sockets = 0;
};

TEST_F(ActivityServiceTest, AnswersFromMemory) {
  daemons.happens(daemon, "activity", Daemons::activity("t1", "running"));
  ASSERT_TRUE(eventually([&] { return !followers.find("bot")->activity->timeline.empty(); }));
  const auto calls_before = house.cost.engine.load();
  const auto sql_before = house.cost.sql.load();
  EXPECT_EQ(read(activity()).at("status"), "running");
  EXPECT_EQ(read(service.session(house.call, AgentHouse::ann(), "bot")).at("message_count"), 2);
  EXPECT_EQ(house.cost.engine.load(), calls_before);
  EXPECT_EQ(house.cost.sql.load(), sql_before);
  EXPECT_EQ(asked.count(), 0);
}

TEST_F(ActivityServiceTest, MoreCallsThanAreKeptAreAskedFor) {
  auto event = Daemons::activity("t1", "running");
  event["totals"].as_object()["calls"] = 60;
  daemons.happens(daemon, "activity", event);
  ASSERT_TRUE(eventually([&] { return !followers.find("bot")->activity->timeline.empty(); }));
  asked.answer("GET /api/activity", 200, R"({"status":"idle","timeline":[1]})");
  EXPECT_EQ(read(activity()).at("status"), "idle");
  asked.answer("GET /api/activity", 200, R"({"status":"idle","timeline":[{"input_summary":"A_TOKEN=\"abcdefgh\""}]})");
  EXPECT_EQ(boost::json::serialize(read(activity())).find("abcdefgh"), std::string::npos) << "lists hold no secrets";
  asked.answer("GET /api/activity", 500, "broken");
  EXPECT_EQ(read(activity()).at("status"), "running") << "what is known is better than nothing";
}

TEST_F(ActivityServiceTest, WhoMayRead) {
  EXPECT_EQ(house.refusal(activity(AgentHouse::bob())).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(service.activity(house.call, AgentHouse::bob(), "none")).kind, ErrorKind::not_found);
  EXPECT_EQ(house.refusal(service.session(house.call, AgentHouse::bob(), "bot")).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(service.tool_call(house.call, AgentHouse::bob(), "bot", "t")).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(service.clear(house.call, AgentHouse::bob(), "bot")).kind, ErrorKind::forbidden);
  EXPECT_EQ(read(activity(AgentHouse::admin())).at("status"), "idle");
  EXPECT_TRUE(browse(AgentHouse::bob(), "agent:bot:activity")->answer("subscribe_error"));
  EXPECT_TRUE(browse(AgentHouse::bob(), "agent:bot:files")->answer("subscribe_error"));
}

TEST_F(ActivityServiceTest, DetailsAreRelayed) {
  const auto detail = [&](const std::string& id) {
    return service.tool_call(house.call, AgentHouse::ann(), "bot", id);
  };
  asked.answer("GET /api/activity/a/b c", 200, R"({"id":"a/b c","output":"whole"})");
  EXPECT_EQ(read(detail("a/b c")).at("output"), "whole");
  EXPECT_EQ(house.refusal(detail("gone")).text, "Tool call gone not found");
  EXPECT_EQ(house.refusal(detail("gone")).kind, ErrorKind::not_found);
  EXPECT_EQ(house.refusal(detail("..")).kind, ErrorKind::not_found);
  asked.answer("GET /api/activity/t1", 500, "{}");
  EXPECT_EQ(house.refusal(detail("t1")).text, "Failed to get activity detail");
  asked.answer("GET /api/activity/t1", 200, "no object");
  EXPECT_EQ(house.refusal(detail("t1")).kind, ErrorKind::unavailable);
}

TEST_F(ActivityServiceTest, ClearingIsRelayed) {
  const auto clear = [&] { return service.clear(house.call, AgentHouse::ann(), "bot"); };
  asked.answer("DELETE /api/activity", 200, R"({"status":"cleared"})");
  EXPECT_EQ(house.refusal(clear()).text, "");
  asked.answer("DELETE /api/activity", 500, "{}");
  EXPECT_EQ(house.refusal(clear()).text, "Failed to clear activity");
  stop();
  EXPECT_EQ(house.refusal(clear()).text, "");
}

TEST_F(ActivityServiceTest, AStoppedAgentHasTheContractsAnswers) {
  stop();
  EXPECT_EQ(read(activity()).at("status"), "idle");
  const auto session = house.refusal(service.session(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(session.kind, ErrorKind::bad_request);
  EXPECT_EQ(session.text, "Agent is not running");
  EXPECT_EQ(house.refusal(service.tool_call(house.call, AgentHouse::ann(), "bot", "t")).text, "Agent is not running");
  EXPECT_EQ(asked.count(), 0);
}

TEST_F(ActivityServiceTest, ACallReachesTheBrowserSoon) {
  const auto browser = browse(AgentHouse::ann(), "agent:bot:activity");
  ASSERT_TRUE(browser->answer("subscribed"));
  std::chrono::nanoseconds slowest{0};
  for (int i = 0; i < 10; ++i) {
    const auto id = "call-" + std::to_string(i);
    const auto began = steady_now();
    daemons.happens(daemon, "activity", Daemons::activity(id, "running"));
    ASSERT_TRUE(eventually([&] { return browser->got("agent_activity_update", id); }));
    slowest = std::max<std::chrono::nanoseconds>(slowest, *browser->got("agent_activity_update", id) - began);
  }
  RecordProperty("slowest_us", std::to_string(slowest.count() / 1000));
  EXPECT_LT(slowest, 1s) << "also on a busy machine";
}

TEST_F(ActivityServiceTest, SessionAndFilesReachTheBrowser) {
  const auto browser = browse(AgentHouse::ann(), "agent:bot:activity");
  const auto files = browse(AgentHouse::ann(), "agent:bot:files");
  daemons.happens(daemon, "session", {{"session", {{"message_count", 9}}}});
  daemons.happens(daemon, "files", {{"changes", boost::json::array{boost::json::object{{"path", "a/b.txt"}}}}});
  EXPECT_TRUE(eventually([&] { return browser->got("agent_session_update", R"("message_count":9)"); }));
  EXPECT_TRUE(eventually([&] { return files->got("agent_files_changed", "a/b.txt"); }));
  stop();
  EXPECT_TRUE(eventually([&] { return browser->got("agent_activity_update", R"("connection":"off")"); }));
}

}  // namespace
}  // namespace trinity::activity
