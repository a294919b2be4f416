// Feeds on a hub, with the stream of a daemon behind them.
#include "runfeeds/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "fixture.h"
#include "live/hub.h"
#include "unit/agentlink/transcripts.h"

namespace trinity::runfeeds::testing {
namespace {

using namespace std::chrono_literals;
using live::Topic;

/// Records that the test has stored.
class FakeSource final : public Source {
 public:
  Task<std::vector<Execution>> newest(std::string agent, std::int64_t) override {
    const std::lock_guard lock(mutex_);
    std::vector<Execution> found;
    for (const auto& run : runs_) {
      if (run.record.agent_name == agent) found.push_back(run.record);
    }
    co_return found;
  }
  Task<std::optional<StoredRun>> find(std::string agent, std::string id, std::size_t) override {
    const std::lock_guard lock(mutex_);
    ++reads;
    for (const auto& run : runs_) {
      if (run.record.agent_name == agent && run.record.id == id) co_return run;
    }
    co_return std::nullopt;
  }
  void put(Execution record, std::optional<std::vector<std::string>> log = std::nullopt) {
    const std::lock_guard lock(mutex_);
    std::erase_if(runs_, [&](const StoredRun& one) { return one.record.id == record.id; });
    StoredRun run;
    run.record = std::move(record);
    run.has_log = log.has_value();
    run.newest = log.value_or(std::vector<std::string>());
    run.total = run.newest.size();
    runs_.insert(runs_.begin(), std::move(run));
  }
  std::atomic<int> reads{0};

 private:
  std::mutex mutex_;
  std::vector<StoredRun> runs_;
};

/// A socket's end of the hub. The hub's thread only.
class Socket final : public live::Subscriber {
 public:
  void deliver(live::Delivery delivery) override {
    for (auto& outgoing : delivery.frames) frames.push_back(boost::json::parse(*outgoing.frame).as_object());
  }
  [[nodiscard]] std::size_t unsent() const noexcept override { return 0; }
  [[nodiscard]] std::vector<std::string> kinds() const {
    std::vector<std::string> made;
    for (const auto& frame : frames)
      made.emplace_back(frame.contains("event") ? frame.at("event").as_string() : frame.at("type").as_string());
    return made;
  }
  /// The log as a client would have it.
  [[nodiscard]] std::vector<std::string> log() const {
    std::vector<std::string> all;
    for (const auto& frame : frames) {
      if (const auto* type = frame.if_contains("type");
          type != nullptr && (*type == "subscribed" || *type == "resync")) {
        all.clear();
        for (const auto& one : frame.at("snapshot").at("log").as_array()) all.push_back(boost::json::serialize(one));
      }
      if (!frame.contains("event") || frame.at("event") != "execution_log_append") continue;
      EXPECT_EQ(frame.at("data").at("index").to_number<std::size_t>(), all.size());
      for (const auto& one : frame.at("data").at("entries").as_array()) all.push_back(boost::json::serialize(one));
    }
    return all;
  }
  std::vector<boost::json::object> frames;
};

class RunTopicsTest : public ::testing::Test {
 protected:
  RunTopicsTest() {
    threads.start();
    hub.serve(Topic::Kind::executions, [this](const live::Asked& asked) { return topics.agent(asked); });
    hub.serve(Topic::Kind::execution, [this](const live::Asked& asked) { return topics.run(asked); });
    auto snapshot = std::make_shared<fleet::Snapshot>(fleet_with_bot());
    snapshot->loaded = true;
    hub.publish({snapshot, {}, false}, live::Moment::current());
  }
  ~RunTopicsTest() override {
    for (const auto& [id, socket] : sockets) hub.detach(id, live::Moment::current());
    // The hub forgets what nobody listens to, and with it the streams.
    hub.tick(live::Moment{now(), steady_now() + 1h});
    const auto until = steady_now() + 200ms;
    while (steady_now() < until) turn();
    threads.stop();
    threads.join();
  }
  RunTopicsTest(const RunTopicsTest&) = delete;
  RunTopicsTest& operator=(const RunTopicsTest&) = delete;

  static Limits limits(std::uint16_t port) {
    Limits made;
    made.pace.port = port;
    made.pace.first_retry = 20ms;
    made.feed.ready_within = 300ms;
    return made;
  }
  std::shared_ptr<Socket> subscribe(const std::string& topic) {
    auto socket = std::make_shared<Socket>();
    const auto id = ++last_id;
    hub.attach(id, socket);
    hub.identify(id, {std::make_shared<const Caller>(Caller{1, "root", {}, Role::admin}), now() + 1h},
                 live::Moment::current());
    hub.subscribe(id, {{topic}}, live::Moment::current());
    sockets[id] = socket;
    return socket;
  }
  void turn() {
    context.restart();
    context.run_for(2ms);
  }
  template <class F>
  bool comes_true(F condition) {
    const auto until = steady_now() + 10s;
    while (steady_now() < until) {
      if (condition()) return true;
      turn();
    }
    return false;
  }
  /// A run that the agent works on.
  void begin(const std::string& run) {
    source.put(record(run));
    board.tell(news(RunNews::Kind::started, run, record(run)));
    daemon.enter(run);
    board.tell(news(RunNews::Kind::began, run, record(run)));
  }
  void finish(const std::string& run, std::vector<std::string> log) {
    daemon.end(run);
    source.put(record(run, "success"), std::move(log));
    board.tell(news(RunNews::Kind::finished, run, record(run, "success")));
  }

  test::Transcripts daemon;
  FakeSource source;
  executions::RunBoard board;
  asio::io_context context{1};
  IoThreads threads{1};
  Topics topics{board,
                {source,
                 [](const fleet::Agent& agent) { return agentlink::Target{agent.address, "secret"}; },
                 {threads[0].get_executor()},
                 context.get_executor(),
                 [this](const Topic& topic) { hub.stir(topic, live::Moment::current()); }},
                limits(daemon.port())};
  live::Hub hub{[](const std::string&, int) {}, {}};
  std::map<live::SocketId, std::shared_ptr<Socket>> sockets;
  live::SocketId last_id = 0;
};

TEST_F(RunTopicsTest, ARunIsSeenAsItGoesOnHoweverManyWatch) {
  begin("run");
  daemon.print("run", entry(0));
  const auto one = subscribe("execution:bot:run");
  const auto two = subscribe("execution:bot:run");
  EXPECT_TRUE(one->frames.empty()) << "answered when it is read";
  EXPECT_TRUE(comes_true([&] { return one->frames.size() == 1 && two->frames.size() == 1; }));
  EXPECT_EQ(one->frames[0].at("type"), "subscribed");
  EXPECT_EQ(one->log(), entries(0, 1));
  daemon.write("run", "abc");
  EXPECT_TRUE(
      comes_true([&] { return one->kinds().back() == "execution_text" && two->kinds().back() == "execution_text"; }));
  daemon.print("run", entry(1), true);
  EXPECT_TRUE(comes_true([&] { return one->log() == entries(0, 2) && two->log() == entries(0, 2); }));
  EXPECT_EQ(daemon.visits(), 1);
  finish("run", entries(0, 2));
  EXPECT_TRUE(comes_true([&] { return one->kinds().back() == "execution_finished"; }));
  EXPECT_EQ(one->log(), entries(0, 2));
  EXPECT_EQ(source.reads, 1);
}

TEST_F(RunTopicsTest, AStreamThatBreaksDoublesAndLosesNothing) {
  begin("run");
  const auto socket = subscribe("execution:bot:run");
  for (int i = 0; i < 40; ++i) {
    daemon.print("run", entry(i));
    if (i % 8 == 7) daemon.cut();
    turn();
  }
  EXPECT_TRUE(comes_true([&] { return socket->log() == entries(0, 40); }));
  daemon.cut();
  finish("run", entries(0, 41));
  EXPECT_TRUE(comes_true([&] { return socket->kinds().back() == "execution_finished"; }));
  EXPECT_EQ(socket->log(), entries(0, 41)) << "the rest stands in the record";
}

TEST_F(RunTopicsTest, OfARunThatHasEndedTheRecordIsShown) {
  source.put(record("old", "failed"), entries(0, 3));
  const auto socket = subscribe("execution:bot:old");
  EXPECT_TRUE(comes_true([&] { return !socket->frames.empty(); }));
  EXPECT_EQ(socket->log(), entries(0, 3));
  EXPECT_EQ(socket->frames[0].at("snapshot").at("state"), "ended");
  EXPECT_EQ(daemon.visits(), 0);
}

TEST_F(RunTopicsTest, ARunOfAnotherAgentIsNotFound) {
  auto other = record("theirs", "success");
  other.agent_name = "other";
  source.put(other);
  const auto socket = subscribe("execution:bot:theirs");
  EXPECT_TRUE(comes_true([&] { return !socket->frames.empty(); }));
  EXPECT_EQ(socket->frames[0].at("type"), "subscribe_error");
  EXPECT_EQ(socket->frames[0].at("status"), 404);
  // It may come to be.
  begin("theirs2");
  const auto again = subscribe("execution:bot:theirs2");
  EXPECT_TRUE(comes_true([&] { return !again->frames.empty(); }));
  EXPECT_EQ(again->frames[0].at("type"), "subscribed");
  daemon.end("theirs2");
}

TEST_F(RunTopicsTest, WithNobodyThereTheStreamIsClosed) {
  begin("run");
  const auto socket = subscribe("execution:bot:run");
  EXPECT_TRUE(comes_true([&] { return !socket->frames.empty() && daemon.readers() == 1; }));
  hub.unsubscribe(last_id, {"execution:bot:run"}, live::Moment::current());
  hub.tick(live::Moment{now(), steady_now() + 1min});
  EXPECT_TRUE(comes_true([&] { return daemon.readers() == 0; }));
  daemon.end("run");
}

TEST_F(RunTopicsTest, TheAgentsRunsAreListedAndTold) {
  source.put(record("old", "success"));
  const auto socket = subscribe("agent:bot:executions");
  EXPECT_TRUE(comes_true([&] { return !socket->frames.empty(); }));
  EXPECT_EQ(socket->frames[0].at("snapshot").at("executions").at(0).at("id"), "old");
  board.tell(queue_news(true));
  begin("run");
  const auto runs_now = [&] {
    for (auto frame = socket->frames.rbegin(); frame != socket->frames.rend(); ++frame) {
      if (frame->contains("event") && frame->at("event") == "agent_queue_update")
        return frame->at("data").at("running").as_array();
    }
    return boost::json::array();
  };
  EXPECT_TRUE(comes_true([&] {
    const auto kinds = socket->kinds();
    return std::count(kinds.begin(), kinds.end(), "execution_started") == 1 && runs_now().size() == 1;
  }));
  EXPECT_EQ(runs_now()[0].at("agent_execution_id"), "run");
  finish("run", {});
  EXPECT_TRUE(comes_true([&] {
    const auto kinds = socket->kinds();
    return std::count(kinds.begin(), kinds.end(), "execution_finished") == 1 && runs_now().empty();
  }));
}

TEST_F(RunTopicsTest, TheFirstPieceOfATextIsThereSoon) {
  begin("run");
  const auto socket = subscribe("execution:bot:run");
  EXPECT_TRUE(comes_true([&] { return !socket->frames.empty(); }));
  daemon.print("run", entry(0));
  EXPECT_TRUE(comes_true([&] { return socket->log().size() == 1; }));
  daemon.print("run", entry(1));
  const auto before = steady_now();
  daemon.write("run", "first");
  EXPECT_TRUE(comes_true([&] { return socket->kinds().back() == "execution_text"; }));
  EXPECT_LT(steady_now() - before, 100ms);
  EXPECT_EQ(socket->log().size(), 2U) << "behind the entries before it";
  daemon.end("run");
}

}  // namespace
}  // namespace trinity::runfeeds::testing
