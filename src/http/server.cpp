#include "http/server.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <system_error>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/server_core.h"

namespace trinity::http {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct Server::State : ServerCore {
  using ServerCore::ServerCore;

  /// Owned by its coroutine, so that it goes with the first I/O thread's context, whatever outlives it elsewhere.
  std::weak_ptr<tcp::acceptor> acceptor;
  std::uint16_t port = 0;
  std::uint64_t accepted = 0;
  bool accepting = false;  ///< under the mutex; connections may still come

  /// Counts a connection in; false when there are too many.
  bool admit() {
    const std::lock_guard lock(mutex);
    if (open >= options.max_connections) {
      if (options.traffic) options.traffic->refused();
      return false;
    }
    ++open;
    if (options.traffic) options.traffic->opened();
    return true;
  }
};

namespace {

constexpr int backlog = 1024;
/// A client that has just been answered sends its next request on the same connection: it is told to open another one
/// instead of being cut off in the middle.
constexpr std::chrono::milliseconds last_requests_within{250};

void check(const error_code& fault, const std::string& what) {
  if (fault) throw std::system_error(std::error_code(fault), what);
}

template <class State>
void hand_over(const std::shared_ptr<State>& state, tcp::socket socket, std::size_t lane) {
  error_code fault;
  const auto peer = socket.remote_endpoint(fault);
  if (fault) return;
  socket.set_option(tcp::no_delay(true), fault);
  if (!state->admit()) {
    log::warn("http", "refused a connection: {} are open", state->options.max_connections);
    return;
  }
  auto executor = socket.get_executor();
  spawn("http connection", executor,
        serve_connection(state, lane, ++state->accepted, std::move(socket), peer.address().to_string()));
}

/// Tells the end of accepting when it dies with the coroutine that accepts: that one may hold a connection until then.
template <class State>
class Accepting {
 public:
  explicit Accepting(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Accepting() {
    const std::lock_guard lock(state_->mutex);
    state_->accepting = false;
    state_->changed.notify_all();
  }
  Accepting(const Accepting&) = delete;
  Accepting& operator=(const Accepting&) = delete;

 private:
  std::shared_ptr<State> state_;
};

template <class State>
Task<> accept_all(std::shared_ptr<State> state, std::shared_ptr<tcp::acceptor> acceptor) {
  const Accepting<State> accepting(state);
  asio::steady_timer pause(acceptor->get_executor());
  for (std::size_t lane = 0; acceptor->is_open(); lane = (lane + 1) % state->threads.size()) {
    error_code fault;
    auto socket = co_await acceptor->async_accept(state->threads[lane].get_executor(),
                                                  asio::redirect_error(use_awaitable, fault));
    if (!fault) {
      hand_over(state, std::move(socket), lane);
      continue;
    }
    if (!acceptor->is_open()) co_return;
    // Out of descriptors or memory: trying again at once would only burn the processor.
    log::warn("http", "accept failed: {}", fault.message());
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(asio::redirect_error(use_awaitable, fault));
  }
}

/// Connections that the system has accepted and nobody has taken yet would be reset by closing the acceptor, though
/// their clients may have sent a request already.
template <class State>
void take_waiting(const std::shared_ptr<State>& state, tcp::acceptor& acceptor) {
  error_code fault;
  acceptor.non_blocking(true, fault);
  for (std::size_t i = 0; !fault && i < static_cast<std::size_t>(backlog); ++i) {
    const auto lane = i % state->threads.size();
    auto socket = acceptor.accept(state->threads[lane].get_executor(), fault);
    if (!fault) hand_over(state, std::move(socket), lane);
  }
}

/// From here on the system lets nobody else in: who came between the last accept and the close would be cut off. Their
/// handshakes are left unanswered instead, and refused a moment later.
void shut_the_door(tcp::acceptor& acceptor) {
  sock_filter drop_all{BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog program{1, &drop_all};
  ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

template <class State>
void stop_accepting(const std::shared_ptr<State>& state) {
  if (state->acceptor.expired()) return;
  asio::post(state->threads[0], [state] {
    const auto acceptor = state->acceptor.lock();
    if (!acceptor || !acceptor->is_open()) return;
    shut_the_door(*acceptor);
    take_waiting(state, *acceptor);
    error_code ignored;
    acceptor->close(ignored);
  });
}

/// Calls `work(lane)` on every I/O thread.
template <class State, class Work>
void on_every_lane(const std::shared_ptr<State>& state, Work work) {
  for (std::size_t i = 0; i < state->lanes.size(); ++i) {
    asio::post(state->threads[i], [state, i, work] { work(state->lanes[i]); });
  }
}

void drain_lane(Lane& lane) {
  lane.draining = true;
  const auto sessions = std::vector<Session*>(lane.sessions.begin(), lane.sessions.end());
  for (auto* session : sessions) session->drain();
}

void close_idle(Lane& lane) {
  lane.closing = true;
  const auto sessions = std::vector<Session*>(lane.sessions.begin(), lane.sessions.end());
  for (auto* session : sessions) session->close_idle();
}

void cut_lane(Lane& lane) {
  const auto sessions = std::vector<Session*>(lane.sessions.begin(), lane.sessions.end());
  for (auto* session : sessions) session->cut();
}

}  // namespace

Server::Server(IoThreads& threads, const Router& router, Authenticator authenticator, Fallback fallback,
               ServerOptions options)
    : state_(
          std::make_shared<State>(threads, router, std::move(authenticator), std::move(fallback), std::move(options))) {
  state_->run = random_hex(4);
  if (auto* traffic = state_->options.traffic) traffic->prepare(threads.size(), router);
}

Server::~Server() {
  stop_accepting(state_);
}

void Server::listen() {
  error_code fault;
  const auto address = asio::ip::make_address(state_->options.bind, fault);
  check(fault, "not an IP address: " + state_->options.bind);
  const tcp::endpoint where(address, state_->options.port);
  auto acceptor = std::make_shared<tcp::acceptor>(state_->threads[0]);
  const auto text = state_->options.bind + ":" + std::to_string(state_->options.port);
  acceptor->open(where.protocol(), fault);
  check(fault, "cannot open a socket for " + text);
  // Only lets a restarted server have its address back at once; two servers still cannot share a port.
  acceptor->set_option(tcp::acceptor::reuse_address(true), fault);
  check(fault, "cannot prepare " + text);
  acceptor->bind(where, fault);
  check(fault, "cannot listen on " + text);
  acceptor->listen(backlog, fault);
  check(fault, "cannot listen on " + text);
  state_->port = acceptor->local_endpoint().port();
  state_->acceptor = acceptor;
  state_->accepting = true;
  spawn("http acceptor", state_->threads[0].get_executor(), accept_all(state_, std::move(acceptor)));
}

std::uint16_t Server::port() const noexcept {
  return state_->port;
}

bool Server::drain(std::chrono::milliseconds limit) {
  const auto until = steady_now() + limit;
  stop_accepting(state_);
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_until(lock, until, [this] { return !state_->accepting; });
  lock.unlock();
  on_every_lane(state_, drain_lane);
  lock.lock();
  const auto empty = [this] { return state_->open == 0; };
  state_->changed.wait_for(lock, std::min(limit, last_requests_within), empty);
  lock.unlock();
  on_every_lane(state_, close_idle);
  lock.lock();
  if (state_->changed.wait_until(lock, until, empty)) return true;
  const auto left = state_->open;
  lock.unlock();
  log::warn("http", "stopping cuts off {} connections", left);
  on_every_lane(state_, cut_lane);
  lock.lock();
  // What was cut off ends by itself in a moment, except a handler that waits for something else.
  state_->changed.wait_for(lock, std::chrono::milliseconds(500), empty);
  return false;
}

}  // namespace trinity::http
