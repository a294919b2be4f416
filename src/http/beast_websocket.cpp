#include "http/beast_websocket.h"

#include <boost/asio/redirect_error.hpp>
#include <utility>

namespace trinity::http {

namespace ws = boost::beast::websocket;

namespace {

/// How long the peer may take to answer a close frame.
constexpr std::chrono::seconds close_within{2};
/// A buffer that one large message has made is given back: there may be a thousand of quiet sockets.
constexpr std::size_t kept_buffer = 16 * 1024;

}  // namespace

BeastWebSocket::BeastWebSocket(asio::ip::tcp::socket socket, WebSocketOptions options)
    : stream_(std::move(socket)), ping_(stream_.get_executor()), limit_(stream_.get_executor()), options_(options) {
  // Beast's own timer only bounds handshakes; pings are ours, so that their interval is what the options say.
  stream_.set_option(ws::stream_base::timeout{close_within, ws::stream_base::none(), false});
  stream_.read_message_max(options_.max_message);
  stream_.auto_fragment(false);
  stream_.text(true);
  stream_.control_callback([this](ws::frame_type kind, boost::beast::string_view) {
    if (kind != ws::frame_type::pong || closing_) return;
    unanswered_ = false;
    limit_.cancel();
  });
}

Task<bool> BeastWebSocket::accept(boost::beast::http::request<boost::beast::http::empty_body> request,
                                  std::string request_id) {
  const auto self = shared_from_this();
  auto decorate = [id = std::move(request_id)](ws::response_type& response) { response.set("X-Request-Id", id); };
  stream_.set_option(ws::stream_base::decorator(std::move(decorate)));
  Fault fault;
  co_await stream_.async_accept(request, asio::redirect_error(use_awaitable, fault));
  if (fault) co_return false;
  ping_later();
  co_return true;
}

Task<BeastWebSocket::Fault> BeastWebSocket::dial(asio::ip::tcp::endpoint peer, std::string target, Headers headers,
                                                 std::chrono::milliseconds within, Answer* answer) {
  const auto self = shared_from_this();
  // Our own limit is for both steps.
  stream_.set_option(ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
  auto decorate = [fields = std::move(headers)](ws::request_type& request) {
    for (const auto& [name, value] : fields) request.set(name, value);
  };
  stream_.set_option(ws::stream_base::decorator(std::move(decorate)));
  abort_after(within);
  Fault fault;
  co_await stream_.next_layer().async_connect(peer, asio::redirect_error(use_awaitable, fault));
  if (!fault) {
    Fault ignored;
    stream_.next_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto host = peer.address().is_v6() ? "[" + peer.address().to_string() + "]" : peer.address().to_string();
    const auto named = host + ":" + std::to_string(peer.port());
    co_await stream_.async_handshake(*answer, named, target, asio::redirect_error(use_awaitable, fault));
  }
  if (late_) co_return Fault(asio::error::timed_out);
  limit_.cancel();
  if (fault) co_return fault;
  stream_.set_option(ws::stream_base::timeout{close_within, ws::stream_base::none(), false});
  ping_later();
  co_return Fault{};
}

Task<std::optional<WebSocket::Message>> BeastWebSocket::read() {
  const auto self = shared_from_this();
  Fault fault;
  buffer_.consume(buffer_.size());
  if (buffer_.capacity() > kept_buffer) buffer_.shrink_to_fit();
  co_await stream_.async_read(buffer_, asio::redirect_error(use_awaitable, fault));
  if (fault) {
    ping_.cancel();
    if (!closing_) limit_.cancel();
    co_return std::nullopt;
  }
  const auto data = buffer_.data();
  co_return Message{std::string(static_cast<const char*>(data.data()), data.size()), stream_.got_text()};
}

Task<bool> BeastWebSocket::write(std::shared_ptr<const std::string> frame) {
  const auto self = shared_from_this();
  if (closing_ || !stream_.is_open()) co_return false;
  Fault fault;
  co_await stream_.async_write(asio::buffer(*frame), asio::redirect_error(use_awaitable, fault));
  co_return !fault;
}

Task<> BeastWebSocket::close(std::uint16_t code, std::string reason) {
  const auto self = shared_from_this();
  if (closing_ || !stream_.is_open()) co_return;
  closing_ = true;
  ping_.cancel();
  abort_after(close_within);
  if (reason.size() > 120) reason.resize(120);  // a control frame holds 123 bytes
  Fault fault;
  co_await stream_.async_close(ws::close_reason(static_cast<ws::close_code>(code), reason),
                               asio::redirect_error(use_awaitable, fault));
  abort();
}

void BeastWebSocket::abort() noexcept {
  stop_timers();
  Fault ignored;
  stream_.next_layer().close(ignored);
}

void BeastWebSocket::stop_timers() noexcept {
  ping_.cancel();
  limit_.cancel();
}

/// The connection is dropped unless a pong (or the end) comes first.
void BeastWebSocket::abort_after(std::chrono::milliseconds limit) {
  limit_.expires_after(limit);
  limit_.async_wait([weak = weak_from_this()](const Fault& fault) {
    if (fault) return;
    const auto self = weak.lock();
    if (!self) return;
    self->late_ = true;
    self->abort();
  });
}

void BeastWebSocket::ping_later() {
  if (options_.ping_every.count() == 0) return;
  ping_.expires_after(options_.ping_every);
  ping_.async_wait([weak = weak_from_this()](const Fault& fault) {
    if (fault) return;
    if (const auto self = weak.lock()) self->ping();
  });
}

void BeastWebSocket::ping() {
  if (closing_ || !stream_.is_open()) return;
  ping_later();
  if (pinging_) return;  // the one before is still stuck behind a write; its limit runs
  pinging_ = true;
  // Another ping must not give more time to who has not answered the one before.
  if (!unanswered_) abort_after(options_.pong_within);
  unanswered_ = true;
  stream_.async_ping({}, [self = shared_from_this()](const Fault& fault) {
    self->pinging_ = false;
    if (fault && !self->closing_) self->abort();
  });
}

}  // namespace trinity::http
