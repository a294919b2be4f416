// One HTTP/1.1 connection: reads heads and bodies within their limits, asks router and authenticator, runs the handler,
// writes the answer.
#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/clock.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/cors.h"
#include "http/response_head.h"
#include "http/server_core.h"
#include "http/stream.h"
#include "http/text.h"
#include "http/websocket_accept.h"

namespace trinity::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::size_t small_read = 4096;
constexpr std::size_t large_read = 64 * 1024;
/// A body that nobody wants is read and thrown away up to this size, so that the connection can be kept.
constexpr std::size_t cheap_rest = 64 * 1024;
/// Before a connection is closed under a peer that still sends, this much is thrown away so that it sees the answer.
constexpr std::size_t linger_bytes = 64 * 1024 * 1024;
constexpr std::chrono::seconds linger_for{3};
/// A body, in or out, may take longer than its limit when it keeps moving at this rate.
constexpr std::size_t slow_bytes_per_second = 64 * 1024;

/// Collects the request into our own types.
class RequestParser final : public beast::http::basic_parser<true> {
 public:
  explicit RequestParser(std::size_t max_head) : max_head_(max_head) {
    header_limit(static_cast<std::uint32_t>(max_head));
    body_limit(boost::none);
    eager(true);
  }
  Method method = Method::other;
  std::string target;
  bool http_1_0 = false;
  Headers headers;
  std::string body;

 private:
  using View = beast::string_view;
  void on_request_impl(beast::http::verb, View name, View where, int version, error_code&) override {
    method = method_from(std::string_view(name.data(), name.size()));
    target.assign(where.data(), where.size());
    http_1_0 = version < 11;
  }
  void on_response_impl(int, View, int, error_code&) override {}
  void on_field_impl(beast::http::field, View name, View value, error_code& fault) override {
    head_size_ += name.size() + value.size() + 4;
    if (head_size_ > max_head_) fault = beast::http::error::header_limit;
    headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(View piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}

  std::size_t max_head_;
  std::size_t head_size_ = 0;
};

Response plain_error(unsigned status, std::string_view detail) {
  return Response::json(boost::json::object{{"detail", detail}}, status);
}

/// Percent-encodes what may not stand in a Location.
std::string encoded_path(std::string_view path) {
  constexpr std::string_view fine =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@";
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
Task<> say_goodbye(std::shared_ptr<WebSocket> socket) { co_await socket->close(1001, "The server is stopping"); }

class Connection final : public Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ServerCore> core, std::size_t lane, std::uint64_t number, Stream::Socket socket,
             std::string remote)
      : core_(std::move(core)),
        lane_(core_->lanes[lane]),
        options_(core_->options),
        stream_(std::make_shared<Stream>(std::move(socket))),
        buffer_(options_.max_header + large_read),
        remote_(std::move(remote)),
        prefix_(fmt::format("{}-{:x}-", core_->run, number)) {
    lane_.sessions.insert(this);
  }
  ~Connection() override {
    lane_.sessions.erase(this);
    const std::lock_guard lock(core_->mutex);
    --core_->open;
    core_->changed.notify_all();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<> serve();
  void drain() override;
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

  enum class Got { all, nothing, too_large, malformed };

  Task<Got> read_head();
  Task<bool> answer_one();
  Task<bool> upgrade(Asked* asked);
  Task<Response> respond(Asked* asked);
  Task<Response> run(Asked* asked);
  Task<Response> handle(Asked* asked);
  Task<std::optional<Response>> read_body(std::size_t max, bool expects);
  Task<bool> write(const Response* response, bool with_body, bool keep, SteadyTime since);
  Task<bool> discard(std::size_t most, SteadyTime until);
  Task<> refuse_head(Got got);
  Task<> linger();

  error_code feed();
  Task<error_code> read_more(std::size_t size, SteadyTime until);
  bool take_target(Request& request, std::string& query);
  [[nodiscard]] std::string_view date();
  void next_id();

  std::shared_ptr<ServerCore> core_;
  Lane& lane_;
  const ServerOptions& options_;
  std::shared_ptr<Stream> stream_;
  beast::flat_buffer buffer_;
  std::string remote_;
  std::string prefix_;
  std::optional<RequestParser> parser_;
  std::string head_;
  std::string id_;
  CallCost cost_;
  std::uint64_t requests_ = 0;
  bool idle_ = false;  ///< waits for the first byte of a request
  bool lost_ = false;  ///< the peer has gone or broke the protocol: nothing more can be answered
  std::shared_ptr<WebSocket> socket_;
};

Task<> Connection::serve() {
  if (lane_.draining) co_return;
  for (bool keep = true; keep;) {
    parser_.emplace(options_.max_header);
    const auto got = co_await read_head();
    if (got == Got::nothing) break;
    if (got != Got::all) {
      co_await refuse_head(got);
      break;
    }
    keep = co_await answer_one();
  }
  stream_->close();
}

void Connection::drain() {
  if (socket_) {
    spawn("websocket close", socket_->executor(), say_goodbye(socket_));
  } else if (idle_) {
    stream_->close();
  }
}

void Connection::cut() noexcept {
  if (socket_) socket_->abort();
  stream_->close();
}

error_code Connection::feed() {
  error_code fault;
  while (buffer_.size() > 0 && !parser_->is_done()) {
    buffer_.consume(parser_->put(buffer_.data(), fault));
    if (fault == beast::http::error::need_more) return {};
    if (fault) return fault;
  }
  return {};
}

Task<error_code> Connection::read_more(std::size_t size, SteadyTime until) {
  const auto space = std::min(size, buffer_.max_size() - buffer_.size());
  if (space == 0) co_return error_code(beast::http::error::buffer_overflow);
  const auto done = co_await stream_->read_some(buffer_.prepare(space), until);
  buffer_.commit(done.bytes);
  co_return done.fault;
}

Task<Connection::Got> Connection::read_head() {
  if (buffer_.size() == 0) {
    if (buffer_.capacity() > small_read) buffer_.shrink_to_fit();
    idle_ = true;
    const std::chrono::seconds limit = requests_ == 0 ? options_.header_within : options_.idle;
    const auto fault = co_await read_more(small_read, steady_now() + limit);
    idle_ = false;
    if (fault) co_return Got::nothing;
  }
  const auto until = steady_now() + options_.header_within;
  for (;;) {
    auto fault = feed();
    if (fault == beast::http::error::header_limit) co_return Got::too_large;
    if (fault) co_return Got::malformed;
    if (parser_->is_header_done()) co_return Got::all;
    fault = co_await read_more(small_read, until);
    if (fault == beast::http::error::buffer_overflow) co_return Got::too_large;
    if (fault) co_return Got::nothing;
  }
}

Task<> Connection::refuse_head(Got got) {
  next_id();
  const auto response =
      got == Got::too_large ? plain_error(431, "Request Header Fields Too Large") : plain_error(400, "Bad Request");
  const bool written = co_await write(&response, true, false, steady_now());
  if (written) co_await linger();
}

void Connection::next_id() {
  id_ = prefix_;
  fmt::format_to(std::back_inserter(id_), "{:x}", ++requests_);
  cost_.sql.store(0, std::memory_order_relaxed);
  cost_.engine.store(0, std::memory_order_relaxed);
}

/// Splits the raw target into the decoded path and the query. False when it is no address of ours.
bool Connection::take_target(Request& request, std::string& query) {
  std::string_view rest = parser_->target;
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
  request.method = parser_->method;
  request.headers = std::move(parser_->headers);
  request.remote = remote_;
  request.encrypted = same_name(request.headers.find("X-Forwarded-Proto").value_or(""), "https");
  asked.origin = allowed_origin(request.headers, options_.cors_origins);
  asked.expects = !parser_->is_done() && same_name(request.headers.find("Expect").value_or(""), "100-continue");
  const bool head_only = request.method == Method::head;
  const bool odd_coding = request.headers.find("Transfer-Encoding").has_value() && !parser_->chunked();
  std::string query;
  std::optional<Response> response;
  bool keep = parser_->keep_alive();
  if (odd_coding || !take_target(request, query)) {
    response = plain_error(400, "Bad Request");
    keep = false;
  } else {
    request.query = parse_query(query);
    asked.match = core_->router.match(request.method, request.path);
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
  if (asked.origin) allow_origin(*response, *asked.origin);
  if (!parser_->is_done()) {
    // The body was not wanted. A short one is read and dropped; else closing is cheaper.
    const auto length = parser_->content_length_remaining();
    keep = keep && !asked.expects && length && *length <= cheap_rest;
  }
  keep = keep && !lane_.draining;
  const bool written = co_await write(&*response, !head_only, keep, since);
  if (log::enabled(log::Level::debug)) {
    log::debug("http", "{} {} {} -> {}", id_, name_of(parser_->method),
               asked.match.route ? asked.match.route->path : "-", response->status);
  }
  if (!written) co_return false;
  if (parser_->is_done()) co_return keep;
  if (!keep) {
    co_await linger();
    co_return false;
  }
  co_return co_await discard(cheap_rest + large_read, steady_now() + linger_for);
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
    log::warn("http", "request {} {} {} -> {}", id_, name_of(parser_->method),
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
  auto refused = co_await read_body(route.max_body, asked->expects);
  if (refused) co_return std::move(*refused);
  asked->request.params = std::move(asked->match.params);
  asked->request.body = std::move(parser_->body);
  co_return co_await route.handler(std::move(asked->request));
}

/// Reads the body to its end. Gives the refusal when it is too large, too slow or malformed.
Task<std::optional<Response>> Connection::read_body(std::size_t max, bool expects) {
  const auto length = parser_->content_length();
  if (length && *length > max) co_return plain_error(413, "Request body too large");
  const auto since = steady_now();
  if (expects && parser_->body.empty()) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto done = co_await stream_->write({asio::buffer(go_on), {}, {}, {}}, since + options_.write_within);
    if (done.fault) lost_ = true;
  }
  while (!lost_) {
    auto fault = feed();
    if (fault) co_return plain_error(400, "Bad Request");
    if (parser_->body.size() > max) co_return plain_error(413, "Request body too large");
    if (parser_->is_done()) co_return std::nullopt;
    const std::chrono::seconds earned(parser_->body.size() / slow_bytes_per_second);
    fault = co_await read_more(large_read, since + options_.body_within + earned);
    if (fault == asio::error::timed_out) co_return plain_error(408, "The request body did not arrive in time");
    if (fault) lost_ = true;
  }
  co_return plain_error(400, "Bad Request");
}

/// Writes head and body with one call to the system. False when the peer has gone.
Task<bool> Connection::write(const Response* response, bool with_body, bool keep, SteadyTime since) {
  HeadLines lines;
  lines.date = date();
  lines.request_id = id_;
  lines.sql = cost_.sql.load(std::memory_order_relaxed);
  lines.engine = cost_.engine.load(std::memory_order_relaxed);
  lines.keep = keep;
  lines.http_1_0 = parser_ && parser_->http_1_0;
  const auto now = steady_now();
  lines.took = now - since;
  write_head(head_, *response, lines);
  const auto body = with_body && may_have_body(response->status) ? response->bytes() : std::string_view{};
  const std::chrono::seconds earned(body.size() / slow_bytes_per_second);
  const auto until = now + options_.write_within + earned;
  const auto done = co_await stream_->write({asio::buffer(head_), asio::buffer(body), {}, {}}, until);
  co_return !done.fault;
}

/// Reads the rest of a body that nobody wants. True when it came to its end.
Task<bool> Connection::discard(std::size_t most, SteadyTime until) {
  std::size_t dropped = 0;
  for (;;) {
    auto fault = feed();
    if (fault) co_return false;
    if (parser_->is_done()) co_return true;
    dropped += parser_->body.size();
    parser_->body.clear();
    if (dropped > most) co_return false;
    fault = co_await read_more(large_read, until);
    if (fault) co_return false;
  }
}

/// Lets the peer read the answer before the close: closing with unread bytes would throw the answer away on its side.
Task<> Connection::linger() {
  stream_->shut_down_sending();
  const auto until = steady_now() + linger_for;
  for (std::size_t dropped = 0; dropped < linger_bytes && steady_now() < until;) {
    buffer_.consume(buffer_.size());
    const auto fault = co_await read_more(large_read, until);
    if (fault) co_return;
    dropped += buffer_.size();
  }
}

/// Signs in, shakes hands, and lets the route's handler own the socket. Always the connection's last request.
Task<bool> Connection::upgrade(Asked* asked) {
  auto& request = asked->request;
  const auto& route = *asked->match.route;
  std::exception_ptr fault;
  try {
    if (!parser_->is_done() || buffer_.size() > 0) throw BadRequest("Bad Request");
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
  socket_ = co_await accept_websocket(stream_, parser_->target, request.headers, options_.websocket, id_);
  if (!socket_) co_return false;
  if (lane_.draining) spawn("websocket close", socket_->executor(), say_goodbye(socket_));
  std::uint16_t code = 1000;
  try {
    co_await route.socket(socket_, std::move(request));
  } catch (const std::exception& e) {
    log::error("http", "WebSocket {} of {} failed: {}", id_, route.path, e.what());
    code = 1011;
  } catch (...) {
    log::error("http", "WebSocket {} of {} failed by something that is no exception", id_, route.path);
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
