#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "base/task.h"
#include "http/websocket.h"
#include "live/conversation.h"
#include "live/hub_link.h"
#include "live/outbox.h"
#include "live/write_turns.h"

namespace trinity::live {

struct SessionOptions {
  std::chrono::milliseconds tick{500};            ///< so long it takes at most to notice a session that has ended
  std::chrono::milliseconds stuck_after{30'000};  ///< one frame that the peer does not take: closed with 4009
  std::chrono::milliseconds close_within{5'000};  ///< then the connection is cut
  OutboxBounds outbox;
  SocketLimits limits;
};

/// One socket: reads commands, writes frames, watches the time. Lives on the socket's I/O thread; only deliver() and
/// unsent() are called from elsewhere. Held by its coroutines and by the hub until it is detached.
class Session final : public Subscriber, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<http::WebSocket> socket, HubLink& hub, IdentitySource& identities, SessionOptions options);

  /// Returns when the socket is closed.
  static Task<> run(std::shared_ptr<Session> self, Handshake handshake);

  void deliver(Delivery delivery) override;
  [[nodiscard]] std::size_t unsent() const noexcept override { return unsent_.load(std::memory_order_relaxed); }

 private:
  static Task<> converse(std::shared_ptr<Session> self, Handshake handshake);
  static Task<> write(std::shared_ptr<Session> self);
  static Task<> watch(std::shared_ptr<Session> self);
  static Task<> close(std::shared_ptr<Session> self, std::uint16_t code, std::string reason);

  void take(Delivery delivery);
  void carry_out(Effects effects);
  void send(Outgoing outgoing);
  void wake_writer();
  void end(std::uint16_t code, std::string_view reason);
  void ask_resync();
  void leave() noexcept;

  std::shared_ptr<http::WebSocket> socket_;
  HubLink& hub_;
  SessionOptions options_;
  asio::any_io_executor executor_;
  Conversation conversation_;
  Outbox outbox_;
  WriteTurns& turns_;
  asio::steady_timer wake_;   ///< the writer waits here for frames
  asio::steady_timer clock_;  ///< the watcher waits here
  SocketId id_ = 0;
  SteadyTime writing_since_{};  ///< default: nothing is being written
  SteadyTime closing_since_{};
  bool idle_ = false;    ///< the writer waits
  bool wanted_ = false;  ///< it will be woken in its turn
  bool closing_ = false;
  bool gone_ = false;
  std::atomic<std::size_t> unsent_{0};
};

}  // namespace trinity::live
