#include "outbound/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "unit/http/harness.h"

namespace trinity::outbound {
namespace {

using namespace std::chrono_literals;
using http::RawSocket;
using http::ScriptedServer;

struct OutboundClientTest : testing::Test {
  asio::io_context io{1};
  BackgroundCall job{"test"};
  Client client;

  static Request to(const ScriptedServer& server, const std::string& path = "/") {
    Request request;
    request.url = fmt::format("http://127.0.0.1:{}{}", server.port(), path);
    return request;
  }
  std::expected<Answer, Fault> send(Request request) {
    return http::run(io, client.send(job.call(), std::move(request)));
  }
};

TEST_F(OutboundClientTest, SendsWhatIsAskedAndReadsTheAnswer) {
  std::string seen;
  std::expected<Answer, Fault> answer;
  {
    ScriptedServer server([&](RawSocket& socket, int) {
      seen = socket.read_until("\r\n\r\n");
      seen += socket.read_exactly(5);
      socket.send("HTTP/1.1 201 Created\r\nX-Scopes:  a, b \r\nContent-Length: 4\r\n\r\nmade");
    });
    auto request = to(server, "/v1/things?x=1");
    request.method = http::Method::post;
    request.headers.add("Authorization", "Bearer secret");
    request.headers.add("X-Empty", "");
    request.body = "a=b&c";
    answer = send(std::move(request));
  }
  ASSERT_TRUE(answer) << answer.error().reason;
  EXPECT_EQ(answer->status, 201U);
  EXPECT_EQ(answer->body, "made");
  EXPECT_EQ(answer->headers.find("x-scopes"), "a, b");
  EXPECT_TRUE(seen.starts_with("POST /v1/things?x=1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Authorization: Bearer secret\r\n"), std::string::npos);
  EXPECT_NE(seen.find("X-Empty:"), std::string::npos);
  EXPECT_EQ(seen.find("Expect:"), std::string::npos);
  EXPECT_EQ(seen.find("Content-Type:"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\na=b&c")) << seen;
}

TEST_F(OutboundClientTest, ARedirectIsAnAnswer) {
  std::atomic<int> connections{0};
  std::expected<Answer, Fault> answer;
  {
    ScriptedServer server([&](RawSocket& socket, int) {
      ++connections;
      socket.read_until("\r\n\r\n");
      socket.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    });
    answer = send(to(server));
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302U);
  EXPECT_EQ(connections, 1);
}

TEST_F(OutboundClientTest, AServerThatHangsEndsAtTheLimit) {
  ScriptedServer server([&](RawSocket& socket, int) { socket.read_all(); });
  auto request = to(server);
  request.limit = 300ms;
  const auto began = std::chrono::steady_clock::now();
  const auto answer = send(std::move(request));
  const auto took = std::chrono::steady_clock::now() - began;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::timeout);
  EXPECT_GE(took, 290ms);
  EXPECT_LT(took, 3s);
}

TEST_F(OutboundClientTest, ABodyThatGrowsWithoutEndIsCutOff) {
  std::size_t sent = 0;
  std::expected<Answer, Fault> answer;
  {
    ScriptedServer server([&](RawSocket& socket, int) {
      socket.read_until("\r\n\r\n");
      socket.send("HTTP/1.1 200 OK\r\n\r\n");
      const std::string piece(65'536, 'x');
      while (sent < (256U << 20U) && socket.send(piece)) sent += piece.size();
    });
    auto request = to(server);
    request.most_bytes = 100'000;
    answer = send(std::move(request));
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::too_large);
  EXPECT_LT(sent, 256U << 20U);
}

TEST_F(OutboundClientTest, NobodyAtThatPort) {
  std::uint16_t port = 0;
  {
    const ScriptedServer server([](RawSocket&, int) {});
    port = server.port();
  }
  Request request;
  request.url = fmt::format("http://127.0.0.1:{}/", port);
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::unreachable);
  EXPECT_FALSE(answer.error().reason.empty());
}

TEST_F(OutboundClientTest, OnlyWebAddressesAreTaken) {
  for (const auto* url : {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "127.0.0.1:80", "http://a b/", "",
                          "http://user:hunter2@127.0.0.1/"}) {
    Request request;
    request.url = url;
    const auto answer = send(std::move(request));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().trouble, Trouble::bad_url) << url;
    EXPECT_EQ(answer.error().reason.find("hunter2"), std::string::npos);
  }
}

TEST_F(OutboundClientTest, NothingIsSmuggledIntoTheHead) {
  Request request;
  request.url = "http://127.0.0.1:1/";
  request.headers.add("Authorization", "Bearer x\r\nX-More: y");
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::bad_url);
}

TEST_F(OutboundClientTest, ABrokenAnswerIsAFault) {
  ScriptedServer server([&](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
  });
  const auto answer = send(to(server));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::unreachable);
}

TEST_F(OutboundClientTest, WaitingIsBounded) {
  std::atomic<bool> open{true};
  ScriptedServer server([&](RawSocket& socket, int) {
    while (open) std::this_thread::sleep_for(5ms);
    (void)socket;
  });
  std::vector<std::future<std::expected<Answer, Fault>>> all;
  for (int i = 0; i < 100; ++i) {
    auto request = to(server);
    request.limit = 500ms;
    all.push_back(asio::co_spawn(io, client.send(job.call(), std::move(request)), asio::use_future));
  }
  const auto began = std::chrono::steady_clock::now();
  io.run();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  open = false;
  int refused = 0;
  int late = 0;
  for (auto& one : all) {
    try {
      const auto answer = one.get();
      late += !answer && answer.error().trouble == Trouble::timeout ? 1 : 0;
    } catch (const Unavailable&) {
      ++refused;
    }
  }
  EXPECT_GE(refused, 100 - 64 - 4);
  EXPECT_EQ(late + refused, 100);
}

TEST_F(OutboundClientTest, StoppingEndsWhatIsUnderWay) {
  ScriptedServer server([&](RawSocket& socket, int) { socket.read_all(); });
  auto waiting = asio::co_spawn(io, client.send(job.call(), to(server)), asio::use_future);
  std::thread stopper([this] {
    std::this_thread::sleep_for(100ms);
    client.stop();
  });
  const auto began = std::chrono::steady_clock::now();
  io.run();
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
  EXPECT_FALSE(waiting.get());
  io.restart();
  EXPECT_FALSE(send(to(server)));
}

}  // namespace
}  // namespace trinity::outbound
