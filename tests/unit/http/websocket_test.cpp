#include "http/websocket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/errors.h"
#include "base/spawn.h"
#include "http/server.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

using namespace std::chrono_literals;

/// A frame as a client sends it: final, masked with zeros.
std::string frame(int opcode, std::string_view payload) {
  std::string made;
  made.push_back(static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    made.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    const bool wide = payload.size() > 0xffff;
    made.push_back(static_cast<char>(0x80 | (wide ? 127 : 126)));
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8)
      made.push_back(static_cast<char>((payload.size() >> shift) & 0xff));
  }
  made.append(4, '\0');
  made.append(payload);
  return made;
}

struct Frame {
  int opcode = -1;  ///< -1: the connection ended
  std::string payload;
};

Frame read_frame(RawSocket& socket) {
  const auto head = socket.read_exactly(2);
  if (head.size() < 2) return {};
  std::size_t size = static_cast<unsigned char>(head[1]) & 0x7f;
  const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (wide > 0) size = 0;
  for (const char c : socket.read_exactly(wide)) size = size << 8 | static_cast<unsigned char>(c);
  return {head[0] & 0x0f, socket.read_exactly(size)};
}

int close_code(const Frame& closing) {
  if (closing.opcode != 8 || closing.payload.size() < 2) return 0;
  return static_cast<unsigned char>(closing.payload[0]) << 8 | static_cast<unsigned char>(closing.payload[1]);
}

constexpr std::string_view handshake =
    "Host: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

Task<> echo(std::shared_ptr<WebSocket> socket, Request request) {
  auto hello = std::make_shared<const std::string>("hello " + request.params.get("name") + request.path);
  co_await socket->write(hello);
  for (;;) {
    auto message = co_await socket->read();
    if (!message) co_return;
    if (message->data == "end") co_return;
    if (message->data == "throw") throw std::runtime_error("inside");
    auto answer = std::make_shared<const std::string>((message->text ? "text " : "binary ") + message->data);
    co_await socket->write(answer);
  }
}

/// Writes from a coroutine of its own while the handler waits in read().
Task<> write_many(std::shared_ptr<WebSocket> socket) {
  for (int i = 0; i < 100; ++i) {
    auto text = std::make_shared<const std::string>(std::to_string(i));
    const bool written = co_await socket->write(text);
    if (!written) co_return;
  }
}

Task<> talk_both_ways(std::shared_ptr<WebSocket> socket, Request) {
  spawn("writer", socket->executor(), write_many(socket));
  for (;;) {
    const auto message = co_await socket->read();
    if (!message) co_return;
  }
}

Task<std::shared_ptr<const Caller>> check(Access, std::string authorization, Call) {
  if (authorization != "Bearer good") throw Unauthorized("no");
  co_return std::make_shared<Caller>();
}

struct WebSocketTest : testing::Test {
  IoThreads threads{2};
  Router router;
  std::unique_ptr<Server> server;
  ServerOptions options;

  WebSocketTest() {
    options.port = 0;
    router.add({{Method::get, "/ws/{name}", Access::anyone, nullptr, echo},
                {Method::get, "/private", Access::user, nullptr, echo},
                {Method::get, "/both", Access::anyone, nullptr, talk_both_ways}});
  }
  void start() {
    server = std::make_unique<Server>(threads, router, check, nullptr, options);
    server->listen();
    threads.start();
  }
  ~WebSocketTest() override {
    if (server) server->drain(5s);
    threads.stop();
    threads.join();
  }
  RawSocket connect() { return RawSocket(server->port()); }
  /// A socket that has shaken hands and read the greeting.
  std::string shake(RawSocket& socket, const std::string& path = "/ws/bob") {
    socket.send("GET " + path + " HTTP/1.1\r\n" + std::string(handshake) + "\r\n");
    return socket.read_until("\r\n\r\n");
  }
};

TEST_F(WebSocketTest, ShakesHandsAndEchoes) {
  start();
  auto socket = connect();
  const auto answer = shake(socket);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(answer.find("X-Request-Id: "), std::string::npos);
  EXPECT_EQ(read_frame(socket).payload, "hello bob/ws/bob");
  socket.send(frame(1, "a") + frame(2, "b"));
  EXPECT_EQ(read_frame(socket).payload, "text a");
  EXPECT_EQ(read_frame(socket).payload, "binary b");
}

TEST_F(WebSocketTest, AnswersPingAndClose) {
  start();
  auto socket = connect();
  shake(socket);
  read_frame(socket);
  socket.send(frame(9, "p"));
  const auto pong = read_frame(socket);
  EXPECT_EQ(pong.opcode, 10);
  EXPECT_EQ(pong.payload, "p");
  socket.send(frame(8, "\x03\xe8"));
  EXPECT_EQ(close_code(read_frame(socket)), 1000);
  EXPECT_TRUE(socket.ended());
}

TEST_F(WebSocketTest, AReturningHandlerCloses) {
  start();
  for (const auto& [word, code] : {std::pair("end", 1000), std::pair("throw", 1011)}) {
    auto socket = connect();
    shake(socket);
    read_frame(socket);
    socket.send(frame(1, word));
    EXPECT_EQ(close_code(read_frame(socket)), code);
    EXPECT_TRUE(socket.ended());  // also without our close frame, after a moment
  }
}

TEST_F(WebSocketTest, BigMessagesCloseWith1009) {
  options.websocket.max_message = 1000;
  start();
  auto socket = connect();
  shake(socket);
  read_frame(socket);
  socket.send(frame(1, std::string(1000, 'x')));
  EXPECT_EQ(read_frame(socket).payload.size(), 1005U);
  socket.send(frame(1, std::string(1001, 'x')));
  EXPECT_EQ(close_code(read_frame(socket)), 1009);
}

TEST_F(WebSocketTest, BrokenFramesEndOnlyTheirSocket) {
  start();
  for (const std::string& garbage : {std::string("\xff\xff\xff\xff\xff\xff\xff\xff"), std::string("\x81\x01x", 3),
                                     frame(1, "\xff\xfe"), frame(3, "x"), std::string(500, '\0')}) {
    auto socket = connect();
    shake(socket);
    read_frame(socket);
    socket.send(garbage);
    socket.stop_sending();
    const auto got = read_frame(socket);
    EXPECT_TRUE(got.opcode == 8 || got.opcode == -1);
  }
  auto socket = connect();
  EXPECT_TRUE(shake(socket).starts_with("HTTP/1.1 101 "));
}

TEST_F(WebSocketTest, PingsAndKeepsWhoAnswers) {
  options.websocket.ping_every = 1s;
  options.websocket.pong_within = 1s;
  start();
  auto socket = connect();
  shake(socket);
  read_frame(socket);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(read_frame(socket).opcode, 9);
    socket.send(frame(10, ""));
  }
  socket.send(frame(1, "still here"));
  EXPECT_EQ(read_frame(socket).payload, "text still here");
}

TEST_F(WebSocketTest, DropsWhoDoesNotAnswerPings) {
  options.websocket.ping_every = 1s;
  options.websocket.pong_within = 1s;
  start();
  auto socket = connect();
  shake(socket);
  read_frame(socket);
  int pings = 0;
  while (read_frame(socket).opcode == 9) ++pings;
  EXPECT_GE(pings, 1);
  EXPECT_LE(pings, 2);
}

TEST_F(WebSocketTest, AnotherPingGivesNoMoreTimeToAnswer) {
  options.websocket.ping_every = 1s;
  options.websocket.pong_within = 3s;
  start();
  auto socket = connect();
  shake(socket);
  read_frame(socket);
  int pings = 0;
  while (pings < 8 && read_frame(socket).opcode == 9) ++pings;
  EXPECT_LT(pings, 8);
}

TEST_F(WebSocketTest, SignInComesBeforeTheHandshake) {
  start();
  auto socket = connect();
  EXPECT_TRUE(shake(socket, "/private").starts_with("HTTP/1.1 401 "));
  auto fine = connect();
  fine.send("GET /private HTTP/1.1\r\nAuthorization: Bearer good\r\n" + std::string(handshake) + "\r\n");
  EXPECT_TRUE(fine.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
}

TEST_F(WebSocketTest, APlainRequestIsToldToUpgrade) {
  start();
  auto socket = connect();
  socket.send("GET /ws/x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(socket.read_until("\r\n\r\n").starts_with("HTTP/1.1 426 "));
}

TEST_F(WebSocketTest, ReadsAndWritesAtTheSameTime) {
  start();
  auto socket = connect();
  shake(socket, "/both");
  for (int i = 0; i < 100; ++i) {
    socket.send(frame(1, "noise"));
    EXPECT_EQ(read_frame(socket).payload, std::to_string(i));
  }
}

TEST_F(WebSocketTest, DrainSaysGoingAway) {
  start();
  auto polite = connect();
  auto silent = connect();
  for (auto* socket : {&polite, &silent}) {
    shake(*socket);
    read_frame(*socket);
  }
  auto drained = std::async(std::launch::async, [&] { return server->drain(10s); });
  const auto closing = read_frame(polite);
  EXPECT_EQ(close_code(closing), 1001);
  polite.send(frame(8, closing.payload));
  EXPECT_TRUE(polite.ended());
  EXPECT_EQ(close_code(read_frame(silent)), 1001);
  EXPECT_TRUE(silent.ended());  // cut after the moment it had to answer
  EXPECT_TRUE(drained.get());
}

}  // namespace
}  // namespace trinity::http
