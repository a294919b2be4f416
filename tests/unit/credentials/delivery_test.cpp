#include "credentials/delivery.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "unit/credentials/house.h"

namespace trinity::credentials {
namespace {

using boost::json::object;
using test::AgentHouse;
using test::eventually;
using testing::HasSubstr;

class DeliveryTest : public test::CredentialHouse {
 protected:
  const agents::CallerPtr ann = AgentHouse::ann();
  const std::string base = "/api/agents/bot/credentials";

  object start() { return house.run(house.service.start(house.call, ann, "bot"), 1); }
  void stop() { house.run(house.service.stop(house.call, ann, "bot"), 1); }
};

TEST_F(DeliveryTest, AStartBringsWhatIsAssigned) {
  stop();
  EXPECT_EQ(start(), (object{{"status", "skipped"}, {"reason", "no_credentials"}}));
  EXPECT_EQ(push_count(), 0U);
  stop();
  assign(ann, add(ann, "WORD", R"({"WORD":"v"})"));
  EXPECT_EQ(start(), (object{{"status", "success"}, {"credential_count", 1}, {"file_count", 0}}));
  ASSERT_GE(push_count(), 1U);
  EXPECT_EQ(pushes().back().at("credentials"), (object{{"WORD", "v"}}));
}

TEST_F(DeliveryTest, AStartTakesAwayWhatIsNoLongerAssigned) {
  const auto id = add(ann, "WORD", R"({"WORD":"v"})");
  assign(ann, id);
  get(Method::post, base + "/apply", ann);
  stop();
  get(Method::del, base + "/assign/" + id, ann);
  pushes();
  EXPECT_EQ(start().at("status"), "success");
  EXPECT_EQ(pushes().back().at("credentials"), object());
}

TEST_F(DeliveryTest, AStartTriesThreeTimesAndStillSucceeds) {
  stop();
  assign(ann, add(ann, "WORD", R"({"WORD":"v"})"));
  std::atomic<int> asked = 0;
  daemon.answer_with([&](const test::FileDaemon::Asked&) {
    ++asked;
    return http::Response::json_text(R"({"detail":"not now"})", 500);
  });
  const auto result = start();
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_THAT(std::string(result.at("error").as_string()), HasSubstr("not now"));
  EXPECT_GE(asked, 3);
  says_success();
  EXPECT_TRUE(eventually([this] { return push_count() > 0; })) << "it goes on trying behind the answer";
}

TEST_F(DeliveryTest, ARestartThatNobodyAskedForBringsThemAgain) {
  assign(ann, add(ann, "WORD", R"({"WORD":"v"})"));
  get(Method::post, base + "/apply", ann);
  pushes();
  house.engine.restart("agent-bot");
  ASSERT_TRUE(eventually([this] { return push_count() > 0; }));
  EXPECT_EQ(pushes().back().at("credentials"), (object{{"WORD", "v"}}));
}

TEST_F(DeliveryTest, AContainerThatKeepsItsRunIsLeftAlone) {
  assign(ann, add(ann, "WORD", R"({"WORD":"v"})"));
  get(Method::post, base + "/apply", ann);
  pushes();
  delivery.look_soon("bot");
  PushBook again(house.database);
  again.load(house.call);
  const auto record = again.find("bot");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->status, "success");
  EXPECT_EQ(record->marks, book.find("bot")->marks) << "a later life of the server knows it too";
  EXPECT_FALSE(eventually([this] { return push_count() > 0; }, std::chrono::milliseconds(300)));
}

/// A daemon that takes its time, and notes how many ask it at once.
class SlowDaemon {
 public:
  explicit SlowDaemon(const std::string& address) {
    const auto handler = [this](http::Request request) { return take(this, std::move(request)); };
    router_.add({{http::Method::post, "/api/credentials/update", http::Access::anyone, handler}});
    http::ServerOptions options;
    options.bind = address;
    options.port = 8000;
    server_ = std::make_unique<http::Server>(io_, router_, http::Authenticator{}, http::Fallback{}, options);
    io_.start();
    server_->listen();
  }
  ~SlowDaemon() {
    server_->drain(std::chrono::milliseconds(0));
    io_.stop();
    io_.join();
  }
  SlowDaemon(const SlowDaemon&) = delete;
  SlowDaemon& operator=(const SlowDaemon&) = delete;

  std::atomic<int> most = 0;
  std::atomic<int> asked = 0;

 private:
  static Task<http::Response> take(SlowDaemon* daemon, http::Request) {
    ++daemon->asked;
    daemon->most = std::max(daemon->most.load(), ++daemon->inside_);
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(30));
    co_await timer.async_wait(use_awaitable);
    --daemon->inside_;
    co_return http::Response::json_text("{}");
  }

  IoThreads io_{1};
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  int inside_ = 0;  ///< on its one thread
};

TEST_F(DeliveryTest, AnAgentIsSentOneThingAtATime) {
  assign(ann, add(ann, "WORD", R"({"WORD":"v"})"));
  daemon.close();
  SlowDaemon slow(address());
  const auto snapshot = house.house.held_by(0);
  const auto agent = snapshot->find("bot")->agent;
  std::vector<std::future<std::expected<Pushed, AgentFault>>> all;
  for (std::size_t i = 0; i < 6; ++i)
    all.push_back(asio::co_spawn(house.house.io[i % 3], delivery.push(house.call, ann, agent), asio::use_future));
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_EQ(slow.asked, 6);
  EXPECT_EQ(slow.most, 1);
}

TEST_F(DeliveryTest, AHungAgentHoldsUpNeitherAStopNorTheAnswerOfAStart) {
  stop();
  assign(ann, add(ann, "WORD", R"({"WORD":"v"})"));
  std::promise<void> go;
  auto waits = go.get_future().share();
  daemon.answer_with([waits](const test::FileDaemon::Asked&) {
    waits.wait_for(std::chrono::seconds(8));
    return http::Response::json_text("{}");
  });
  const auto began = steady_now();
  const auto result = start();
  EXPECT_EQ(result.at("status"), "unknown");
  EXPECT_LT(steady_now() - began, std::chrono::seconds(6));
  stop();
  go.set_value();
  says_success();
}

}  // namespace
}  // namespace trinity::credentials
