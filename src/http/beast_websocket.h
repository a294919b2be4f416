#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/message.h"
#include "http/websocket.h"

namespace trinity::http {

/// A WebSocket over Beast, for either side of the connection. Includes Beast; only the files that open sockets use it.
/// Held by shared_ptr.
class BeastWebSocket final : public WebSocket, public std::enable_shared_from_this<BeastWebSocket> {
 public:
  using Fault = boost::system::error_code;
  using Answer = boost::beast::websocket::response_type;

  BeastWebSocket(asio::ip::tcp::socket socket, WebSocketOptions options);

  /// The server's side of the handshake; false when the peer has gone.
  Task<bool> accept(boost::beast::http::request<boost::beast::http::empty_body> request, std::string request_id);
  /// The client's side, the connection included, within the limit (asio::error::timed_out). `answer` holds what the
  /// peer said instead of an upgrade.
  Task<Fault> dial(asio::ip::tcp::endpoint peer, std::string target, Headers headers, std::chrono::milliseconds within,
                   Answer* answer);

  Task<std::optional<Message>> read() override;
  Task<bool> write(std::shared_ptr<const std::string> frame) override;
  Task<> close(std::uint16_t code, std::string reason) override;
  void abort() noexcept override;
  [[nodiscard]] asio::any_io_executor executor() override { return stream_.get_executor(); }

 private:
  void stop_timers() noexcept;
  void abort_after(std::chrono::milliseconds limit);
  void ping_later();
  void ping();

  boost::beast::websocket::stream<asio::ip::tcp::socket> stream_;
  asio::steady_timer ping_;
  asio::steady_timer limit_;
  boost::beast::flat_buffer buffer_;
  WebSocketOptions options_;
  bool closing_ = false;
  bool pinging_ = false;
  bool unanswered_ = false;  ///< a pong is awaited; its limit runs
  bool late_ = false;        ///< ended by a limit
};

}  // namespace trinity::http
