#include "http/websocket.h"

#include "http/beast_websocket.h"
#include "http/text.h"
#include "http/websocket_accept.h"

namespace trinity::http {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using boost::system::error_code;

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
