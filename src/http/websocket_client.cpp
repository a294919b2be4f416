#include "http/websocket_client.h"

#include <boost/asio/this_coro.hpp>
#include <boost/beast/http/error.hpp>

#include "http/beast_websocket.h"

namespace trinity::http {

namespace {

using boost::system::error_code;
namespace ws = boost::beast::websocket;

DialFault fault_of(const error_code& fault, const BeastWebSocket::Answer& answer, const std::string& peer) {
  if (fault == asio::error::timed_out) return {ClientFault::timeout, 0, peer + " did not answer in time"};
  if (fault == ws::error::upgrade_declined) {
    const auto status = answer.result_int();
    return {ClientFault::refused, status, peer + " answered with status " + std::to_string(status)};
  }
  const auto& kind = fault.category();
  const bool malformed = kind == error_code(ws::error::bad_http_version).category() ||
                         kind == boost::beast::http::make_error_code(boost::beast::http::error::bad_version).category();
  const bool cut =
      fault == boost::beast::http::error::end_of_stream || fault == boost::beast::http::error::partial_message;
  if (malformed && !cut) return {ClientFault::malformed, 0, peer + " speaks no WebSocket: " + fault.message()};
  return {ClientFault::closed, 0, "the connection to " + peer + " ended: " + fault.message()};
}

bool fits(std::string_view text, std::string_view forbidden) noexcept {
  return text.find_first_of(forbidden) == std::string_view::npos && text.find('\0') == std::string_view::npos;
}

/// Nothing of what we send may end a line early.
bool is_sound(const Dial& dial) noexcept {
  if (dial.target.empty() || !fits(dial.target, " \t\r\n")) return false;
  for (const auto& [name, value] : dial.headers) {
    if (name.empty() || !fits(name, " \t:\r\n") || !fits(value, "\r\n")) return false;
  }
  return true;
}

}  // namespace

Task<std::expected<std::shared_ptr<WebSocket>, DialFault>> dial_websocket(Dial dial) {
  const auto peer = dial.endpoint.text();
  error_code fault;
  const auto address = asio::ip::make_address(dial.endpoint.address, fault);
  if (fault) co_return std::unexpected(DialFault{ClientFault::refused, 0, "not an IP address: " + peer});
  if (!is_sound(dial)) co_return std::unexpected(DialFault{ClientFault::malformed, 0, "no sound request to " + peer});
  const auto executor = co_await asio::this_coro::executor;
  const auto socket = std::make_shared<BeastWebSocket>(asio::ip::tcp::socket(executor), dial.socket);
  BeastWebSocket::Answer answer;
  const asio::ip::tcp::endpoint there(address, dial.endpoint.port);
  fault = co_await socket->dial(there, std::move(dial.target), std::move(dial.headers), dial.within, &answer);
  if (!fault) co_return socket;
  socket->abort();
  if (fault == asio::error::connection_refused || fault == asio::error::host_unreachable ||
      fault == asio::error::network_unreachable) {
    co_return std::unexpected(DialFault{ClientFault::refused, 0, peer + " cannot be reached: " + fault.message()});
  }
  co_return std::unexpected(fault_of(fault, answer, peer));
}

}  // namespace trinity::http
