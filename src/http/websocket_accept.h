#pragma once
#include <memory>
#include <string>

#include "http/message.h"
#include "http/stream.h"
#include "http/websocket.h"

namespace trinity::http {

/// Whether a request asks to speak WebSocket (RFC 6455, version 13) in a way that we can answer.
[[nodiscard]] bool asks_for_websocket(const Headers& headers) noexcept;

/// Answers the handshake on the connection's socket, which it takes over; nothing when the peer has gone. `target` is
/// the request's raw target.
Task<std::shared_ptr<WebSocket>> accept_websocket(std::shared_ptr<Stream> stream, std::string target, Headers headers,
                                                  WebSocketOptions options, std::string request_id);

}  // namespace trinity::http
