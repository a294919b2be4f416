#include "live/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "base/io_threads.h"
#include "base/spawn.h"
#include "fake_socket.h"

namespace trinity::live {
namespace {

using testing::agent;
using testing::caller;
using testing::FakeFleet;
using testing::FakeIdentities;
using testing::FakeSocket;
using testing::figures;
using testing::text;
using testing::json::object;

Task<> run_session(std::shared_ptr<Session> session, Handshake handshake, std::shared_ptr<bool> over) {
  co_await Session::run(std::move(session), std::move(handshake));
  if (over) *over = true;
}

/// Hub and sockets on one thread, driven by the test.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    identities_.tokens["ann"] = {caller(1, "ann"), now() + std::chrono::hours(1)};
    options_.tick = std::chrono::milliseconds(10);
    link_.publish(fleet_.add(agent("bot", 1)));
  }
  ~SessionTest() override {
    for (auto& socket : sockets_) socket->hang_up();
    run_until([this] { return hub_.counts().sockets == 0; });
  }

  std::shared_ptr<FakeSocket> open(Handshake handshake = {}, std::shared_ptr<bool> over = nullptr) {
    auto socket = std::make_shared<FakeSocket>(context_.get_executor());
    sockets_.push_back(socket);
    auto session = std::make_shared<Session>(socket, link_, identities_, options_);
    spawn("test.session", context_.get_executor(), run_session(session, std::move(handshake), std::move(over)));
    return socket;
  }
  bool run_until(const std::function<bool()>& met) {
    const auto limit = steady_now() + std::chrono::seconds(10);
    while (!met()) {
      if (steady_now() > limit) return false;
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }
  /// Runs what is ready.
  void settle() {
    context_.restart();
    context_.poll();
  }
  /// Waits for a frame of this type or event and takes everything.
  std::optional<object> next(const std::shared_ptr<FakeSocket>& socket, std::string_view name) {
    std::optional<object> found;
    run_until([&] {
      for (const auto& frame : socket->frames) {
        if (text(frame, "type") == name || text(frame, "event") == name) found = frame;
      }
      return found.has_value();
    });
    socket->frames.clear();
    return found;
  }

  asio::io_context context_{1};
  Hub hub_{[](const std::string&, int) {}, {}};
  HubLink link_{hub_, context_.get_executor()};
  FakeIdentities identities_;
  SessionOptions options_;
  FakeFleet fleet_;
  std::vector<std::shared_ptr<FakeSocket>> sockets_;
};

TEST_F(SessionTest, TokenFrameThenSubscribe) {
  const auto socket = open();
  socket->say(R"({"type":"subscribe","topics":["agents"]})");
  auto frame = next(socket, "subscribe_error");
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->at("status"), 401);
  socket->say(R"({"type":"auth","token":"ann"})");
  frame = next(socket, "authenticated");
  ASSERT_TRUE(frame);
  EXPECT_EQ(text(*frame, "user"), "ann");
  EXPECT_EQ(text(*frame, "role"), "user");
  EXPECT_EQ(frame->at("protocol"), 1);
  socket->say(R"({"type":"subscribe","topics":["agents"]})");
  ASSERT_TRUE(next(socket, "subscribed"));
  link_.publish(fleet_.remove("bot"));
  EXPECT_TRUE(next(socket, "agent_deleted"));
}

TEST_F(SessionTest, ClassicSocketByCookie) {
  const auto socket = open({{}, "ann", {}});
  ASSERT_TRUE(next(socket, "authenticated"));
  settle();
  link_.publish(fleet_.remove("bot"));
  const auto frame = next(socket, "agent_deleted");
  ASSERT_TRUE(frame);
  EXPECT_EQ(text(*frame, "agent_name"), "bot");
}

TEST_F(SessionTest, UnknownUserStaysOpenAndGetsNothing) {
  const auto over = std::make_shared<bool>(false);
  const auto socket = open({}, over);
  socket->say("hello");
  socket->say("Bearer wrong");
  socket->say_binary(R"({"type":"auth","token":"ann"})");
  settle();
  link_.publish(fleet_.remove("bot"));
  settle();
  EXPECT_TRUE(socket->frames.empty());
  EXPECT_FALSE(*over);
  socket->say("Bearer ann");
  EXPECT_TRUE(next(socket, "authenticated"));
}

TEST_F(SessionTest, HangingUpLeavesNothingBehind) {
  const auto over = std::make_shared<bool>(false);
  const auto socket = open({"ann", {}, {}}, over);
  socket->say(R"({"type":"subscribe","topics":["agents"]})");
  ASSERT_TRUE(next(socket, "subscribed"));
  socket->hang_up();
  EXPECT_TRUE(run_until([&] { return *over && hub_.counts().sockets == 0; }));
  EXPECT_TRUE(socket->aborted);
  EXPECT_EQ(hub_.counts().subscriptions, 0U);
}

TEST_F(SessionTest, ThreeBreachesCloseWith4008) {
  const auto socket = open({"ann", {}, {}});
  for (int i = 0; i < 13; ++i) socket->say(R"({"type":"ping"})");
  ASSERT_TRUE(run_until([&] { return socket->close_code.has_value(); }));
  EXPECT_EQ(*socket->close_code, 4008);
  EXPECT_TRUE(next(socket, "subscribe_error"));  // it was told why
}

TEST_F(SessionTest, BreachesFoundByTheHubCountToo) {
  for (int i = 0; i < 70; ++i) link_.publish(fleet_.add(agent("a" + std::to_string(i), 1)));
  const auto socket = open({"ann", {}, {}});
  const auto wish = [](int from, int to) {
    std::string list;
    for (int i = from; i < to; ++i) list += (i > from ? ",\"agent:a" : "\"agent:a") + std::to_string(i) + ":stats\"";
    return R"({"type":"subscribe","topics":[)" + list + "]}";
  };
  socket->say(wish(0, 32));
  socket->say(wish(32, 64));
  for (int i = 0; i < 3; ++i) socket->say(wish(64, 68));
  ASSERT_TRUE(run_until([&] { return socket->close_code.has_value(); }));
  EXPECT_EQ(*socket->close_code, 4008);
}

TEST_F(SessionTest, ExpiryEndsSubscriptions) {
  identities_.tokens["brief"] = {caller(1, "ann"), now() + std::chrono::milliseconds(150)};
  const auto socket = open();
  socket->say(R"({"type":"auth","token":"brief"})");
  socket->say(R"({"type":"subscribe","topics":["agents"]})");
  ASSERT_TRUE(next(socket, "subscribed"));
  const auto ended = next(socket, "unsubscribed");
  ASSERT_TRUE(ended);
  EXPECT_EQ(text(*ended, "reason"), "session_expired");
  EXPECT_FALSE(socket->close_code);
  link_.publish(fleet_.remove("bot"));
  settle();
  EXPECT_TRUE(socket->frames.empty());
}

TEST_F(SessionTest, SlowSocketLosesFiguresAndGetsAResync) {
  options_.outbox = {2'000, 500, 1'000'000};
  const auto socket = open({"ann", {}, {}});
  socket->say(R"({"type":"subscribe","topics":["agents","agent:bot:stats"]})");
  ASSERT_TRUE(run_until([&] { return socket->frames.size() == 3; }));
  socket->hold(true);
  socket->frames.clear();
  for (int i = 1; i <= 40; ++i) {
    link_.publish(fleet_.sample("bot", figures(i * 10, 100'000'000, Moment::current())));
    auto later = Moment::current();
    later.steady += std::chrono::seconds(10 * i);
    hub_.tick(later);
    settle();
  }
  const auto status = fleet_.change("bot", [](fleet::Agent& a) { a.metadata->autonomy_enabled = true; });
  link_.publish(status);
  settle();
  socket->hold(false);
  ASSERT_TRUE(run_until([&] { return !socket->frames.empty() && text(socket->frames.back(), "type") == "resync"; }));
  const auto resync = socket->frames.back();
  EXPECT_EQ(text(resync, "topic"), "agent:bot:stats");
  EXPECT_EQ(testing::number(resync.at("snapshot").as_object(), "cpu"), 400.0);
  EXPECT_LT(socket->frames.size(), 20U);
  // The other topic lost nothing, and figures go on after the resync without a gap.
  EXPECT_TRUE(std::any_of(socket->frames.begin(), socket->frames.end(),
                          [](const object& frame) { return text(frame, "event") == "agent_updated"; }));
  const auto seq = resync.at("seq").to_number<std::uint64_t>();
  socket->frames.clear();
  link_.publish(fleet_.change("bot", [](fleet::Agent& a) { a.status = "stopped"; }));
  ASSERT_TRUE(run_until([&] { return socket->frames.size() == 2; }));
  EXPECT_TRUE(std::any_of(socket->frames.begin(), socket->frames.end(), [&](const object& frame) {
    return text(frame, "topic") == "agent:bot:stats" && frame.at("seq").to_number<std::uint64_t>() == seq + 1;
  }));
}

TEST_F(SessionTest, SocketThatNeverReadsIsClosedWith4009) {
  options_.outbox = {2'000, 500, 10'000};
  const auto over = std::make_shared<bool>(false);
  const auto socket = open({"ann", {}, {}}, over);
  const auto healthy = open({"ann", {}, {}});
  for (const auto& each : {socket, healthy}) each->say(R"({"type":"subscribe","topics":["agents"]})");
  ASSERT_TRUE(next(socket, "subscribed"));
  ASSERT_TRUE(next(healthy, "subscribed"));
  socket->hold(true);
  for (int i = 0; i < 60; ++i) {
    link_.publish(fleet_.add(agent("a" + std::to_string(i), 1)));
    settle();
  }
  ASSERT_TRUE(run_until([&] { return *over; }));
  EXPECT_EQ(socket->close_code, 4009);
  EXPECT_EQ(healthy->frames.size(), 60U);
}

TEST_F(SessionTest, OneStuckFrameClosesWith4009) {
  options_.stuck_after = std::chrono::milliseconds(60);
  const auto socket = open({"ann", {}, {}});
  ASSERT_TRUE(next(socket, "authenticated"));
  socket->hold(true);
  socket->say(R"({"type":"ping"})");
  ASSERT_TRUE(run_until([&] { return socket->close_code.has_value(); }));
  EXPECT_EQ(*socket->close_code, 4009);
}

TEST_F(SessionTest, UnsentBytesAreCountedToTheEnd) {
  auto socket = std::make_shared<FakeSocket>(context_.get_executor());
  sockets_.push_back(socket);
  auto session = std::make_shared<Session>(socket, link_, identities_, options_);
  spawn("test.session", context_.get_executor(), run_session(session, {"ann", {}, {}}, nullptr));
  ASSERT_TRUE(next(socket, "authenticated"));
  EXPECT_TRUE(run_until([&] { return session->unsent() == 0; }));
  socket->hold(true);
  session->deliver({{{std::make_shared<const std::string>("{\"a\":1}")}, {std::make_shared<const std::string>("{}")}}});
  EXPECT_EQ(session->unsent(), 9U);  // counted before the socket's thread has them
  settle();
  EXPECT_EQ(session->unsent(), 9U);
  socket->hold(false);
  EXPECT_TRUE(run_until([&] { return session->unsent() == 0; }));
  session->deliver({{}, 0, true});
  ASSERT_TRUE(run_until([&] { return socket->close_code.has_value(); }));
  EXPECT_EQ(*socket->close_code, 4009);
}

/// The real arrangement: the hub on one thread, sockets on others.
TEST(SessionThreads, NothingIsLostOrReordered) {
  constexpr int socket_count = 16;
  constexpr int change_count = 300;
  FakeIdentities identities;
  identities.tokens["ann"] = {caller(1, "ann"), now() + std::chrono::hours(1)};
  asio::io_context hub_context(1);
  auto guard = asio::make_work_guard(hub_context);
  Hub hub([](const std::string&, int) {}, {});
  HubLink link(hub, hub_context.get_executor());
  FakeFleet fleet;
  std::thread hub_thread([&] { hub_context.run(); });
  std::atomic<int> subscribed{0};
  std::atomic<int> received{0};
  std::atomic<bool> gap{false};
  std::atomic<bool> empty{false};
  {
    IoThreads threads(2);
    threads.start();
    std::vector<std::shared_ptr<FakeSocket>> sockets;
    for (int i = 0; i < socket_count; ++i) {
      auto& context = threads[static_cast<std::size_t>(i) % 2];
      auto socket = std::make_shared<FakeSocket>(context.get_executor());
      socket->on_frame = [&, last = std::uint64_t{0}](const object& frame) mutable {
        if (text(frame, "type") == "authenticated") return;
        const auto seq = frame.at("seq").to_number<std::uint64_t>();
        if (text(frame, "type") == "subscribed") {
          ++subscribed;
        } else {
          ++received;
          if (seq != last + 1) gap = true;
        }
        last = seq;
      };
      socket->say(R"({"type":"subscribe","topics":["agents"]})");
      auto session = std::make_shared<Session>(socket, link, identities, SessionOptions{});
      spawn("test.session", context.get_executor(), run_session(session, {"ann", {}, {}}, nullptr));
      sockets.push_back(std::move(socket));
    }
    const auto wait = [](const std::function<bool()>& met) {
      const auto limit = steady_now() + std::chrono::seconds(20);
      while (!met() && steady_now() < limit) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return met();
    };
    EXPECT_TRUE(wait([&] { return subscribed == socket_count; }));
    for (int i = 0; i < change_count; ++i) {
      asio::post(hub_context, [&link, p = fleet.add(agent("a" + std::to_string(i), 1))] { link.publish(p); });
    }
    EXPECT_TRUE(wait([&] { return received == socket_count * change_count; }));
    EXPECT_FALSE(gap);
    for (std::size_t i = 0; i < sockets.size(); ++i) asio::post(threads[i % 2], [s = sockets[i]] { s->hang_up(); });
    EXPECT_TRUE(wait([&] {
      asio::post(hub_context, [&] { empty = hub.counts().sockets == 0; });
      return empty.load();
    }));
    threads.stop();
    threads.join();
  }
  guard.reset();
  hub_context.stop();
  hub_thread.join();
}

TEST(HubLinkClock, TicksUntilStopped) {
  asio::io_context context(1);
  HubBounds bounds;
  bounds.linger = std::chrono::seconds(0);
  Hub hub([](const std::string&, int) {}, bounds);
  HubLink link(hub, context.get_executor());
  auto socket = std::make_shared<testing::FakeSubscriber>();
  const auto id = link.attach(socket);
  link.identify(id, {caller(1, "ann"), now() + std::chrono::hours(1)});
  link.subscribe(id, {{"agents", {}}});
  link.detach(id);
  context.poll();
  EXPECT_EQ(hub.counts().channels, 1U);
  link.start(std::chrono::milliseconds(5));
  const auto limit = steady_now() + std::chrono::seconds(10);
  context.restart();
  while (hub.counts().channels > 0 && steady_now() < limit) context.run_one_for(std::chrono::milliseconds(20));
  EXPECT_EQ(hub.counts().channels, 0U);
  link.stop();
  context.restart();
  context.run_for(std::chrono::seconds(10));  // returns as soon as nothing is left
  EXPECT_TRUE(context.stopped());
}

}  // namespace
}  // namespace trinity::live
