#pragma once
#include <expected>
#include <memory>
#include <string>

#include "http/client.h"
#include "http/websocket.h"

namespace trinity::http {

/// What to connect to, and how.
struct Dial {
  Endpoint endpoint;                        ///< TCP only
  std::string target = "/";                 ///< path and query, already percent-encoded
  Headers headers;                          ///< Host and what the handshake needs are added
  std::chrono::milliseconds within{5'000};  ///< for connection and handshake together
  WebSocketOptions socket;
};

/// Why there is no socket.
struct DialFault {
  ClientFault fault = ClientFault::closed;
  unsigned status = 0;  ///< of the answer, when the peer answered something else than an upgrade
  std::string text;
};

/// Opens a WebSocket as a client, on the caller's executor; it belongs to that thread. Never throws for a peer's fault.
Task<std::expected<std::shared_ptr<WebSocket>, DialFault>> dial_websocket(Dial dial);

}  // namespace trinity::http
