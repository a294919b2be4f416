#include "http/websocket_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>

#include "base/errors.h"
#include "base/spawn.h"
#include "http/server.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

using namespace std::chrono_literals;
using Dialled = std::expected<std::shared_ptr<WebSocket>, DialFault>;

Task<> echo(std::shared_ptr<WebSocket> socket, Request request) {
  auto hello = std::make_shared<const std::string>("hello " + request.query.get("name"));
  co_await socket->write(hello);
  for (;;) {
    auto message = co_await socket->read();
    if (!message || message->data == "end") co_return;
    auto answer = std::make_shared<const std::string>(std::move(message->data));
    co_await socket->write(answer);
  }
}

Task<std::shared_ptr<const Caller>> check(Access, std::string authorization, Call) {
  if (authorization != "Bearer good") throw Unauthorized("no");
  co_return std::make_shared<Caller>();
}

Task<std::string> next(std::shared_ptr<WebSocket> socket) {
  const auto message = co_await socket->read();
  co_return message ? message->data : std::string("(gone)");
}
Task<bool> say(std::shared_ptr<WebSocket> socket, std::string text) {
  auto frame = std::make_shared<const std::string>(std::move(text));
  co_return co_await socket->write(frame);
}

struct WebSocketClientTest : testing::Test {
  IoThreads threads{1};
  Router router;
  std::unique_ptr<Server> server;
  asio::io_context io{1};

  WebSocketClientTest() {
    router.add({{Method::get, "/echo", Access::user, nullptr, echo}});
    ServerOptions options;
    options.port = 0;
    options.websocket.max_message = 1024 * 1024;
    server = std::make_unique<Server>(threads, router, check, nullptr, options);
    server->listen();
    threads.start();
  }
  ~WebSocketClientTest() override {
    server->drain(5s);
    threads.stop();
    threads.join();
  }
  Dial to_server() {
    Dial dial;
    dial.endpoint = {{}, "127.0.0.1", server->port()};
    dial.target = "/echo?name=bob";
    dial.headers.add("Authorization", "Bearer good");
    dial.socket.max_message = 1024 * 1024;
    return dial;
  }
  Dialled open(Dial dial) { return run(io, dial_websocket(std::move(dial))); }
};

TEST_F(WebSocketClientTest, TalksWithAServer) {
  const auto opened = open(to_server());
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(run(io, next(*opened)), "hello bob");
  for (const std::size_t size : {1U, 200U, 100'000U}) {
    EXPECT_TRUE(run(io, say(*opened, std::string(size, 'x'))));
    EXPECT_EQ(run(io, next(*opened)).size(), size);
  }
  EXPECT_TRUE(run(io, say(*opened, "end")));
  EXPECT_EQ(run(io, next(*opened)), "(gone)");
}

TEST_F(WebSocketClientTest, TellsWhyThereIsNoSocket) {
  auto dial = to_server();
  dial.headers.set("Authorization", "Bearer bad");
  const auto refused = open(dial);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, ClientFault::refused);
  EXPECT_EQ(refused.error().status, 401U);
  EXPECT_EQ(refused.error().text.find("bad"), std::string::npos);

  dial = to_server();
  dial.endpoint.port = 1;
  EXPECT_EQ(open(dial).error().fault, ClientFault::refused);
  dial.endpoint.address = "nowhere.example";
  EXPECT_EQ(open(dial).error().fault, ClientFault::refused);

  dial = to_server();
  dial.headers.add("X-Bad", "a\r\nX-Other: b");
  EXPECT_EQ(open(dial).error().fault, ClientFault::malformed);
  dial = to_server();
  dial.target = "/echo HTTP/1.1\r\nX-Other: b";
  EXPECT_EQ(open(dial).error().fault, ClientFault::malformed);
}

TEST_F(WebSocketClientTest, APeerThatSpeaksOtherwiseIsNoFaultOfOurs) {
  for (const std::string answer : {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n\r\n",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"}) {
    ScriptedServer peer([&](RawSocket& socket, int) {
      socket.read_until("\r\n\r\n");
      socket.send(answer);
    });
    auto dial = to_server();
    dial.endpoint.port = peer.port();
    EXPECT_FALSE(open(dial)) << answer;
  }
}

TEST_F(WebSocketClientTest, ASilentPeerIsGivenUp) {
  std::atomic<bool> over{false};
  ScriptedServer peer([&](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    while (!over) std::this_thread::sleep_for(1ms);
  });
  auto dial = to_server();
  dial.endpoint.port = peer.port();
  dial.within = 100ms;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(open(dial).error().fault, ClientFault::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  over = true;
}

TEST_F(WebSocketClientTest, FramesBeyondTheBoundEndTheSocket) {
  auto dial = to_server();
  dial.socket.max_message = 1000;
  const auto opened = open(dial);
  ASSERT_TRUE(opened);
  EXPECT_EQ(run(io, next(*opened)), "hello bob");
  EXPECT_TRUE(run(io, say(*opened, std::string(1001, 'x'))));
  EXPECT_EQ(run(io, next(*opened)), "(gone)");
}

Task<> abort_soon(std::shared_ptr<WebSocket> socket) {
  asio::steady_timer pause(socket->executor(), 20ms);
  co_await pause.async_wait(use_awaitable);
  socket->abort();
}

TEST_F(WebSocketClientTest, AbortingEndsAReadAtOnce) {
  const auto opened = open(to_server());
  ASSERT_TRUE(opened);
  run(io, next(*opened));
  spawn("abort", io.get_executor(), abort_soon(*opened));
  EXPECT_EQ(run(io, next(*opened)), "(gone)");
  EXPECT_FALSE(run(io, say(*opened, "x")));
}

TEST_F(WebSocketClientTest, AServerThatStopsSaysGoodbye) {
  const auto opened = open(to_server());
  ASSERT_TRUE(opened);
  run(io, next(*opened));
  std::thread stop([&] { server->drain(2s); });
  EXPECT_EQ(run(io, next(*opened)), "(gone)");
  stop.join();
}

}  // namespace
}  // namespace trinity::http
