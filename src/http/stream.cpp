#include "http/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

namespace trinity::http {

namespace {

using boost::system::error_code;

/// Takes `bytes` off the front of the pieces.
void consume(Stream::Pieces& pieces, std::size_t bytes) {
  for (auto& piece : pieces) {
    const auto taken = std::min(bytes, piece.size());
    piece += taken;
    bytes -= taken;
  }
}

/// The first bytes of the pieces, at most so many.
Stream::Pieces front(const Stream::Pieces& pieces, std::size_t most) {
  Stream::Pieces made{};
  for (std::size_t i = 0; i < pieces.size() && most > 0; ++i) {
    made[i] = asio::buffer(pieces[i], most);
    most -= made[i].size();
  }
  return made;
}

bool blocks(const error_code& fault) {
  return fault == asio::error::would_block || fault == asio::error::try_again;
}

}  // namespace

Stream::Stream(Socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {
  if (!socket_.is_open()) return;
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

Task<Stream::Done> Stream::connect(Endpoint peer, SteadyTime until) {
  error_code fault;
  watch(writing_, until);
  co_await socket_.async_connect(peer, asio::redirect_error(use_awaitable, fault));
  writing_.pending = false;
  if (!fault) socket_.non_blocking(true, fault);
  co_return Done{named(fault), 0};
}

Task<Stream::Done> Stream::read_some(asio::mutable_buffer into, SteadyTime until) {
  for (;;) {
    error_code fault;
    watch(reading_, until);
    const auto bytes = co_await socket_.async_read_some(into, asio::redirect_error(use_awaitable, fault));
    reading_.pending = false;
    if (!goes_on(fault, until)) co_return Done{named(fault), bytes};
  }
}

void Stream::bound() {
  if (bounded_) return;
  bounded_ = true;
  error_code ignored;
  socket_.set_option(Socket::send_buffer_size(write_turn), ignored);
}

Task<Stream::Done> Stream::write(Pieces pieces, SteadyTime until) {
  const auto whole = asio::buffer_size(pieces);
  if (whole > write_turn) bound();
  std::size_t written = 0;
  while (written < whole) {
    error_code fault;
    const bool large = whole - written > write_turn;
    const auto turn = large ? front(pieces, write_turn) : pieces;
    auto bytes = socket_.write_some(turn, fault);
    if (blocks(fault)) {
      fault = {};
      watch(writing_, until);
      bytes = co_await socket_.async_write_some(turn, asio::redirect_error(use_awaitable, fault));
      writing_.pending = false;
    } else if (large) {
      co_await asio::post(socket_.get_executor(), use_awaitable);
    }
    if (fault && !goes_on(fault, until)) co_return Done{named(fault), written};
    consume(pieces, bytes);
    written += bytes;
  }
  co_return Done{{}, written};
}

bool Stream::goes_on(const error_code& fault, SteadyTime until) const {
  return fault == asio::error::operation_aborted && socket_.is_open() && steady_now() < until;
}

error_code Stream::named(const error_code& fault) const {
  const bool limit = fault == asio::error::operation_aborted && socket_.is_open();
  return limit ? error_code(asio::error::timed_out) : fault;
}

void Stream::close() noexcept {
  error_code ignored;
  socket_.close(ignored);
  rest();
}

void Stream::rest() noexcept {
  timer_.cancel();
  armed_ = false;
}

int Stream::release() noexcept {
  rest();
  error_code ignored;
  return socket_.release(ignored);
}

void Stream::shut_down_sending() noexcept {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

bool Stream::has_input() noexcept {
  char byte = 0;
  return socket_.is_open() && ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool Stream::is_stale() noexcept {
  if (!socket_.is_open()) return true;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void Stream::watch(Direction& direction, SteadyTime until) {
  direction = {true, until};
  if (!armed_ || armed_at_ > until) arm(until);
}

void Stream::arm(SteadyTime at) {
  armed_ = true;
  armed_at_ = at;
  timer_.expires_at(at);
  timer_.async_wait([weak = weak_from_this()](const error_code& fault) {
    if (fault) return;
    if (const auto self = weak.lock()) self->on_timer();
  });
}

void Stream::on_timer() {
  armed_ = false;
  const auto now = steady_now();
  bool overdue = false;
  auto next = SteadyTime::max();
  for (const auto& direction : {reading_, writing_}) {
    if (!direction.pending) continue;
    if (direction.until <= now) {
      overdue = true;
    } else {
      next = std::min(next, direction.until);
    }
  }
  error_code ignored;
  if (overdue) socket_.cancel(ignored);
  if (next != SteadyTime::max()) arm(next);
}

}  // namespace trinity::http
