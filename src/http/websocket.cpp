#include "http/websocket.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "http/text.h"
#include "http/websocket_accept.h"

namespace trinity::http {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How long the peer may take to answer a close frame.
constexpr std::chrono::seconds close_within{2};

class BeastWebSocket final : public WebSocket, public std::enable_shared_from_this<BeastWebSocket> {
 public:
  BeastWebSocket(tcp::socket socket, WebSocketOptions options)
      : stream_(std::move(socket)), ping_(stream_.get_executor()), limit_(stream_.get_executor()), options_(options) {
    // Beast's own timer only bounds handshakes; pings are ours, so that their interval is what the options say.
    stream_.set_option(ws::stream_base::timeout{close_within, ws::stream_base::none(), false});
    stream_.read_message_max(options_.max_message);
    stream_.auto_fragment(false);
    stream_.text(true);
    stream_.control_callback([this](ws::frame_type kind, beast::string_view) {
      if (kind == ws::frame_type::pong && !closing_) limit_.cancel();
    });
  }

  Task<bool> accept(beast::http::request<beast::http::empty_body> request, std::string request_id) {
    const auto self = shared_from_this();
    auto decorate = [id = std::move(request_id)](ws::response_type& response) { response.set("X-Request-Id", id); };
    stream_.set_option(ws::stream_base::decorator(std::move(decorate)));
    error_code fault;
    co_await stream_.async_accept(request, asio::redirect_error(use_awaitable, fault));
    if (fault) co_return false;
    ping_later();
    co_return true;
  }

  Task<std::optional<Message>> read() override {
    const auto self = shared_from_this();
    error_code fault;
    buffer_.consume(buffer_.size());
    co_await stream_.async_read(buffer_, asio::redirect_error(use_awaitable, fault));
    if (fault) {
      ping_.cancel();
      if (!closing_) limit_.cancel();
      co_return std::nullopt;
    }
    const auto data = buffer_.data();
    co_return Message{std::string(static_cast<const char*>(data.data()), data.size()), stream_.got_text()};
  }

  Task<bool> write(std::shared_ptr<const std::string> frame) override {
    const auto self = shared_from_this();
    if (closing_ || !stream_.is_open()) co_return false;
    error_code fault;
    co_await stream_.async_write(asio::buffer(*frame), asio::redirect_error(use_awaitable, fault));
    co_return !fault;
  }

  Task<> close(std::uint16_t code, std::string reason) override {
    const auto self = shared_from_this();
    if (closing_ || !stream_.is_open()) co_return;
    closing_ = true;
    ping_.cancel();
    abort_after(close_within);
    if (reason.size() > 120) reason.resize(120);  // a control frame holds 123 bytes
    error_code fault;
    co_await stream_.async_close(ws::close_reason(static_cast<ws::close_code>(code), reason),
                                 asio::redirect_error(use_awaitable, fault));
    abort();
  }

  void abort() noexcept override {
    stop_timers();
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

  [[nodiscard]] asio::any_io_executor executor() override { return stream_.get_executor(); }

 private:
  void stop_timers() noexcept {
    ping_.cancel();
    limit_.cancel();
  }

  /// The connection is dropped unless a pong (or the end) comes first.
  void abort_after(std::chrono::seconds limit) {
    limit_.expires_after(limit);
    limit_.async_wait([weak = weak_from_this()](const error_code& fault) {
      if (fault) return;
      if (const auto self = weak.lock()) self->abort();
    });
  }

  void ping_later() {
    ping_.expires_after(options_.ping_every);
    ping_.async_wait([weak = weak_from_this()](const error_code& fault) {
      if (fault) return;
      if (const auto self = weak.lock()) self->ping();
    });
  }

  void ping() {
    if (closing_ || !stream_.is_open()) return;
    ping_later();
    if (pinging_) return;  // the one before is still stuck behind a write; its limit runs
    pinging_ = true;
    abort_after(options_.pong_within);
    stream_.async_ping({}, [self = shared_from_this()](const error_code& fault) {
      self->pinging_ = false;
      if (fault && !self->closing_) self->abort();
    });
  }

  ws::stream<tcp::socket> stream_;
  asio::steady_timer ping_;
  asio::steady_timer limit_;
  beast::flat_buffer buffer_;
  WebSocketOptions options_;
  bool closing_ = false;
  bool pinging_ = false;
};

}  // namespace

bool asks_for_websocket(const Headers& headers) noexcept {
  return lists_token(headers.find("Connection").value_or(""), "upgrade") &&
         lists_token(headers.find("Upgrade").value_or(""), "websocket") &&
         headers.find("Sec-WebSocket-Version") == "13" && headers.find("Sec-WebSocket-Key");
}

Task<std::shared_ptr<WebSocket>> accept_websocket(std::shared_ptr<Stream> stream, std::string target, Headers headers,
                                                  WebSocketOptions options, std::string request_id) {
  error_code fault;
  const auto local = stream->socket().local_endpoint(fault);
  if (fault) co_return nullptr;
  tcp::socket socket(stream->executor());
  socket.assign(local.protocol().family() == AF_INET6 ? tcp::v6() : tcp::v4(), stream->release(), fault);
  if (fault) co_return nullptr;
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, target, 11);
  for (const auto& [name, value] : headers) request.insert(name, value);
  const auto made = std::make_shared<BeastWebSocket>(std::move(socket), options);
  const bool accepted = co_await made->accept(std::move(request), std::move(request_id));
  if (!accepted) co_return nullptr;
  co_return made;
}

}  // namespace trinity::http
