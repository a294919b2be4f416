#include "logs/feed.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <mutex>

#include "live/hub.h"
#include "logs/live_logs.h"
#include "support/fake_engine.h"
#include "support/fleet_house.h"
#include "unit/live/fixture.h"

namespace trinity::logs {
namespace {

using namespace std::chrono_literals;
using live::testing::caller;
using live::testing::FakeSubscriber;
using live::testing::text;
using test::eventually;

fleet::Metadata owned_by_ann() {
  fleet::Metadata made;
  made.owner_id = 1;
  return made;
}

LogLimits quick() {
  LogLimits limits;
  limits.followed = 2;
  limits.linger = 0ms;
  limits.pace = {
      .every = 20ms, .settle = 1ms, .backlog = 10ms, .backlog_most = 100ms, .retry_first = 5ms, .retry_most = 20ms};
  return limits;
}

/// A fleet on a fake engine, the hub on the fleet's thread, and the logs on the I/O threads.
class LogTopics : public testing::Test {
 protected:
  LogTopics() {
    hub_.serve(live::Topic::Kind::logs, [this](const live::Asked& asked) { return logs_.feed(asked); });
    house_.fleet.on_publication([this](const fleet::Publication& publication) {
      auto seen = publication;
      if (moved_) seen.snapshot = moved(*publication.snapshot);
      hub_.publish(seen, live::Moment::current());
    });
    for (const auto* name : {"bot", "two", "three"}) {
      engine_->add(name);
      house_.metadata.set(name, owned_by_ann());
    }
    house_.start();
    EXPECT_TRUE(eventually([&] { return see([&] { return known("three"); }); }));
  }
  ~LogTopics() override {
    house_.on_fleet([&] {
      for (live::SocketId id = 1; id <= sockets_.size(); ++id) hub_.detach(id, live::Moment::current());
    });
    tick(2);
    EXPECT_TRUE(eventually([&] { return engine_->open_logs() == 0; }));
    house_.stop();
  }

  /// A new socket of this user.
  FakeSubscriber& open(std::shared_ptr<const Caller> who) {
    auto socket = std::make_shared<FakeSubscriber>();
    sockets_.push_back(socket);
    const auto id = static_cast<live::SocketId>(sockets_.size());
    house_.on_fleet([&] {
      hub_.attach(id, socket);
      hub_.identify(id, {std::move(who), now() + 1h}, live::Moment::current());
    });
    return *socket;
  }
  void subscribe(live::SocketId id, const std::string& agent, unsigned tail = 100,
                 std::optional<std::uint64_t> since = std::nullopt) {
    live::Options options;
    options.tail = tail;
    house_.on_fleet(
        [&] { hub_.subscribe(id, {{"agent:" + agent + ":logs", since, options}}, live::Moment::current()); });
  }
  void tick(int times = 1) {
    for (int i = 0; i < times; ++i) house_.on_fleet([&] { hub_.tick(live::Moment::current()); });
  }
  /// What `look` finds on the fleet's thread.
  template <class F, class R = std::invoke_result_t<F&>>
  R see(F look) {
    R seen{};
    house_.on_fleet([&] { seen = look(); });
    return seen;
  }
  bool known(const std::string& agent) {
    auto probe = std::make_shared<FakeSubscriber>();
    constexpr live::SocketId id = 1'000'000;
    hub_.attach(id, probe);
    hub_.identify(id, {caller(9, "root", Role::admin), now() + 1h}, live::Moment::current());
    hub_.subscribe(id, {{"agent:" + agent + ":stats"}}, live::Moment::current());
    hub_.detach(id, live::Moment::current());
    return text(probe->frames.back(), "type") == "subscribed";
  }
  /// What the newest frame of the log says.
  boost::json::object newest(FakeSubscriber& socket) {
    return see([&] {
      const auto& frame = socket.frames.back();
      const auto* data = frame.if_contains("data");
      if (!data) data = frame.if_contains("snapshot");
      return data && data->is_object() ? data->as_object() : boost::json::object{};
    });
  }
  bool becomes(FakeSubscriber& socket, const std::string& state) {
    return eventually([&] { return text(newest(socket), "state") == state; });
  }
  /// All lines that came, as a client puts them together.
  std::vector<std::string> lines(FakeSubscriber& socket) {
    return see([&] {
      std::vector<std::string> all;
      for (const auto& frame : socket.frames) {
        const auto* data = frame.if_contains("data");
        if (!data) {
          data = frame.if_contains("snapshot");
          if (data && data->is_object()) all.clear();
        }
        if (!data || !data->is_object() || !data->as_object().contains("lines")) continue;
        for (const auto& line : data->at("lines").as_array()) all.emplace_back(line.at("text").as_string());
      }
      return all;
    });
  }
  bool has(FakeSubscriber& socket, std::size_t count) {
    return eventually([&] { return lines(socket).size() >= count; });
  }

  static fleet::SnapshotPtr moved(const fleet::Snapshot& from) {
    auto changed = std::make_shared<fleet::Snapshot>(from);
    auto& agent = changed->entries.at(changed->by_name->at("bot")).agent;
    auto other = std::make_shared<fleet::Agent>(*agent);
    other->container_id = from.find("two")->agent->container_id;
    agent = std::move(other);
    return changed;
  }

  std::shared_ptr<test::FakeEngine> engine_ = std::make_shared<test::FakeEngine>();
  test::FleetHouse house_{engine_};
  LiveLogs logs_{*engine_,
                 {house_.io[0].get_executor(), house_.io[1].get_executor()},
                 house_.fleet.executor(),
                 [this](const live::Topic& topic) { hub_.stir(topic, live::Moment::current()); },
                 quick()};
  live::Hub hub_{[](const std::string&, int) {}, {}};
  std::vector<std::shared_ptr<FakeSubscriber>> sockets_;
  bool moved_ = false;  ///< from now on "bot" has the container of "two"; the fleet's thread
};

TEST_F(LogTopics, OneStreamForAll) {
  for (int i = 0; i < 10; ++i) engine_->write("agent-bot", "early " + std::to_string(i));
  auto& one = open(caller(1, "ann"));
  auto& two = open(caller(1, "ann"));
  subscribe(1, "bot");
  EXPECT_EQ(text(one.frames.front(), "type"), "subscribed");
  EXPECT_TRUE(becomes(one, "following"));
  EXPECT_TRUE(has(one, 10));
  subscribe(2, "bot", 3);
  EXPECT_EQ(lines(two), (std::vector<std::string>{"early 7", "early 8", "early 9"}));
  engine_->write("agent-bot", "late");
  EXPECT_TRUE(has(one, 11));
  EXPECT_TRUE(has(two, 4));
  EXPECT_EQ(lines(one).back(), "late");
  EXPECT_EQ(engine_->calls("follow_logs"), 1);
  const auto frame = see([&] { return one.frames.back(); });
  EXPECT_EQ(text(frame, "event"), "agent_logs_append");
  EXPECT_EQ(text(newest(one), "cursor"), std::to_string(frame.at("seq").as_int64()));
}

TEST_F(LogTopics, AccessIsThatOfTheAgent) {
  auto& stranger = open(caller(2, "eve"));
  subscribe(1, "bot");
  EXPECT_EQ(stranger.frames.back().at("status"), 403);
  auto& root = open(caller(9, "root", Role::admin));
  subscribe(2, "nobody");
  EXPECT_EQ(root.frames.back().at("status"), 404);
  EXPECT_EQ(engine_->calls("follow_logs"), 0);
}

TEST_F(LogTopics, StopsWhenNobodyLooksAndGoesOnLater) {
  auto& one = open(caller(1, "ann"));
  subscribe(1, "bot");
  engine_->write("agent-bot", "a");
  EXPECT_TRUE(has(one, 1));
  const auto follow = text(newest(one), "follow");
  const auto seq = see([&] { return static_cast<std::uint64_t>(one.frames.back().at("seq").as_int64()); });
  house_.on_fleet([&] { hub_.unsubscribe(1, {"agent:bot:logs"}, live::Moment::current()); });
  tick(2);
  EXPECT_TRUE(eventually([&] { return engine_->open_logs() == 0; }));
  engine_->write("agent-bot", "b");
  subscribe(1, "bot", 100, seq);
  tick();
  EXPECT_TRUE(eventually([&] { return lines(one).back() == "b"; }));
  EXPECT_EQ(text(newest(one), "follow"), follow);
  EXPECT_EQ(newest(one).at("first"), 1);
}

TEST_F(LogTopics, TheStateFollowsContainerAndEngine) {
  auto& one = open(caller(1, "ann"));
  engine_->write("agent-bot", "a");
  subscribe(1, "bot");
  EXPECT_TRUE(becomes(one, "following"));
  engine_->die("agent-bot", 0);
  EXPECT_TRUE(becomes(one, "ended"));
  engine_->restart("agent-bot");
  EXPECT_TRUE(becomes(one, "following"));
  engine_->down(true);
  EXPECT_TRUE(becomes(one, "interrupted"));
  engine_->write("agent-bot", "b");
  engine_->down(false);
  EXPECT_TRUE(becomes(one, "following"));
  EXPECT_TRUE(eventually([&] { return lines(one).back() == "b"; }));
}

TEST_F(LogTopics, AnotherContainerOfTheNameIsSaid) {
  auto& one = open(caller(1, "ann"));
  engine_->write("agent-bot", "old");
  engine_->write("agent-two", "new");
  subscribe(1, "bot");
  EXPECT_TRUE(has(one, 1));
  house_.on_fleet([&] { moved_ = true; });
  engine_->restart("agent-three");  // so that the fleet has something to tell
  EXPECT_TRUE(eventually([&] { return lines(one) == std::vector<std::string>{"new"}; }));
  EXPECT_EQ(newest(one).at("reset"), true);
}

TEST_F(LogTopics, ADeletedAgentEndsIt) {
  auto& one = open(caller(1, "ann"));
  subscribe(1, "bot");
  EXPECT_TRUE(becomes(one, "following"));
  engine_->destroy("agent-bot");
  EXPECT_TRUE(eventually([&] { return see([&] { return text(one.frames.back(), "type"); }) == "unsubscribed"; }));
  EXPECT_TRUE(eventually([&] { return engine_->open_logs() == 0; }));
}

TEST_F(LogTopics, TooManyAreRefused) {
  auto& one = open(caller(1, "ann"));
  subscribe(1, "bot");
  subscribe(1, "two");
  subscribe(1, "three");
  EXPECT_EQ(one.frames.back().at("status"), 429);
  house_.on_fleet([&] { hub_.unsubscribe(1, {"agent:bot:logs"}, live::Moment::current()); });
  engine_->destroy("agent-bot");
  EXPECT_TRUE(eventually([&] { return !see([&] { return known("bot"); }); }));
  subscribe(1, "three");
  EXPECT_EQ(text(one.frames.back(), "type"), "subscribed");
}

}  // namespace
}  // namespace trinity::logs
