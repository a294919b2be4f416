#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"

namespace trinity::http {

struct WebSocketOptions {
  std::size_t max_message = 16 * 1024;   ///< bytes; a larger one closes the socket (1009)
  std::chrono::seconds ping_every{25};   ///< protocol ping; 0: none
  std::chrono::seconds pong_within{20};  ///< then the connection is dropped
};

/// One accepted WebSocket. Lives on its I/O thread; every member is called from there only. Text frames with JSON,
/// binary only read. Implemented over Beast in websocket.cpp so that no other room includes Beast.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  struct Message {
    std::string data;
    bool text = true;
  };
  /// The next message; nothing when the peer closed or the connection is lost. Never throws for a closed peer.
  virtual Task<std::optional<Message>> read() = 0;
  /// Sends one text frame; the buffer is shared, not copied. False when the socket is closed. One write at a time: the
  /// caller queues.
  virtual Task<bool> write(std::shared_ptr<const std::string> frame) = 0;
  /// Sends a close frame and gives the peer a moment to answer; safe to call while a read or write is pending.
  virtual Task<> close(std::uint16_t code, std::string reason) = 0;
  /// Ends the connection at once; a pending read returns nothing.
  virtual void abort() noexcept = 0;
  [[nodiscard]] virtual asio::any_io_executor executor() = 0;
};

}  // namespace trinity::http
