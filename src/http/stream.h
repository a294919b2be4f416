#pragma once
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <span>

#include "base/clock.h"
#include "base/task.h"

namespace trinity::http {

/// A socket (TCP or Unix) whose every wait ends at a given moment. One read and one write may be pending together.
/// Lives on one I/O thread. Held by shared_ptr, since a limit that fires late must find it gone or alive, not freed.
///
/// One timer serves all limits and is only moved forward: a connection that is kept alive for thousands of requests
/// does not touch it for most of them.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  using Socket = asio::generic::stream_protocol::socket;
  using Endpoint = asio::generic::stream_protocol::endpoint;

  /// What an operation came to. A passed limit is asio::error::timed_out; the connection is still usable after a
  /// read that timed out.
  struct Done {
    boost::system::error_code fault;
    std::size_t bytes = 0;
  };

  explicit Stream(Socket socket);

  Task<Done> connect(Endpoint peer, SteadyTime until);
  /// At least one byte, or a fault (asio::error::eof at the end).
  Task<Done> read_some(asio::mutable_buffer into, SteadyTime until);
  /// What one connection may write before the others of its thread have their turn, bytes. Without it a reader as fast
  /// as the writer keeps the thread for megabytes, and small answers wait behind large ones.
  /// From its first answer that is longer on, the system holds about one turn of a connection's writing. Left to itself
  /// Linux holds up to 4 MiB per reader, and a reader whose window opened early gets megabytes while another waits for
  /// its next 64 KiB: with sixteen readers of 5.7 MB each the p99 was five times as long. A reader 100 ms away still
  /// gets some 3 MB per second. Others keep what Linux begins with, which is less.
  static constexpr std::size_t write_turn = 256 * 1024;
  /// All bytes of up to four pieces with one call to the system where it takes them. The caller keeps the bytes alive.
  using Pieces = std::array<asio::const_buffer, 4>;
  Task<Done> write(Pieces pieces, SteadyTime until);

  /// Ends everything at once; pending operations report a fault.
  void close() noexcept;
  /// Until the next operation nothing is waited for: a kept connection does not keep its context running.
  void rest() noexcept;
  /// Says "no more from me" and leaves reading possible.
  void shut_down_sending() noexcept;
  /// Gives the descriptor away; this object is closed afterwards. Not while an operation is pending.
  [[nodiscard]] int release() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  /// Bytes have arrived that nobody has read yet.
  [[nodiscard]] bool has_input() noexcept;
  /// True when the peer closed, or sent something that nobody asked for: such a connection is not used again.
  [[nodiscard]] bool is_stale() noexcept;
  [[nodiscard]] Socket& socket() noexcept { return socket_; }
  [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  struct Direction {
    bool pending = false;
    SteadyTime until{};
  };

  void bound();
  void watch(Direction& direction, SteadyTime until);
  void arm(SteadyTime at);
  void on_timer();
  /// Whether an operation that was cancelled should go on: the limit of the other direction fired, not its own.
  [[nodiscard]] bool goes_on(const boost::system::error_code& fault, SteadyTime until) const;

  /// A cancelled operation is a passed limit unless close() cancelled it.
  [[nodiscard]] boost::system::error_code named(const boost::system::error_code& fault) const;

  Socket socket_;
  asio::steady_timer timer_;
  bool bounded_ = false;  ///< what the system holds of it
  bool armed_ = false;
  SteadyTime armed_at_{};
  Direction reading_;
  Direction writing_;
};

}  // namespace trinity::http
