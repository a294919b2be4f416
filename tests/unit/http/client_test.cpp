#include "http/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <filesystem>

#include "base/clock.h"
#include "base/ids.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

ClientRequest get(std::string target = "/") {
  ClientRequest request;
  request.target = std::move(target);
  return request;
}

ClientFault fault_of(std::function<void()> call) {
  try {
    call();
  } catch (const ClientError& e) {
    return e.fault();
  }
  ADD_FAILURE() << "no ClientError";
  return ClientFault::malformed;
}

struct ClientTest : testing::Test {
  asio::io_context io{1};
  Client client_to(const ScriptedServer& server) { return Client({"", "127.0.0.1", server.port()}, {&io}); }
};

TEST_F(ClientTest, SendsAWholeRequestAndKeepsTheConnection) {
  std::vector<std::string> seen;
  std::atomic<int> connections{0};
  {
    ScriptedServer server([&](RawSocket& socket, int) {
      ++connections;
      for (int i = 0; i < 2; ++i) {
        auto text = socket.read_until("\r\n\r\n");
        if (text.find("Content-Length: 4") != std::string::npos) text += socket.read_exactly(4);
        seen.push_back(text);
        socket.send(ok);
      }
    });
    auto client = client_to(server);
    ClientRequest post;
    post.method = Method::post;
    post.target = "/v1/x?y=z";
    post.headers.add("Content-Type", "text/plain");
    post.body = "body";
    const auto first = run(io, client.request(post, 5s));
    EXPECT_EQ(first.status, 200U);
    EXPECT_EQ(first.body, "ok");
    EXPECT_EQ(first.headers.find("content-length"), "2");
    EXPECT_EQ(run(io, client.request(get(), 5s)).body, "ok");
  }
  EXPECT_EQ(connections, 1);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen[0].starts_with("POST /v1/x?y=z HTTP/1.1\r\nHost: 127.0.0.1:")) << seen[0];
  EXPECT_NE(seen[0].find("Content-Type: text/plain\r\n"), std::string::npos);
  EXPECT_TRUE(seen[0].ends_with("\r\n\r\nbody"));
  EXPECT_EQ(seen[1].find("Content-Length"), std::string::npos);
}

TEST_F(ClientTest, SpeaksOverAUnixSocket) {
  const auto path = std::filesystem::temp_directory_path() / ("http-test-" + random_hex(6));
  {
    ScriptedServer server(path, [](RawSocket& socket, int) {
      socket.read_until("\r\n\r\n");
      socket.send(ok);
    });
    Client client({path, "", 0}, {&io});
    EXPECT_EQ(run(io, client.request(get(), 5s)).body, "ok");
  }
  std::filesystem::remove(path);
  Client client({path, "", 0}, {&io});
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s)); }), ClientFault::refused);
}

TEST_F(ClientTest, NobodyListens) {
  std::uint16_t port = 0;
  {
    const ScriptedServer server([](RawSocket&, int) {});
    port = server.port();
  }
  Client client({"", "127.0.0.1", port}, {&io});
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s)); }), ClientFault::refused);
  Client nameless({"", "localhost", port}, {&io});
  EXPECT_EQ(fault_of([&] { run(io, nameless.request(get(), 5s)); }), ClientFault::refused);
}

TEST_F(ClientTest, LimitExpires) {
  ScriptedServer server([](RawSocket& socket, int) { socket.read_all(); });
  auto client = client_to(server);
  const auto start = steady_now();
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 100ms)); }), ClientFault::timeout);
  EXPECT_LT(steady_now() - start, 5s);
}

TEST_F(ClientTest, TooLargeByLengthAndByChunks) {
  ScriptedServer server([](RawSocket& socket, int number) {
    socket.read_until("\r\n\r\n");
    socket.send(number == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
                            : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + std::string(32, 'x') +
                                  "\r\n0\r\n\r\n");
  });
  auto client = client_to(server);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s, 10)); }), ClientFault::too_large);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s, 10)); }), ClientFault::too_large);
}

TEST_F(ClientTest, HugeHeadIsTooLarge) {
  ScriptedServer server([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 3000; ++i) {
      if (!socket.send("X-Field: " + std::string(40, 'x') + "\r\n")) return;
    }
  });
  auto client = client_to(server);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s)); }), ClientFault::too_large);
}

TEST_F(ClientTest, GarbageIsMalformedAndACutAnswerIsClosed) {
  ScriptedServer server([](RawSocket& socket, int number) {
    socket.read_until("\r\n\r\n");
    socket.send(number == 0 ? "this is not HTTP at all\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok");
  });
  auto client = client_to(server);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s)); }), ClientFault::malformed);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get(), 5s)); }), ClientFault::closed);
}

/// The server answers once per connection and closes only when the next request has come: the client cannot see
/// beforehand that the connection is stale.
void close_on_second(RawSocket& socket, int) {
  socket.read_until("\r\n\r\n");
  socket.send(ok);
  socket.read_until("\r\n\r\n");
}

TEST_F(ClientTest, SafeRequestOnAStaleConnectionIsRepeated) {
  ScriptedServer server(close_on_second);
  auto client = client_to(server);
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "ok");
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "ok");
}

TEST_F(ClientTest, UnsafeRequestIsNot) {
  ScriptedServer server(close_on_second);
  auto client = client_to(server);
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "ok");
  auto post = get();
  post.method = Method::post;
  EXPECT_EQ(fault_of([&] { run(io, client.request(post, 5s)); }), ClientFault::closed);
}

TEST_F(ClientTest, AConnectionThatThePeerClosedIsNotTriedAgain) {
  ScriptedServer server([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send(ok);
  });
  auto client = client_to(server);
  auto post = get();
  post.method = Method::post;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(run(io, client.request(post, 5s)).body, "ok");
    std::this_thread::sleep_for(20ms);  // lets the peer's close arrive; nothing to wait for from here
  }
}

TEST_F(ClientTest, BodiesWithoutLength) {
  ScriptedServer server([](RawSocket& socket, int number) {
    socket.read_until("\r\n\r\n");
    const char* answers[] = {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nuntil the end",
                             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                             "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"};
    socket.send(answers[number]);
  });
  auto client = Client({"", "127.0.0.1", server.port()}, {&io}, 0);
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "");
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "until the end");
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "x");
  auto head = get();
  head.method = Method::head;
  EXPECT_EQ(run(io, client.request(head, 5s)).headers.find("Content-Length"), "500");
}

TEST_F(ClientTest, RefusesToSmuggle) {
  ScriptedServer server([](RawSocket&, int) {});
  auto client = client_to(server);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get("/a b"), 5s)); }), ClientFault::malformed);
  EXPECT_EQ(fault_of([&] { run(io, client.request(get("/a\r\nX: y"), 5s)); }), ClientFault::malformed);
  auto request = get();
  request.headers.add("X", "a\r\nY: b");
  EXPECT_EQ(fault_of([&] { run(io, client.request(request, 5s)); }), ClientFault::malformed);
}

TEST_F(ClientTest, StreamsChunksAsTheyCome) {
  std::atomic<bool> first_seen{false};
  ScriptedServer server([&](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5");
    while (!first_seen) std::this_thread::yield();
    socket.send("\r\nworld\r\n0\r\n\r\n");
    socket.read_until("\r\n\r\n");
    socket.send(ok);
  });
  auto client = client_to(server);
  auto stream = run(io, client.open(get(), 5s));
  EXPECT_EQ(stream->head().status, 200U);
  EXPECT_EQ(run(io, stream->read(5s)), "hello");
  EXPECT_EQ(fault_of([&] { run(io, stream->read(50ms)); }), ClientFault::timeout);
  first_seen = true;
  std::string rest;
  for (auto piece = run(io, stream->read(5s)); !piece.empty(); piece = run(io, stream->read(5s))) rest += piece;
  EXPECT_EQ(rest, "world");
  EXPECT_EQ(run(io, stream->read(5s)), "");
  EXPECT_EQ(run(io, client.request(get(), 5s)).body, "ok");  // on the same connection: the server serves one
}

TEST_F(ClientTest, UpgradeGivesRawBytesBothWays) {
  ScriptedServer server([](RawSocket& socket, int) {
    const auto head = socket.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Upgrade: tcp\r\n"), std::string::npos);
    EXPECT_EQ(head.find("keep-alive"), std::string::npos);
    socket.send("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly");
    EXPECT_EQ(socket.read_exactly(4), "ping");
    socket.send("pong");
  });
  auto client = client_to(server);
  auto request = get();
  request.method = Method::post;
  request.headers.add("Connection", "Upgrade");
  request.headers.add("Upgrade", "tcp");
  auto stream = run(io, client.open(request, 5s));
  EXPECT_EQ(stream->head().status, 101U);
  EXPECT_EQ(run(io, stream->read(5s)), "early");
  run(io, stream->write("ping", 5s));
  EXPECT_EQ(run(io, stream->read(5s)), "pong");
  EXPECT_EQ(run(io, stream->read(5s)), "");
}

TEST_F(ClientTest, CancelEndsAPendingRead) {
  ScriptedServer server([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    socket.read_all();
  });
  auto client = client_to(server);
  auto stream = run(io, client.open(get(), 5s));
  asio::steady_timer timer(io, 30ms);
  timer.async_wait([&](auto) { stream->cancel(); });
  EXPECT_EQ(fault_of([&] { run(io, stream->read(30s)); }), ClientFault::closed);
}

TEST_F(ClientTest, AForeignContextIsAMistakeOfTheProgram) {
  Client client({"", "127.0.0.1", 1}, {});
  EXPECT_THROW(run(io, client.request(get(), 1s)), std::logic_error);
}

}  // namespace
}  // namespace trinity::http
