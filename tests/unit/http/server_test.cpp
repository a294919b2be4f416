#include "http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>
#include <future>
#include <latch>

#include "base/clock.h"
#include "base/errors.h"
#include "http/body_source.h"
#include "unit/http/gunzip.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

using namespace std::chrono_literals;

/// What the handlers of a test share with it.
struct Hooks {
  std::atomic<int> slow_started{0};
  std::atomic<bool> slow_may_end{false};
};

Task<Response> echo(Request request) {
  boost::json::object seen{{"path", request.path},
                           {"body", request.body},
                           {"method", name_of(request.method)},
                           {"remote", request.remote},
                           {"encrypted", request.encrypted},
                           {"id", request.call.id()},
                           {"caller", request.caller ? request.caller->username : ""}};
  for (const auto& [name, value] : request.params) seen["param " + name] = value;
  for (const auto& [name, value] : request.query) seen["query " + name] = value;
  co_return Response::json(seen);
}

Task<Response> shared_text(std::shared_ptr<const std::string> text) {
  co_return Response::json_shared(std::move(text));
}

Task<Response> count(Request request) {
  request.call.count_sql();
  request.call.count_sql();
  request.call.count_engine();
  co_return Response::empty(204);
}

Task<Response> long_text(Request request) {
  co_return Response::json(boost::json::value(std::string(std::stoul(request.params.get("size")), 'x')));
}

/// So many pieces of a thousand bytes; fails at the end when it is told to.
class Pieces final : public BodySource {
 public:
  Pieces(std::size_t count, bool fails) : left_(count), fails_(fails) {}
  Task<std::string> read() override {
    if (left_ == 0 && fails_) throw std::runtime_error("the source has gone");
    if (left_ == 0) co_return std::string();
    --left_;
    co_return std::string(1000, 'p');
  }

 private:
  std::size_t left_;
  bool fails_;
};

/// /stream/COUNT?length=N&fails
Task<Response> streamed(Request request) {
  Response made;
  made.headers.add("Content-Type", "text/plain");
  made.streamed.source =
      std::make_shared<Pieces>(std::stoul(request.params.get("count")), request.query.find("fails").has_value());
  if (const auto length = request.query.find("length")) made.streamed.length = std::stoul(std::string(*length));
  co_return made;
}

/// Counts the body as it comes; gives up after `most` bytes.
Task<Response> taken(Request request) {
  const auto source = request.streamed.source;
  const auto most = request.query.find("most");
  const auto until = most ? std::stoul(std::string(*most)) : SIZE_MAX;
  std::size_t bytes = 0;
  for (bool more = bytes < until; more;) {
    const auto piece = co_await source->read();
    bytes += piece.size();
    more = !piece.empty() && bytes < until;
  }
  const auto length = request.streamed.length;
  co_return Response::json(boost::json::object{
      {"bytes", bytes}, {"length", length ? boost::json::value(*length) : boost::json::value(nullptr)}});
}

Task<Response> fail(Request) {
  throw std::runtime_error("inside");
  co_return Response::empty(204);
}

Task<Response> slow(std::shared_ptr<Hooks> hooks) {
  ++hooks->slow_started;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!hooks->slow_may_end) {
    timer.expires_after(5ms);
    co_await timer.async_wait(use_awaitable);
  }
  co_return Response::json_text(R"("slow")");
}

Task<Response> page(Request request) {
  if (request.path.starts_with("/api/")) throw NotFound("Not Found");
  Response made;
  made.body = "<html>";
  made.headers.add("Content-Type", "text/html");
  made.headers.add("Cache-Control", "no-cache");
  made.headers.add("X-Bad", "a\r\nInjected: b");
  co_return made;
}

Task<std::shared_ptr<const Caller>> check(Access access, std::string authorization, Call) {
  if (authorization != "Bearer good") throw Unauthorized("Could not validate credentials");
  if (access == Access::admin) throw Forbidden("Admin only");
  auto caller = std::make_shared<Caller>();
  caller->username = "ann";
  co_return caller;
}

struct ServerTest : testing::Test {
  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>();
  IoThreads threads{2};
  Router router;
  std::unique_ptr<Server> server;
  ServerOptions options;

  ServerTest() {
    options.port = 0;
    auto slow_handler = [h = hooks](Request) { return slow(h); };
    auto big = std::make_shared<const std::string>(std::string(3'000'000, 'x'));
    auto big_handler = [big](Request) { return shared_text(big); };
    router.add({{Method::get, "/open", Access::anyone, echo},
                {Method::post, "/open", Access::anyone, echo},
                {Method::post, "/small", Access::user, echo, {}, 100},
                {Method::get, "/mine/{name}", Access::user, echo},
                {Method::put, "/mine/{name}", Access::user, echo},
                {Method::get, "/admin", Access::admin, echo},
                {Method::get, "/count", Access::anyone, count},
                {Method::get, "/fail", Access::anyone, fail},
                {Method::get, "/long/{size}", Access::anyone, long_text},
                {Method::get, "/slow", Access::anyone, slow_handler},
                {Method::get, "/stream/{count}", Access::anyone, streamed},
                {Method::put, "/taken", Access::anyone, taken, {}, 1'000'000, true},
                {Method::get, "/big", Access::anyone, big_handler}});
  }
  void start(Fallback fallback = nullptr) {
    server = std::make_unique<Server>(threads, router, check, std::move(fallback), options);
    server->listen();
    threads.start();
  }
  ~ServerTest() override {
    hooks->slow_may_end = true;
    if (server) server->drain(5s);
    threads.stop();
    threads.join();
  }

  RawSocket connect() { return RawSocket(server->port()); }
  /// The whole answer to a request on a connection of its own.
  std::string ask(std::string request) {
    const auto end = request.find("\r\n");
    request.insert(end + 2, "Host: x\r\nConnection: close\r\n");
    auto socket = connect();
    socket.send(request);
    return socket.read_all();
  }
};

std::string status_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}
std::string body_of(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? "" : answer.substr(at + 4);
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// One answer with its body, by its Content-Length.
std::string read_answer(RawSocket& socket) {
  auto head = socket.read_until("\r\n\r\n");
  const auto at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  return head + socket.read_exactly(std::stoul(head.substr(at + 16)));
}

TEST_F(ServerTest, AnswersWithTheStandardFields) {
  start();
  const auto answer = ask("GET /open?a=1&b=%20 HTTP/1.1\r\nX-Forwarded-Proto: https\r\n\r\n");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
  for (const auto* field : {"Content-Type: application/json\r\n", "X-Request-Id: ", "Server-Timing: app;dur=",
                            "sql;desc=\"0\", engine;desc=\"0\"", "Cache-Control: no-store\r\n",
                            "X-Content-Type-Options: nosniff\r\n", "Date: ", "Connection: close\r\n"}) {
    EXPECT_TRUE(has(answer, field)) << field;
  }
  const auto seen = boost::json::parse(body_of(answer)).as_object();
  EXPECT_EQ(seen.at("query a"), "1");
  EXPECT_EQ(seen.at("query b"), " ");
  EXPECT_EQ(seen.at("remote"), "127.0.0.1");
  EXPECT_EQ(seen.at("encrypted"), true);
  EXPECT_TRUE(has(answer, "X-Request-Id: " + std::string(seen.at("id").as_string())));
}

TEST_F(ServerTest, CountsCosts) {
  start();
  const auto answer = ask("GET /count HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 204 No Content");
  EXPECT_TRUE(has(answer, "sql;desc=\"2\", engine;desc=\"1\"")) << answer;
  EXPECT_FALSE(has(answer, "Content-Length"));
}

TEST_F(ServerTest, PacksLongJsonForClientsThatTakeIt) {
  BlockingPool pool(1);
  options.pool = &pool;
  start();
  for (const auto* size : {"2000", "200000"}) {
    const auto path = std::string("GET /long/") + size + " HTTP/1.1\r\n";
    const auto packed = ask(path + "Accept-Encoding: deflate, gzip;q=0.5\r\n\r\n");
    EXPECT_TRUE(has(packed, "Content-Encoding: gzip\r\n")) << size;
    EXPECT_TRUE(has(packed, "Vary: Accept-Encoding\r\n"));
    EXPECT_TRUE(has(packed, "Content-Length: " + std::to_string(body_of(packed).size()) + "\r\n"));
    EXPECT_EQ(gunzip(body_of(packed)).size(), std::stoul(size) + 2);
    const auto plain = ask(path + "Accept-Encoding: gzip;q=0\r\n\r\n");
    EXPECT_FALSE(has(plain, "Content-Encoding"));
    EXPECT_TRUE(has(plain, "Vary: Accept-Encoding\r\n"));
    EXPECT_EQ(body_of(plain).size(), std::stoul(size) + 2);
  }
  EXPECT_FALSE(has(ask("GET /long/100 HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n"), "Content-Encoding"));
  pool.join();
}

TEST_F(ServerTest, LongJsonGoesOutUnpackedWithoutAPool) {
  start();
  const auto answer = ask("GET /long/200000 HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_FALSE(has(answer, "Content-Encoding"));
  EXPECT_EQ(body_of(answer).size(), 200002U);
}

TEST_F(ServerTest, CountsItsTraffic) {
  Traffic traffic;
  options.traffic = &traffic;
  start();
  ask("GET /count HTTP/1.1\r\n\r\n");
  ask("HEAD /count HTTP/1.1\r\n\r\n");
  ask("GET /mine/ann HTTP/1.1\r\n\r\n");
  ask("GET /mine/bob HTTP/1.1\r\n\r\n");
  ask("GET /nowhere HTTP/1.1\r\n\r\n");
  ask("DELETE /open HTTP/1.1\r\n\r\n");
  ask("no http\r\n\r\n");
  EXPECT_TRUE(server->drain(5s));
  std::map<std::string, Traffic::Line> lines;
  for (auto& line : traffic.read()) lines.emplace(line.method + ' ' + line.route, line);
  EXPECT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines["GET /count"].by_class[1], 2U);
  EXPECT_EQ(lines["GET /count"].sql, 4U);
  EXPECT_EQ(lines["GET /count"].engine, 2U);
  EXPECT_EQ(lines["GET /mine/{name}"].by_class[3], 2U) << "names of objects are no labels";
  EXPECT_EQ(lines["GET web"].by_class[3], 1U);
  EXPECT_EQ(lines["any none"].by_class[3], 2U) << "405 and what is no HTTP";
  EXPECT_EQ(traffic.connections().accepted, 7U);
  EXPECT_EQ(traffic.connections().open, 0U);
  server.reset();
  threads.stop();
  threads.join();
}

TEST_F(ServerTest, KeepsConnectionsAndGivesEachRequestItsId) {
  start();
  auto socket = connect();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    socket.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = read_answer(socket);
    EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
    const auto at = answer.find("X-Request-Id: ");
    ids.push_back(answer.substr(at, answer.find("\r\n", at) - at));
  }
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[1], ids[2]);
}

TEST_F(ServerTest, ServesPipelinedRequestsInOrder) {
  start();
  auto socket = connect();
  socket.send(
      "GET /open?n=1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /open?n=2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /open?n=3 HTTP/1.1\r\nHost: x\r\n\r\n");
  for (const auto* n : {"1", "2", "3"}) {
    EXPECT_EQ(boost::json::parse(body_of(read_answer(socket))).at("query n"), n);
  }
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  start();
  const auto answer = ask(
      "POST /open HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(boost::json::parse(body_of(answer)).at("body"), "abcde");
}

TEST_F(ServerTest, ReadsChunkedBodiesInAnyPieces) {
  start();
  const std::string head = "POST /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string body : {"3\r\nabc\r\n0\r\n\r\n", "1\r\na\r\n2\r\nbc\r\n0\r\nT: x\r\n\r\n"}) {
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      auto socket = connect();
      socket.send(head + body.substr(0, cut));
      std::this_thread::sleep_for(2ms);
      // The byte that follows comes alone.
      socket.send(body.substr(cut, 1));
      std::this_thread::sleep_for(2ms);
      socket.send(body.substr(std::min(cut + 1, body.size())));
      const auto answer = socket.read_all();
      ASSERT_EQ(boost::json::parse(body_of(answer)).at("body"), "abc") << "cut at " << cut << " of " << body;
    }
  }
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  start();
  const auto answer = ask("HEAD /open HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
  EXPECT_TRUE(has(answer, "Content-Length: "));
  EXPECT_EQ(body_of(answer), "");
}

TEST_F(ServerTest, UnknownPathsMethodsAndSlashes) {
  start();
  const auto missing = ask("GET /nothing HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(missing), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(body_of(missing), R"({"detail":"Not Found"})");
  const auto wrong = ask("DELETE /mine/x HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(wrong), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_TRUE(has(wrong, "Allow: GET, HEAD, PUT\r\n")) << wrong;
  EXPECT_EQ(body_of(wrong), R"({"detail":"Method Not Allowed"})");
  const auto slash = ask("GET /mine/a%20b/?q=%2F HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(slash), "HTTP/1.1 307 Temporary Redirect");
  EXPECT_TRUE(has(slash, "Location: /mine/a%20b?q=%2F\r\n")) << slash;
  EXPECT_EQ(status_of(ask("BREW /open HTTP/1.1\r\n\r\n")), "HTTP/1.1 405 Method Not Allowed");
}

TEST_F(ServerTest, DecodesThePathBeforeRouting) {
  start();
  const auto answer = ask("GET /mi%6Ee/a%20b HTTP/1.1\r\nAuthorization: Bearer good\r\n\r\n");
  const auto seen = boost::json::parse(body_of(answer)).as_object();
  EXPECT_EQ(seen.at("param name"), "a b");
  EXPECT_EQ(seen.at("caller"), "ann");
  EXPECT_EQ(status_of(ask("GET /mine/%zz HTTP/1.1\r\n\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status_of(ask("GET /mine/%00 HTTP/1.1\r\n\r\n")), "HTTP/1.1 400 Bad Request");
}

TEST_F(ServerTest, SignInIsDecidedBeforeTheBody) {
  start();
  auto socket = connect();
  socket.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n{bro");
  const auto answer = read_answer(socket);
  EXPECT_EQ(status_of(answer), "HTTP/1.1 401 Unauthorized");
  EXPECT_TRUE(has(answer, "WWW-Authenticate: Bearer\r\n"));
  EXPECT_TRUE(has(answer, "Connection: close\r\n"));
  EXPECT_EQ(status_of(ask("GET /admin HTTP/1.1\r\nAuthorization: Bearer good\r\n\r\n")), "HTTP/1.1 403 Forbidden");
}

TEST_F(ServerTest, AShortUnwantedBodyKeepsTheConnection) {
  start();
  auto socket = connect();
  socket.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234");
  EXPECT_EQ(status_of(read_answer(socket)), "HTTP/1.1 401 Unauthorized");
  socket.send("56789GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(read_answer(socket)), "HTTP/1.1 200 OK");
}

TEST_F(ServerTest, BodiesAreBounded) {
  start();
  const std::string head = "POST /small HTTP/1.1\r\nAuthorization: Bearer good\r\n";
  const auto fits = ask(head + "Content-Length: 100\r\n\r\n" + std::string(100, 'x'));
  EXPECT_EQ(status_of(fits), "HTTP/1.1 200 OK");
  for (const auto& rest : {"Content-Length: 101\r\n\r\n" + std::string(101, 'x'),
                           "Content-Length: 3000000\r\n\r\n" + std::string(3000000, 'x'),
                           "Transfer-Encoding: chunked\r\n\r\n80\r\n" + std::string(128, 'x') + "\r\n"}) {
    const auto answer = ask(head + rest);
    EXPECT_EQ(status_of(answer), "HTTP/1.1 413 Payload Too Large");
    EXPECT_EQ(body_of(answer), R"({"detail":"Request body too large"})");
  }
}

TEST_F(ServerTest, ContinuesWhenAsked) {
  start();
  auto socket = connect();
  socket.send("POST /open HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(status_of(socket.read_until("\r\n\r\n")), "HTTP/1.1 100 Continue");
  socket.send("ok");
  EXPECT_EQ(boost::json::parse(body_of(read_answer(socket))).at("body"), "ok");
  socket.send("POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const auto refused = read_answer(socket);
  EXPECT_EQ(status_of(refused), "HTTP/1.1 401 Unauthorized");
  EXPECT_TRUE(has(refused, "Connection: close"));
}

TEST_F(ServerTest, HugeHeadsAre431) {
  start();
  const auto one = ask("GET /open HTTP/1.1\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_of(one), "HTTP/1.1 431 Request Header Fields Too Large");
  std::string many = "GET /open HTTP/1.1\r\n";
  for (int i = 0; i < 2000; ++i) many += "X-" + std::to_string(i) + ": 0123456789\r\n";
  EXPECT_EQ(status_of(ask(many + "\r\n")), "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(status_of(ask("GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\n\r\n")),
            "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_F(ServerTest, SurvivesGarbage) {
  start();
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes.push_back(static_cast<char>(i));
  for (const std::string& garbage :
       {std::string("\r\n\r\n"), all_bytes, std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("GET open HTTP/1.1\r\n\r\n"), std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("POST /open HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("POST /open HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        std::string("POST /open HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        std::string("POST /open HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
        std::string("POST /open HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(100, '\0')}) {
    auto socket = connect();
    socket.send(garbage);
    socket.stop_sending();
    const auto answer = socket.read_all();
    if (!answer.empty()) {
      EXPECT_EQ(status_of(answer), "HTTP/1.1 400 Bad Request") << garbage;
      EXPECT_TRUE(has(answer, "Connection: close"));
      EXPECT_EQ(body_of(answer), R"({"detail":"Bad Request"})");
    }
  }
  EXPECT_EQ(status_of(ask("GET /open HTTP/1.1\r\n\r\n")), "HTTP/1.1 200 OK");
}

TEST_F(ServerTest, SlowHeadsAndBodiesAreCut) {
  options.header_within = 1s;
  options.body_within = 1s;
  start();
  auto silent = connect();
  auto half = connect();
  auto body = connect();
  half.send("GET /open HTTP/1.1\r\nHost:");
  body.send("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0");
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(half.ended());
  EXPECT_EQ(status_of(body.read_all()), "HTTP/1.1 408 Request Timeout");
}

TEST_F(ServerTest, IdleConnectionsEnd) {
  options.idle = 1s;
  start();
  auto socket = connect();
  socket.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(read_answer(socket)), "HTTP/1.1 200 OK");
  EXPECT_TRUE(socket.ended());
}

TEST_F(ServerTest, FailuresHideTheInside) {
  start();
  const auto answer = ask("GET /fail HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(body_of(answer), R"({"detail":"Internal Server Error"})");
}

TEST_F(ServerTest, FallbackTakesWhatNoRouteTakes) {
  start(page);
  const auto answer = ask("GET /some/page HTTP/1.1\r\n\r\n");
  EXPECT_EQ(body_of(answer), "<html>");
  EXPECT_TRUE(has(answer, "Cache-Control: no-cache\r\n"));
  EXPECT_FALSE(has(answer, "no-store"));
  EXPECT_FALSE(has(answer, "Injected"));
  EXPECT_EQ(body_of(ask("HEAD /some/page HTTP/1.1\r\n\r\n")), "");
  EXPECT_EQ(status_of(ask("GET /api/x HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(status_of(ask("POST /some/page HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
}

TEST_F(ServerTest, CrossOriginRules) {
  start();
  const std::string preflight = "OPTIONS /mine/x HTTP/1.1\r\nAccess-Control-Request-Method: PUT\r\n";
  const auto fine =
      ask(preflight +
          "Origin: http://localhost:3000\r\nAccess-Control-Request-Headers: authorization, content-type\r\n\r\n");
  EXPECT_EQ(status_of(fine), "HTTP/1.1 200 OK");
  EXPECT_TRUE(has(fine, "Access-Control-Allow-Origin: http://localhost:3000\r\n"));
  EXPECT_TRUE(has(fine, "Access-Control-Allow-Credentials: true\r\n"));
  EXPECT_TRUE(has(fine, "Access-Control-Expose-Headers: X-Conflict-Type, Retry-After\r\n"));
  EXPECT_TRUE(has(fine, "Access-Control-Max-Age: 600\r\n"));
  EXPECT_EQ(status_of(ask(preflight + "Origin: http://evil\r\n\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(
      status_of(ask(preflight + "Origin: http://localhost:3000\r\nAccess-Control-Request-Headers: X-Other\r\n\r\n")),
      "HTTP/1.1 400 Bad Request");
  const auto plain = ask("GET /open HTTP/1.1\r\nOrigin: http://localhost:8080\r\n\r\n");
  EXPECT_TRUE(has(plain, "Access-Control-Allow-Origin: http://localhost:8080\r\n"));
  EXPECT_TRUE(has(plain, "Vary: Origin\r\n"));
  EXPECT_FALSE(has(ask("GET /open HTTP/1.1\r\nOrigin: http://evil\r\n\r\n"), "Access-Control"));
}

TEST_F(ServerTest, SharedBodiesArriveWhole) {
  start();
  const auto answer = ask("GET /big HTTP/1.1\r\n\r\n");
  EXPECT_EQ(body_of(answer).size(), 3'000'000U);
}

TEST_F(ServerTest, OldClientsAreServed) {
  start();
  auto socket = connect();
  socket.send("GET /open HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(has(socket.read_all(), "Connection: close\r\n"));
  auto kept = connect();
  kept.send("GET /open HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(read_answer(kept), "Connection: keep-alive\r\n"));
}

TEST_F(ServerTest, TooManyConnectionsAreRefused) {
  options.max_connections = 1;
  start();
  auto first = connect();
  first.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(read_answer(first)), "HTTP/1.1 200 OK");
  EXPECT_TRUE(connect().ended());
}

TEST_F(ServerTest, TheAddressIsTakenOnce) {
  start();
  auto second = options;
  second.port = server->port();
  Server other(threads, router, check, nullptr, second);
  EXPECT_THROW(other.listen(), std::system_error);
  second.bind = "no-address";
  Server third(threads, router, check, nullptr, second);
  EXPECT_THROW(third.listen(), std::system_error);
}

TEST_F(ServerTest, DrainLetsARunningRequestFinish) {
  start();
  auto idle = connect();
  idle.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  read_answer(idle);
  auto busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  while (hooks->slow_started == 0) std::this_thread::yield();
  auto drained = std::async(std::launch::async, [&] { return server->drain(10s); });
  EXPECT_TRUE(idle.ended());
  EXPECT_THROW(connect(), boost::system::system_error);
  hooks->slow_may_end = true;
  const auto answer = read_answer(busy);
  EXPECT_EQ(body_of(answer), R"("slow")");
  EXPECT_TRUE(has(answer, "Connection: close\r\n"));
  EXPECT_TRUE(drained.get());
}

/// Many clients ask one request after the other on kept connections while the server stops. Whoever was promised a
/// further answer gets it.
TEST_F(ServerTest, DrainUnderLoadLosesNoAnswer) {
  start();
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
  const auto client = [&] {
    auto socket = connect();
    for (;;) {
      socket.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
      const auto answer = read_answer(socket);
      if (status_of(answer) != "HTTP/1.1 200 OK") {
        ++lost;
        return;
      }
      ++answered;
      if (has(answer, "Connection: close\r\n")) return;
    }
  };
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back(client);
  while (answered < 200) std::this_thread::yield();
  EXPECT_TRUE(server->drain(10s));
  clients.clear();
  EXPECT_EQ(lost, 0);
}

TEST_F(ServerTest, DrainAnswersWhatTheSystemHasAccepted) {
  start();
  std::promise<void> release;
  asio::post(threads[0], [held = release.get_future().share()] { held.wait(); });
  auto waiting = connect();
  waiting.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  auto drained = std::async(std::launch::async, [&] { return server->drain(10s); });
  release.set_value();
  EXPECT_EQ(status_of(read_answer(waiting)), "HTTP/1.1 200 OK");
  EXPECT_TRUE(drained.get());
}

TEST_F(ServerTest, DrainAnswersWhatWasSentAhead) {
  start();
  auto socket = connect();
  socket.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  while (hooks->slow_started == 0) std::this_thread::yield();
  auto drained = std::async(std::launch::async, [&] { return server->drain(10s); });
  while (true) {
    try {
      connect();
      std::this_thread::yield();
    } catch (const boost::system::system_error&) {
      break;
    }
  }
  hooks->slow_may_end = true;
  EXPECT_EQ(body_of(read_answer(socket)), R"("slow")");
  const auto second = read_answer(socket);
  EXPECT_EQ(status_of(second), "HTTP/1.1 200 OK");
  EXPECT_TRUE(has(second, "Connection: close\r\n"));
  EXPECT_TRUE(drained.get());
}

TEST_F(ServerTest, DrainDoesNotWaitForWhoAsksNothing) {
  start();
  auto fresh = connect();
  auto kept = connect();
  kept.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  read_answer(kept);
  const auto since = std::chrono::steady_clock::now();
  EXPECT_TRUE(server->drain(10s));
  EXPECT_LT(std::chrono::steady_clock::now() - since, 5s) << "far below the limits of heads and of keeping alive";
  EXPECT_TRUE(fresh.ended());
  EXPECT_TRUE(kept.ended());
}

TEST_F(ServerTest, DrainCutsWhatTakesTooLong) {
  start();
  auto busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  while (hooks->slow_started == 0) std::this_thread::yield();
  EXPECT_FALSE(server->drain(50ms));
  EXPECT_TRUE(busy.ended());
}

TEST_F(ServerTest, ABodyIsSentWhileItIsRead) {
  start();
  RawSocket socket(server->port());
  socket.send("GET /stream/3?length=3000 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(socket.read_until("\r\n\r\n").find("Content-Length: 3000\r\n"), std::string::npos);
  EXPECT_EQ(socket.read_exactly(3000), std::string(3000, 'p'));
  socket.send("GET /stream/2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(socket.read_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(socket.read_until("\r\n0\r\n\r\n"),
            "3e8\r\n" + std::string(1000, 'p') + "\r\n3e8\r\n" + std::string(1000, 'p') + "\r\n0\r\n\r\n");
  socket.send("HEAD /stream/3?length=3000 HTTP/1.1\r\nHost: x\r\n\r\nGET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(socket.read_until("\r\n\r\n").find("Content-Length: 3000\r\n"), std::string::npos);
  EXPECT_NE(socket.read_until("\r\n\r\n").find("200 OK"), std::string::npos) << "no body between";
  RawSocket old(server->port());
  old.send("GET /stream/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto head = old.read_until("\r\n\r\n");
  EXPECT_EQ(head.find("chunked"), std::string::npos);
  EXPECT_NE(head.find("Connection: close"), std::string::npos);
  EXPECT_EQ(old.read_all(), std::string(2000, 'p'));
}

TEST_F(ServerTest, ABodyThatIsNotWhatWasPromisedCutsTheConnection) {
  start();
  for (const auto* target : {"/stream/3?length=4000", "/stream/3?length=3000&fails", "/stream/3?fails"}) {
    RawSocket socket(server->port());
    socket.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(socket.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
    const auto body = socket.read_all();
    EXPECT_EQ(body.find("\r\n0\r\n\r\n"), std::string::npos) << target;
    EXPECT_TRUE(socket.ended());
  }
  RawSocket socket(server->port());
  socket.send("GET /stream/9?length=2500 HTTP/1.1\r\nHost: x\r\n\r\n");
  socket.read_until("\r\n\r\n");
  EXPECT_LE(socket.read_all().size(), 2500U);
}

TEST_F(ServerTest, AHandlerReadsTheBodyItself) {
  start();
  RawSocket socket(server->port());
  const auto ask = [&](const std::string& head, const std::string& body) {
    socket.send("PUT /taken" + head + "\r\nHost: x\r\n\r\n" + body);
    socket.read_until("\r\n\r\n");
    return socket.read_until("}");
  };
  const std::string long_body(300'000, 'b');
  EXPECT_EQ(ask(" HTTP/1.1\r\nContent-Length: 300000", long_body), R"({"bytes":300000,"length":300000})");
  EXPECT_EQ(ask(" HTTP/1.1\r\nTransfer-Encoding: chunked", "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"),
            R"({"bytes":7,"length":null})");
  EXPECT_EQ(ask(" HTTP/1.1\r\nContent-Length: 4", "abcd"), R"({"bytes":4,"length":4})");
  EXPECT_EQ(ask(" HTTP/1.1\r\nContent-Length: 0", ""), R"({"bytes":0,"length":0})");
  EXPECT_EQ(ask(" HTTP/1.1", ""), R"({"bytes":0,"length":0})");
  EXPECT_EQ(ask("?most=1 HTTP/1.1\r\nContent-Length: 60000", std::string(60'000, 'b')).substr(0, 9), R"({"bytes":)")
      << "a short rest is dropped";
  EXPECT_EQ(ask(" HTTP/1.1\r\nContent-Length: 4", "abcd"), R"({"bytes":4,"length":4})");
}

TEST_F(ServerTest, WhatAHandlerCannotReadIsAnswered) {
  options.body_within = std::chrono::seconds(1);
  start();
  const auto status = [this](const std::string& rest) {
    RawSocket socket(server->port());
    socket.send("PUT /taken HTTP/1.1\r\nHost: x\r\n" + rest);
    return socket.read_until("\r\n").substr(9, 3);
  };
  EXPECT_EQ(status("Content-Length: 1000001\r\n\r\n"), "413");
  EXPECT_EQ(status("Transfer-Encoding: chunked\r\n\r\nf4241\r\n" + std::string(1'000'001, 'x')), "413");
  EXPECT_EQ(status("Transfer-Encoding: chunked\r\n\r\nzz\r\nxxxxxxxx"), "400");
  EXPECT_EQ(status("Content-Length: 10\r\n\r\nabc"), "408");
  RawSocket waiting(server->port());
  waiting.send("PUT /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(waiting.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  waiting.send("abc");
  EXPECT_EQ(waiting.read_until("\r\n").substr(9, 3), "200");
}

}  // namespace
}  // namespace trinity::http
