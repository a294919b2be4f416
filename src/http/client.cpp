#include "http/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "http/body_source.h"
#include "http/chunk.h"
#include "http/message_parser.h"
#include "http/stream.h"
#include "http/text.h"

namespace trinity::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::size_t max_head = 64 * 1024;
constexpr std::size_t read_size = 64 * 1024;
/// A kept connection older than this is not tried again: servers drop idle ones.
constexpr std::chrono::seconds max_age{30};

/// Reads an answer; the body piles up until somebody takes it.
class ResponseParser final : public MessageParser<false> {
 public:
  explicit ResponseParser(bool head_only) : MessageParser(max_head) { skip(head_only); }
  unsigned status = 0;

  [[nodiscard]] ClientResponse take() { return {status, std::move(headers), std::exchange(body, {})}; }

 private:
  void on_response_impl(int code, View, int, Fault&) override { status = static_cast<unsigned>(code); }
};

struct Connection {
  std::shared_ptr<Stream> stream;
  beast::flat_buffer buffer{max_head + read_size};
  SteadyTime last_used{};
  bool reused = false;
  bool kept = true;  ///< may serve the next request
};

/// One request on its way: its connection and what has been read of the answer.
struct Exchange {
  std::unique_ptr<Connection> connection;
  std::unique_ptr<ResponseParser> parser;
};

ClientError fault_of(const error_code& fault, const std::string& peer) {
  using beast::http::error;
  if (fault == asio::error::timed_out) return {ClientFault::timeout, peer + " did not answer in time"};
  if (fault == error::body_limit || fault == error::header_limit || fault == error::buffer_overflow) {
    return {ClientFault::too_large, "the answer of " + peer + " is too large"};
  }
  const bool cut = fault == error::partial_message || fault == error::end_of_stream;
  if (!cut && fault.category() == beast::http::make_error_code(error::bad_version).category()) {
    return {ClientFault::malformed, "the answer of " + peer + " is malformed: " + fault.message()};
  }
  return {ClientFault::closed, "the connection to " + peer + " ended: " + fault.message()};
}

bool is_safe(Method method) noexcept {
  return method == Method::get || method == Method::head;
}

bool is_text(std::string_view text, std::string_view forbidden) noexcept {
  return text.find_first_of(forbidden) == std::string_view::npos && text.find('\0') == std::string_view::npos;
}

std::string head_of(const ClientRequest& request, const std::string& host) {
  if (request.target.empty() || !is_text(request.target, " \t\r\n")) {
    throw ClientError(ClientFault::malformed, "a request target may hold no blanks and line ends");
  }
  std::string head;
  head.reserve(256);
  head.append(name_of(request.method)).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (!request.headers.find("Host")) head.append("Host: ").append(host).append("\r\n");
  if (!request.headers.find("Connection")) head.append("Connection: keep-alive\r\n");
  if (request.streamed.source && !request.streamed.length) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (request.streamed.source) {
    head.append("Content-Length: ").append(std::to_string(*request.streamed.length)).append("\r\n");
  } else if (!request.body.empty() || !(is_safe(request.method) || request.method == Method::del)) {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  for (const auto& [name, value] : request.headers) {
    if (same_name(name, "Content-Length")) continue;
    if (name.empty() || !is_text(name, " \t:\r\n") || !is_text(value, "\r\n")) {
      throw ClientError(ClientFault::malformed, "a header field may hold no line ends");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

}  // namespace

std::string Endpoint::text() const {
  if (!unix_path.empty()) return "unix:" + unix_path;
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

class HangupAccess {
 public:
  /// False when it was hung up already.
  static bool attach(Hangup& hangup, const std::shared_ptr<Stream>& stream) {
    const std::lock_guard lock(hangup.mutex_);
    hangup.stream_ = stream;
    return !hangup.done_;
  }
};

bool Hangup::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

void Hangup::now() {
  const std::lock_guard lock(mutex_);
  done_ = true;
  // On the stream's own thread; by then the request may have ended, and its connection may serve nobody else: one that
  // can be hung up is never kept.
  if (const auto stream = stream_.lock()) asio::post(stream->executor(), [stream] { stream->close(); });
}

struct Client::State {
  /// The kept connections of one context; touched by its thread only.
  struct Lane {
    asio::io_context* context;
    std::vector<std::unique_ptr<Connection>> idle;
  };

  Endpoint endpoint;
  std::string host;
  std::size_t max_idle = 0;
  std::vector<Lane> lanes;

  Lane& lane_of(const asio::any_io_executor& executor) {
    const auto* context = &executor.context();
    for (auto& lane : lanes) {
      if (lane.context == context) return lane;
    }
    throw std::logic_error("the client to " + endpoint.text() + " is used on a context that it was not made for");
  }

  /// Nothing when no kept connection is fit for use.
  std::unique_ptr<Connection> take(Lane& lane) {
    while (!lane.idle.empty()) {
      auto kept = std::move(lane.idle.back());
      lane.idle.pop_back();
      if (kept->last_used + max_age < steady_now() || kept->stream->is_stale()) continue;
      kept->reused = true;
      return kept;
    }
    return nullptr;
  }

  /// After a whole answer: keeps the connection when both sides may.
  void give_back(Exchange exchange) {
    auto& connection = exchange.connection;
    const bool fit = connection->kept && exchange.parser->is_done() && exchange.parser->keep_alive() &&
                     connection->buffer.size() == 0 && exchange.parser->status != 101 && connection->stream->is_open();
    if (!fit) return;
    auto& lane = lane_of(connection->stream->executor());
    if (lane.idle.size() >= max_idle) return;
    connection->last_used = steady_now();
    connection->stream->rest();
    lane.idle.push_back(std::move(connection));
  }

  [[nodiscard]] Stream::Endpoint peer() const {
    if (!endpoint.unix_path.empty()) {
      if (endpoint.unix_path.size() > 107) {
        throw ClientError(ClientFault::refused, "the socket path is too long: " + endpoint.unix_path);
      }
      return asio::local::stream_protocol::endpoint(endpoint.unix_path);
    }
    error_code fault;
    const auto address = asio::ip::make_address(endpoint.address, fault);
    if (fault) throw ClientError(ClientFault::refused, "not an IP address: " + endpoint.address);
    return asio::ip::tcp::endpoint(address, endpoint.port);
  }
};

namespace {

using boost::asio::ip::tcp;

/// From here on the connection is this request's alone.
void attach(Hangup& hangup, Connection& connection) {
  if (!HangupAccess::attach(hangup, connection.stream))
    throw ClientError(ClientFault::closed, "the request was given up");
  connection.kept = false;
}

template <class State>
Task<std::unique_ptr<Connection>> connect(std::shared_ptr<State> state, std::shared_ptr<Hangup> hangup,
                                          SteadyTime connected_by, SteadyTime until) {
  const auto executor = co_await asio::this_coro::executor;
  auto made = std::make_unique<Connection>();
  made->stream = std::make_shared<Stream>(Stream::Socket(executor));
  if (hangup) attach(*hangup, *made);
  const auto done = co_await made->stream->connect(state->peer(), connected_by);
  if (done.fault == asio::error::timed_out && connected_by == until) throw fault_of(done.fault, state->endpoint.text());
  if (done.fault && hangup && hangup->done()) throw ClientError(ClientFault::closed, "the request was given up");
  if (done.fault) {
    throw ClientError(ClientFault::refused, state->endpoint.text() + " cannot be reached: " + done.fault.message());
  }
  if (state->endpoint.unix_path.empty()) {
    error_code ignored;
    made->stream->socket().set_option(tcp::no_delay(true), ignored);
  }
  co_return made;
}

/// Reads once. The end of the connection may be the proper end of a body without length.
Task<error_code> read_more(Connection* connection, ResponseParser* parser, SteadyTime until) {
  auto& buffer = connection->buffer;
  const auto space = std::min(read_size, buffer.max_size() - buffer.size());
  if (space == 0) co_return error_code(beast::http::error::buffer_overflow);
  const auto done = co_await connection->stream->read_some(buffer.prepare(space), until);
  if (done.fault == asio::error::eof && parser->got_some()) {
    error_code fault;
    parser->put_eof(fault);
    co_return fault;
  }
  buffer.commit(done.bytes);
  co_return done.fault;
}

/// Reads up to the end of the head; interim answers (100) are passed over.
Task<error_code> read_head(Exchange* exchange, bool head_only, SteadyTime until) {
  for (int interim = 0; interim < 4; ++interim) {
    auto* parser = exchange->parser.get();
    while (!parser->is_header_done()) {
      auto fault = parser->feed(exchange->connection->buffer);
      if (fault) co_return fault;
      if (parser->is_header_done()) break;
      fault = co_await read_more(exchange->connection.get(), parser, until);
      if (fault) co_return fault;
    }
    const auto status = parser->status;
    if (status >= 200 || status == 101) co_return error_code{};
    exchange->parser = std::make_unique<ResponseParser>(head_only);
  }
  co_return error_code(beast::http::error::unexpected_body);
}

/// Sends a body piece by piece, each within `limit`. Ends early, without a fault, when the peer has answered already.
Task<error_code> send_body(Connection* connection, const StreamedBody* body, std::chrono::milliseconds limit) {
  connection->kept = false;
  std::uint64_t sent = 0;
  for (;;) {
    if (connection->stream->has_input()) co_return error_code{};
    const auto piece = co_await body->source->read();
    sent += piece.size();
    if (body->length && (piece.empty() ? sent != *body->length : sent > *body->length))
      throw ClientError(ClientFault::malformed, "a body has not the length that was promised");
    const bool chunked = !body->length;
    if (piece.empty() && !chunked) co_return error_code{};
    const auto head = chunked ? chunk_head(piece.size()) : std::string();
    const std::string_view end = chunked ? "\r\n" : "";
    const Stream::Pieces pieces{asio::buffer(head), asio::buffer(piece), asio::buffer(end), {}};
    const auto done = co_await connection->stream->write(pieces, steady_now() + limit);
    if (done.fault || piece.empty()) co_return done.fault;
  }
}

/// Sends the request and reads the answer's head.
template <class State>
Task<Exchange> start(std::shared_ptr<State> state, ClientRequest request, SteadyTime until) {
  const auto executor = co_await asio::this_coro::executor;
  const auto begun = steady_now();
  const auto head = head_of(request, state->host);
  const bool head_only = request.method == Method::head;
  const auto connected_by =
      request.connect_within.count() > 0 ? std::min(until, steady_now() + request.connect_within) : until;
  Exchange exchange;
  exchange.connection = state->take(state->lane_of(executor));
  for (;;) {
    if (!exchange.connection) exchange.connection = co_await connect(state, request.hangup, connected_by, until);
    if (request.hangup) attach(*request.hangup, *exchange.connection);
    exchange.parser = std::make_unique<ResponseParser>(head_only);
    const Stream::Pieces pieces{asio::buffer(head), asio::buffer(request.body), {}, {}};
    const auto sent = co_await exchange.connection->stream->write(pieces, until);
    auto fault = sent.fault;
    if (!fault && request.streamed.source) {
      const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(until - begun);
      fault = co_await send_body(exchange.connection.get(), &request.streamed, limit);
      until = steady_now() + limit;
    }
    if (fault != asio::error::timed_out) {
      // Also after a failed write: the peer may have answered before it closed.
      fault = co_await read_head(&exchange, head_only, until);
      if (!fault) co_return exchange;
    }
    const bool untouched = !exchange.parser->got_some() && exchange.connection->buffer.size() == 0;
    const bool again = exchange.connection->reused && untouched && !request.streamed.source &&
                       is_safe(request.method) && fault != asio::error::timed_out && steady_now() < until;
    if (!again) throw fault_of(fault, state->endpoint.text());
    exchange.connection.reset();
  }
}

template <class State>
class BodyStream final : public ClientStream {
 public:
  BodyStream(std::shared_ptr<State> state, Exchange exchange)
      : state_(std::move(state)), stream_(exchange.connection->stream), exchange_(std::move(exchange)) {
    head_ = exchange_.parser->take();
    rest_ = std::exchange(head_.body, {});
  }
  ~BodyStream() override { cancel(); }
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  [[nodiscard]] const ClientResponse& head() const override { return head_; }

  Task<std::string> read(std::chrono::milliseconds limit) override {
    const auto until = steady_now() + limit;
    if (!rest_.empty()) co_return std::exchange(rest_, {});
    if (!stream_) co_return std::string{};
    if (head_.status == 101) co_return co_await read_raw(until);
    auto* parser = exchange_.parser.get();
    auto* connection = exchange_.connection.get();
    for (;;) {
      auto fault = parser->feed(connection->buffer);
      if (fault) throw fault_of(fault, state_->endpoint.text());
      if (!parser->body.empty()) co_return std::exchange(parser->body, {});
      if (parser->is_done()) break;
      fault = co_await read_more(connection, parser, until);
      if (fault) throw fault_of(fault, state_->endpoint.text());
    }
    finish();
    co_return std::string{};
  }

  Task<> write(std::string bytes, std::chrono::milliseconds limit) override {
    if (!stream_) throw ClientError(ClientFault::closed, "the stream has ended");
    const auto stream = stream_;
    const auto done = co_await stream->write({asio::buffer(bytes), {}, {}, {}}, steady_now() + limit);
    if (!done.fault) co_return;
    stream->close();  // part of the bytes may be out: nothing sensible can follow
    throw fault_of(done.fault, state_->endpoint.text());
  }

  void cancel() noexcept override {
    if (stream_) stream_->close();
  }

 private:
  Task<std::string> read_raw(SteadyTime until) {
    auto& buffer = exchange_.connection->buffer;
    if (buffer.size() == 0) {
      const auto done = co_await stream_->read_some(buffer.prepare(read_size), until);
      if (done.fault == asio::error::eof) co_return std::string{};
      if (done.fault) throw fault_of(done.fault, state_->endpoint.text());
      buffer.commit(done.bytes);
    }
    const auto data = buffer.data();
    std::string bytes(static_cast<const char*>(data.data()), data.size());
    buffer.consume(bytes.size());
    co_return bytes;
  }

  /// The whole body was read: the connection can serve the next request.
  void finish() {
    stream_.reset();
    state_->give_back(std::move(exchange_));
  }

  std::shared_ptr<State> state_;
  std::shared_ptr<Stream> stream_;  ///< empty once the body has ended
  Exchange exchange_;
  ClientResponse head_;
  std::string rest_;
};

}  // namespace

Client::Client(Endpoint endpoint, const std::vector<asio::io_context*>& contexts, std::size_t max_idle)
    : state_(std::make_shared<State>()) {
  state_->host = endpoint.unix_path.empty() ? endpoint.text() : "localhost";
  state_->endpoint = std::move(endpoint);
  state_->max_idle = max_idle;
  for (auto* context : contexts) state_->lanes.push_back({context, {}});
}

Client::~Client() = default;

Task<ClientResponse> Client::request(ClientRequest request, std::chrono::milliseconds limit, std::size_t max_body) {
  const auto state = state_;
  const auto until = steady_now() + limit;
  auto exchange = co_await start(state, std::move(request), until);
  auto* parser = exchange.parser.get();
  const auto length = parser->content_length();
  const bool bodyless = parser->is_done();
  if (!bodyless && length && *length > max_body) {
    throw ClientError(ClientFault::too_large, "the answer of " + state->endpoint.text() + " is too large");
  }
  for (;;) {
    auto fault = parser->feed(exchange.connection->buffer);
    if (!fault && parser->body.size() > max_body) fault = error_code(beast::http::error::body_limit);
    if (fault) throw fault_of(fault, state->endpoint.text());
    if (parser->is_done()) break;
    fault = co_await read_more(exchange.connection.get(), parser, until);
    if (fault) throw fault_of(fault, state->endpoint.text());
  }
  auto response = parser->take();
  state->give_back(std::move(exchange));
  co_return response;
}

Task<std::unique_ptr<ClientStream>> Client::open(ClientRequest request, std::chrono::milliseconds limit) {
  const auto state = state_;
  auto exchange = co_await start(state, std::move(request), steady_now() + limit);
  co_return std::make_unique<BodyStream<State>>(state, std::move(exchange));
}

}  // namespace trinity::http
