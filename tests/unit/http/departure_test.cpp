#include "http/departure.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "http/server.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

using namespace std::chrono_literals;

struct Seen {
  std::atomic<int> waiting{0};
  std::atomic<int> gone{0};
  std::atomic<bool> answer{false};
};

/// Answers when the test says so, or when the client has gone.
Task<Response> wait(Seen* seen, Request request) {
  bool left = false;
  const Departure watch(request, [&] {
    left = true;
    ++seen->gone;
  });
  ++seen->waiting;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!left && !seen->answer) {
    timer.expires_after(1ms);
    co_await timer.async_wait(use_awaitable);
  }
  --seen->waiting;
  co_return Response::json_text("\"" + request.body + "\"");
}

class DepartureTest : public testing::Test {
 protected:
  DepartureTest() {
    auto handler = [this](Request request) { return wait(&seen, std::move(request)); };
    router.add({{Method::post, "/wait", Access::anyone, handler}});
    ServerOptions options;
    options.port = 0;
    server = std::make_unique<Server>(threads, router, Authenticator{}, Fallback{}, options);
    server->listen();
    threads.start();
  }
  ~DepartureTest() override {
    seen.answer = true;
    server->drain(5s);
    threads.stop();
    threads.join();
  }
  static std::string request(std::string_view body) {
    return "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }
  template <class F>
  static bool eventually(F condition) {
    const auto until = steady_now() + 10s;
    while (!condition()) {
      if (steady_now() > until) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

  Seen seen;
  IoThreads threads{1};
  Router router;
  std::unique_ptr<Server> server;
};

TEST_F(DepartureTest, AClientThatGoesIsNoticed) {
  {
    const RawSocket socket(server->port());
    socket.send(request("a"));
    ASSERT_TRUE(eventually([&] { return seen.waiting == 1; }));
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(seen.gone, 0);
  }
  EXPECT_TRUE(eventually([&] { return seen.gone == 1 && seen.waiting == 0; }));
}

TEST_F(DepartureTest, OneThatStaysGetsItsAnswersOnTheSameConnection) {
  RawSocket socket(server->port());
  for (const auto* body : {"one", "two", "three"}) {
    seen.answer = false;
    socket.send(request(body));
    ASSERT_TRUE(eventually([&] { return seen.waiting == 1; }));
    seen.answer = true;
    EXPECT_NE(socket.read_until("\"" + std::string(body) + "\"").find("200 OK"), std::string::npos);
  }
  EXPECT_EQ(seen.gone, 0);
}

TEST_F(DepartureTest, TheNextRequestIsNoDeparture) {
  RawSocket socket(server->port());
  socket.send(request("one") + request("two"));
  ASSERT_TRUE(eventually([&] { return seen.waiting == 1; }));
  std::this_thread::sleep_for(20ms);
  seen.answer = true;
  EXPECT_NE(socket.read_until("\"two\"").find("\"one\""), std::string::npos);
  EXPECT_EQ(seen.gone, 0);
}

TEST_F(DepartureTest, WhoWatchesNothingIsNotHarmed) {
  Request request{Call{nullptr, nullptr}};
  const Departure watch(request, [] { FAIL(); });
}

}  // namespace
}  // namespace trinity::http
