#include "agentd/results.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "base/errors.h"
#include "unit/agentd/agent_fixture.h"

namespace trinity::agentd {
namespace {

using namespace std::chrono_literals;

Task<bool> done(Task<> work) {
  co_await std::move(work);
  co_return true;
}

struct ResultsTest : testing::Test {
  TempFolder home;
  asio::io_context context{1};
  BlockingPool pool{1};
  Results::Limits limits{3, 1000, 4};
  std::unique_ptr<Results> results = made();

  std::unique_ptr<Results> made() {
    return std::make_unique<Results>(context.get_executor(), pool, home.path() / "results", limits);
  }
  void keep(const std::string& id, unsigned status, std::string body) {
    auto pending = results->begin(id);
    const auto shared = std::make_shared<const std::string>(std::move(body));
    run_on(context, done(results->keep(std::move(pending), status, shared)));
  }
  std::optional<Results::Found> find(const std::string& id, std::chrono::seconds wait = 0s) {
    return run_on(context, results->find(id, wait));
  }
};

TEST_F(ResultsTest, KeepsWhatWasAnswered) {
  EXPECT_FALSE(find("a"));
  keep("a", 200, R"({"response":"x"})");
  keep("..", 504, "late");
  EXPECT_EQ(find("a")->body, R"({"response":"x"})");
  EXPECT_EQ(find("a")->status, 200U);
  EXPECT_FALSE(find("a")->running);
  EXPECT_EQ(find("..")->status, 504U) << "an id never leads elsewhere";
}

TEST_F(ResultsTest, ARunThatGoesOnIsToldAndWaitedFor) {
  auto pending = std::make_unique<Results::Pending>(results->begin("a"));
  EXPECT_THROW((void)results->begin("a"), Conflict);
  EXPECT_TRUE(find("a")->running);
  EXPECT_TRUE(find("a", 1s)->running) << "the wait is over before the run";
  asio::steady_timer timer(context, 20ms);
  timer.async_wait([&](const boost::system::error_code&) {
    spawn("end", context.get_executor(),
          results->keep(std::move(*pending), 200, std::make_shared<const std::string>("done")));
  });
  const auto began = steady_now();
  EXPECT_EQ(find("a", 30s)->body, "done");
  EXPECT_LT(steady_now() - began, 10s);
}

TEST_F(ResultsTest, ARunWithoutAnswerIsForgotten) {
  {
    const auto pending = results->begin("a");
  }
  EXPECT_FALSE(find("a"));
}

TEST_F(ResultsTest, TheOldestGoFirst) {
  for (const auto* id : {"a", "b", "c", "d"}) keep(id, 200, "x");
  EXPECT_FALSE(find("a"));
  EXPECT_TRUE(find("b"));
  keep("e", 200, std::string(999, 'x'));
  EXPECT_FALSE(find("c"));
  EXPECT_TRUE(find("d")) << "a thousand bytes fit";
  keep("f", 200, std::string(2'000, 'x'));
  EXPECT_FALSE(find("f")) << "larger than all of them together may be";
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(home.path() / "results")) files += file.exists() ? 1 : 0;
  EXPECT_LE(files, 3U);
}

TEST_F(ResultsTest, AnotherLifeKnowsThem) {
  keep("a", 200, "first");
  keep("a", 500, "second");
  home.write("results/odd", "x");
  home.write("results/run-99-b", "x");
  results = made();
  EXPECT_FALSE(find("a"));
  run_on(context, done(results->restore()));
  EXPECT_EQ(find("a")->status, 500U);
  EXPECT_EQ(find("a")->body, "second");
  EXPECT_FALSE(find("b"));
}

/// What a task prints; `slow` takes a while.
struct ResultRoute : AgentTest {
  ResultRoute() {
    use_command("[sh, -c, 'read w; case $w in slow*) sleep 0.3;; long*) sleep 60;; esac; echo said $w']");
  }
  http::ClientResponse result(const std::string& id, const std::string& query = "") {
    return get("/api/executions/" + id + "/result" + query);
  }
  std::size_t running() { return json_of(get("/api/executions/running")).at("executions").as_array().size(); }
};

TEST_F(ResultRoute, AnswersWhatTheRequestWasAnswered) {
  start();
  EXPECT_EQ(result("none").status, 404U);
  EXPECT_EQ(result("none", "?wait=61").status, 422U);
  EXPECT_EQ(result("none", "?wait=x").status, 422U);
  const auto answered = call(http::Method::post, "/api/task", R"({"message":"hi","execution_id":"one"})");
  ASSERT_EQ(answered.status, 200U);
  ASSERT_TRUE(comes_true([&] { return result("one").status == 200; }));
  EXPECT_EQ(result("one").body, answered.body);
  const auto chatted = chat(R"({"message":"hi","execution_id":"two"})");
  EXPECT_EQ(chatted.status, 200U);
  ASSERT_TRUE(comes_true([&] { return result("two").status == 200; }));
  EXPECT_EQ(result("two").body, chatted.body);
}

TEST_F(ResultRoute, ARunIsWaitedForAfterItsCallerHasGone) {
  start();
  const auto pending = begin("/api/task", R"({"message":"slow","execution_id":"one"})");
  ASSERT_TRUE(comes_true([&] { return running() == 1; }));
  EXPECT_EQ(result("one").status, 202U);
  const auto waited = result("one", "?wait=20");
  EXPECT_EQ(waited.status, 200U);
  EXPECT_NE(waited.body.find("said slow"), std::string::npos);
  EXPECT_EQ(await(pending).body, waited.body);
}

TEST_F(ResultRoute, AFailureIsKeptToo) {
  start();
  const auto refused =
      call(http::Method::post, "/api/task", R"({"message":"long","timeout_seconds":1,"execution_id":"one"})");
  EXPECT_EQ(refused.status, 504U);
  ASSERT_TRUE(comes_true([&] { return result("one").status == 504; }));
  EXPECT_EQ(result("one").body, refused.body);
}

/// A caller that says what it wants and closes.
void ask_and_go(std::uint16_t port, const std::string& body, const std::function<void()>& meanwhile) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  const auto text = "POST /api/task HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + std::string(kSecret) +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  asio::write(socket, asio::buffer(text));
  meanwhile();
}

TEST_F(ResultRoute, ACallerWithoutIdThatGoesEndsItsRun) {
  start();
  const auto runs = [&] { ASSERT_TRUE(comes_true([&] { return running() == 1; })); };
  ask_and_go(agent_->port(), R"({"message":"long"})", runs);
  EXPECT_TRUE(comes_true([&] { return running() == 0; }));
  ask_and_go(agent_->port(), R"({"message":"slow","execution_id":"one"})", runs);
  EXPECT_EQ(result("one", "?wait=20").status, 200U) << "this one can be asked for";
}

}  // namespace
}  // namespace trinity::agentd
