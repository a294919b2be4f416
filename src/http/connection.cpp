// One HTTP/1.1 connection: reads heads and bodies within their limits, asks router and authenticator, runs the handler,
// writes the answer.
#include <fmt/format.h>

#include <boost/asio/post.hpp>

#include "base/clock.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/cors.h"
#include "http/packing.h"
#include "http/request_reader.h"
#include "http/response_head.h"
#include "http/server_core.h"
#include "http/stream.h"
#include "http/streamed_body.h"
#include "http/text.h"
#include "http/websocket_accept.h"

namespace trinity::http {

namespace {

/// How long a client may take to hear that its connection ends, when the server stops.
constexpr std::chrono::seconds last_bytes_within{1};

Response plain_error(unsigned status, std::string_view detail) {
  return Response::json(boost::json::object{{"detail", detail}}, status);
}

/// Percent-encodes what may not stand in a Location.
std::string encoded_path(std::string_view path) {
  constexpr std::string_view fine = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@";
  std::string text;
  for (const char c : path) {
    if (fine.find(c) != std::string_view::npos) {
      text.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(text), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

/// A coroutine of its own, so that the socket lives until the close frame is out.
Task<> say_goodbye(std::shared_ptr<WebSocket> socket) {
  co_await socket->close(1001, "The server is stopping");
}

class Connection final : public Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ServerCore> core, std::size_t lane, std::uint64_t number, Stream::Socket socket,
             std::string remote)
      : core_(std::move(core)),
        lane_number_(lane),
        lane_(core_->lanes[lane]),
        options_(core_->options),
        stream_(std::make_shared<Stream>(std::move(socket))),
        reader_(stream_, options_),
        remote_(std::move(remote)),
        prefix_(fmt::format("{}-{:x}-", core_->run, number)) {
    lane_.sessions.insert(this);
  }
  ~Connection() override {
    lane_.sessions.erase(this);
    if (options_.traffic) options_.traffic->closed();
    const std::lock_guard lock(core_->mutex);
    --core_->open;
    core_->changed.notify_all();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<> serve();
  void drain() override;
  void close_idle() noexcept override;
  void cut() noexcept override;

 private:
  /// What is known of a request once its head has been read.
  struct Asked {
    explicit Asked(Request r) : request(std::move(r)) {}
    Request request;
    Router::Match match;
    std::optional<std::string> origin;
    SteadyTime since;
    bool expects = false;  ///< waits for 100 Continue
  };

  Task<> refuse_head(RequestReader::Head head);
  Task<bool> answer_one();
  Task<bool> upgrade(Asked* asked);
  Task<Response> respond(Asked* asked);
  Task<Response> run(Asked* asked);
  Task<Response> handle(Asked* asked);
  Task<Response> handle_stream(Asked* asked, std::size_t most);
  Response refuse_body(RequestReader::Body body);
  void choose_slot(const Asked& asked) noexcept;
  void count(unsigned status, std::chrono::nanoseconds took) noexcept;
  Task<> shorten(Response* response, bool takes_gzip);
  Task<bool> write(const Response* response, bool with_body, bool keep, SteadyTime since);
  bool take_target(Request& request, std::string& query);
  [[nodiscard]] std::string_view date();
  void next_id();

  std::shared_ptr<ServerCore> core_;
  std::size_t lane_number_;
  Lane& lane_;
  const ServerOptions& options_;
  std::shared_ptr<Stream> stream_;
  RequestReader reader_;
  std::string remote_;
  std::string prefix_;
  std::string head_;
  std::string id_;
  CallCost cost_;
  std::size_t slot_ = 0;  ///< where Traffic counts this request
  std::uint64_t requests_ = 0;
  bool lost_ = false;  ///< the peer has gone or broke the protocol: nothing more can be answered
  std::shared_ptr<WebSocket> socket_;
};

Task<> Connection::serve() {
  if (lane_.closing) co_return;
  for (bool keep = true; keep;) {
    const auto head = co_await reader_.read_head();
    if (head == RequestReader::Head::ended) break;
    if (head != RequestReader::Head::read) {
      co_await refuse_head(head);
      break;
    }
    keep = co_await answer_one();
  }
  stream_->close();
}

void Connection::drain() {
  if (socket_) {
    spawn("websocket close", socket_->executor(), say_goodbye(socket_));
  }
}

void Connection::close_idle() noexcept {
  // What has arrived and was not read yet is a request that waits for its answer.
  if (!socket_ && reader_.is_idle() && !stream_->has_input()) stream_->close();
}

void Connection::cut() noexcept {
  if (socket_) socket_->abort();
  stream_->close();
}

Task<> Connection::refuse_head(RequestReader::Head head) {
  next_id();
  const auto response = head == RequestReader::Head::too_large ? plain_error(431, "Request Header Fields Too Large")
                                                               : plain_error(400, "Bad Request");
  const bool written = co_await write(&response, true, false, steady_now());
  if (written) co_await reader_.linger();
}

void Connection::next_id() {
  id_ = prefix_;
  fmt::format_to(std::back_inserter(id_), "{:x}", ++requests_);
  if (options_.traffic) slot_ = options_.traffic->none_slot();
  cost_.sql.store(0, std::memory_order_relaxed);
  cost_.engine.store(0, std::memory_order_relaxed);
}

/// Splits the raw target into the decoded path and the query. False when it is no address of ours.
bool Connection::take_target(Request& request, std::string& query) {
  std::string_view rest = reader_.parser().target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_name(rest, scheme)) continue;
    const auto path = rest.find_first_of("/?", scheme.size());
    rest = path == std::string_view::npos ? std::string_view("/") : rest.substr(path);
    break;
  }
  if (rest == "*" && request.method == Method::options) rest = "/";
  if (!rest.starts_with('/')) return false;
  auto path = percent_decode(take_until(rest, '?'), false);
  if (!path) return false;
  request.path = std::move(*path);
  query = std::string(rest.substr(0, rest.find('#')));
  return true;
}

/// Answers the request whose head has been read. True when the connection serves another one.
Task<bool> Connection::answer_one() {
  const auto since = steady_now();
  next_id();
  Asked asked{Request(Call(&id_, &cost_))};
  asked.since = since;
  auto& request = asked.request;
  request.method = reader_.parser().method;
  request.headers = std::move(reader_.parser().headers);
  request.remote = remote_;
  request.encrypted = same_name(request.headers.find("X-Forwarded-Proto").value_or(""), "https");
  asked.origin = allowed_origin(request.headers, options_.cors_origins);
  asked.expects = !reader_.parser().is_done() && same_name(request.headers.find("Expect").value_or(""), "100-continue");
  const bool head_only = request.method == Method::head;
  const bool takes_gzip = lists_token(request.headers.find("Accept-Encoding").value_or(""), "gzip");
  const bool odd_coding = request.headers.find("Transfer-Encoding").has_value() && !reader_.parser().chunked();
  std::string query;
  std::optional<Response> response;
  bool keep = reader_.parser().keep_alive();
  if (odd_coding || !take_target(request, query)) {
    response = plain_error(400, "Bad Request");
    keep = false;
  } else {
    request.query = parse_query(query);
    asked.match = core_->router.match(request.method, request.path);
    choose_slot(asked);
    if (asked.match.route && asked.match.route->socket && asks_for_websocket(request.headers)) {
      co_return co_await upgrade(&asked);
    }
    if (!asked.match.redirect.empty()) {
      asked.match.redirect = encoded_path(asked.match.redirect);
      if (!query.empty()) asked.match.redirect += '?' + query;
    }
    response = co_await respond(&asked);
  }
  if (lost_) co_return false;
  co_await shorten(&*response, takes_gzip);
  if (asked.origin) allow_origin(*response, *asked.origin);
  if (!reader_.parser().is_done()) {
    // The body was not wanted. A short one is read and dropped; else closing is cheaper.
    keep = keep && !asked.expects && reader_.is_short_rest();
  }
  // What came with this request is answered too; a client that never stops is cut off at the end.
  const bool stopping = keep && lane_.draining && !reader_.has_more();
  keep = keep && !stopping;
  if (response->streamed.source && !response->streamed.length && reader_.parser().http_1_0) keep = false;
  const bool written = co_await write(&*response, !head_only, keep, since);
  if (log::enabled(log::Level::debug)) {
    log::debug({"http", id_}, "{} {} -> {}", name_of(reader_.parser().method),
               asked.match.route ? asked.match.route->path : "-", response->status);
  }
  if (!written) co_return false;
  if (reader_.parser().is_done()) {
    // The client may be sending its next request, and a close with unread bytes would throw away the answer it reads.
    if (!keep && stopping) co_await reader_.linger(last_bytes_within);
    co_return keep;
  }
  if (!keep) {
    co_await reader_.linger();
    co_return false;
  }
  co_return co_await reader_.drop_body();
}

/// Everything between a routed request and its answer.
Task<Response> Connection::respond(Asked* asked) {
  std::exception_ptr fault;
  std::optional<Response> response;
  try {
    response = co_await run(asked);
  } catch (...) {
    fault = std::current_exception();
  }
  if (fault) response = answer_for(std::move(fault), Call(&id_, &cost_));
  if (response->status >= 500) {
    log::warn({"http", id_}, "{} {} -> {}", name_of(reader_.parser().method),
              asked->match.route ? asked->match.route->path : "-", response->status);
  }
  co_return std::move(*response);
}

Task<Response> Connection::run(Asked* asked) {
  auto& request = asked->request;
  if (auto preflight = answer_preflight(request.method, request.headers, asked->origin)) {
    co_return std::move(*preflight);
  }
  const auto& match = asked->match;
  if (!match.redirect.empty()) {
    auto made = Response::empty(307);
    made.headers.add("Location", match.redirect);
    co_return made;
  }
  if (match.known_path) {
    auto made = plain_error(405, "Method Not Allowed");
    made.headers.add("Allow", match.allowed);
    co_return made;
  }
  if (!match.route) {
    const bool reads = request.method == Method::get || request.method == Method::head;
    if (!reads || !core_->fallback) co_return plain_error(404, "Not Found");
    co_return co_await core_->fallback(std::move(request));
  }
  if (match.route->access != Access::anyone) {
    std::string authorization(request.headers.find("Authorization").value_or(""));
    request.caller = co_await core_->authenticator(match.route->access, std::move(authorization), request.call);
  }
  co_return co_await handle(asked);
}

/// Signed in: now the body may come.
Task<Response> Connection::handle(Asked* asked) {
  const auto& route = *asked->match.route;
  if (route.socket) {
    auto made = plain_error(426, "Upgrade Required");
    made.headers.add("Upgrade", "websocket");
    made.headers.add("Sec-WebSocket-Version", "13");
    co_return made;
  }
  const auto most = route.max_body > 0 ? route.max_body : options_.max_body;
  if (route.streams) co_return co_await handle_stream(asked, most);
  const auto body = co_await reader_.read_body(most, asked->expects);
  if (body != RequestReader::Body::read) co_return refuse_body(body);
  asked->request.params = std::move(asked->match.params);
  asked->request.body = std::move(reader_.parser().body);
  asked->request.stream = stream_;
  co_return co_await route.handler(std::move(asked->request));
}

/// The handler reads the body.
Task<Response> Connection::handle_stream(Asked* asked, std::size_t most) {
  std::optional<std::uint64_t> length = 0;
  if (!reader_.parser().is_done() || !reader_.parser().body.empty()) {
    length.reset();
    if (const auto told = reader_.parser().content_length()) length = *told;
  }
  if (length && *length > most) co_return refuse_body(RequestReader::Body::too_large);
  asked->request.params = std::move(asked->match.params);
  asked->request.streamed = {std::make_shared<RequestBody>(reader_, most, asked->expects), length};
  auto fault = RequestReader::Body::read;
  try {
    co_return co_await asked->match.route->handler(std::move(asked->request));
  } catch (const BodyFault& e) {
    fault = e.body;
  }
  co_return refuse_body(fault);
}

Response Connection::refuse_body(RequestReader::Body body) {
  using enum RequestReader::Body;
  if (body == too_large) return plain_error(413, "Request body too large");
  if (body == too_slow) return plain_error(408, "The request body did not arrive in time");
  lost_ = body == ended;
  return plain_error(400, "Bad Request");
}

/// Files of the UI and what no route takes are counted under names of their own: labels stay few whatever is asked for.
void Connection::choose_slot(const Asked& asked) noexcept {
  if (!options_.traffic) return;
  const auto& match = asked.match;
  const auto method = asked.request.method;
  if (match.route) {
    slot_ = options_.traffic->slot_of(*match.route);
  } else if (!match.known_path && match.redirect.empty() && (method == Method::get || method == Method::head)) {
    slot_ = options_.traffic->web_slot();
  }
}

void Connection::count(unsigned status, std::chrono::nanoseconds took) noexcept {
  if (!options_.traffic) return;
  options_.traffic->count(lane_number_, {slot_, status, took, cost_.sql.load(std::memory_order_relaxed),
                                         cost_.engine.load(std::memory_order_relaxed)});
}

/// A pool that is too busy, or memory that is short, leaves the answer as it is.
Task<> Connection::shorten(Response* response, bool takes_gzip) {
  auto packing = packing_for(*response, takes_gzip);
  if (packing == Packing::pool && !options_.pool) packing = Packing::vary;
  try {
    if (packing != Packing::pool) {
      pack(*response, packing);
      co_return;
    }
    auto job = [response] { pack(*response, Packing::pool); };
    co_await options_.pool->run(std::move(job));
  } catch (const std::exception& e) {
    log::debug({"http", id_}, "goes out unpacked: {}", e.what());
  }
}

/// Writes head and body with one call to the system. False when the peer has gone.
Task<bool> Connection::write(const Response* response, bool with_body, bool keep, SteadyTime since) {
  HeadLines lines;
  lines.date = date();
  lines.request_id = id_;
  lines.sql = cost_.sql.load(std::memory_order_relaxed);
  lines.engine = cost_.engine.load(std::memory_order_relaxed);
  lines.keep = keep;
  lines.http_1_0 = reader_.parser().http_1_0;
  const auto now = steady_now();
  lines.took = now - since;
  count(response->status, lines.took);
  write_head(head_, *response, lines);
  with_body = with_body && may_have_body(response->status);
  const auto body = with_body && !response->streamed.source ? response->bytes() : std::string_view{};
  const auto until = now + options_.write_within + extra_time(body.size());
  const auto done = co_await stream_->write({asio::buffer(head_), asio::buffer(body), {}, {}}, until);
  if (done.fault || !with_body || !response->streamed.source) co_return !done.fault;
  BodyWay way{stream_, options_.write_within, id_, !response->streamed.length && !lines.http_1_0};
  co_return co_await write_body(&response->streamed, std::move(way));
}

/// Signs in, shakes hands, and lets the route's handler own the socket. Always the connection's last request.
Task<bool> Connection::upgrade(Asked* asked) {
  auto& request = asked->request;
  const auto& route = *asked->match.route;
  std::exception_ptr fault;
  try {
    if (!reader_.parser().is_done() || reader_.has_more()) throw BadRequest("Bad Request");
    if (lane_.draining) throw Unavailable("The server is stopping");
    if (route.access != Access::anyone) {
      std::string authorization(request.headers.find("Authorization").value_or(""));
      request.caller = co_await core_->authenticator(route.access, std::move(authorization), request.call);
    }
  } catch (...) {
    fault = std::current_exception();
  }
  if (fault) {
    const auto refusal = answer_for(std::move(fault), request.call);
    co_await write(&refusal, true, false, asked->since);
    co_return false;
  }
  request.params = std::move(asked->match.params);
  socket_ = co_await accept_websocket(stream_, reader_.parser().target, request.headers, options_.websocket, id_);
  if (!socket_) co_return false;
  count(101, steady_now() - asked->since);
  if (lane_.draining) spawn("websocket close", socket_->executor(), say_goodbye(socket_));
  std::uint16_t code = 1000;
  try {
    co_await route.socket(socket_, std::move(request));
  } catch (const std::exception& e) {
    log::error({"http", id_}, "WebSocket of {} failed: {}", route.path, e.what());
    code = 1011;
  } catch (...) {
    log::error({"http", id_}, "WebSocket of {} failed by something that is no exception", route.path);
    code = 1011;
  }
  co_await socket_->close(code, "");
  socket_->abort();
  socket_.reset();
  co_return false;
}

std::string_view Connection::date() {
  const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (lane_.date_second != second.time_since_epoch().count()) {
    lane_.date_second = second.time_since_epoch().count();
    lane_.date = http_date(second);
  }
  return lane_.date;
}

}  // namespace

Task<> serve_connection(std::shared_ptr<ServerCore> core, std::size_t lane, std::uint64_t number,
                        asio::generic::stream_protocol::socket socket, std::string remote) {
  const auto connection =
      std::make_shared<Connection>(std::move(core), lane, number, std::move(socket), std::move(remote));
  co_await connection->serve();
}

}  // namespace trinity::http
