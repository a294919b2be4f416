#pragma once
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/task.h"

namespace trinity::http {

/// Runs one coroutine on a context of this thread and gives its result or what it threw.
template <class T>
T run(asio::io_context& io, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr fault;
  bool done = false;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr e, T made) {
    fault = e;
    if (!e) value.emplace(std::move(made));
    done = true;
  });
  io.restart();
  while (!done && io.run_one() > 0) {
  }
  if (fault) std::rethrow_exception(fault);
  return std::move(*value);
}

inline void run(asio::io_context& io, Task<> task) {
  std::exception_ptr fault;
  bool done = false;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr e) {
    fault = e;
    done = true;
  });
  io.restart();
  while (!done && io.run_one() > 0) {
  }
  if (fault) std::rethrow_exception(fault);
}

/// A blocking socket of a test, with a limit on every read so that a broken server cannot hang the run.
class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  explicit RawSocket(std::uint16_t port) : RawSocket(connected(port)) {}
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  static int connected(std::uint16_t port) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    return socket.release();
  }

  /// False when the peer has gone.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// What arrives until `mark` has been seen `times` times, the peer closes or the limit passes.
  std::string read_until(std::string_view mark, int times = 1) {
    while (count(buffer_, mark) < times && more()) {
    }
    std::size_t end = 0;
    for (int i = 0; i < times; ++i) {
      const auto at = buffer_.find(mark, end);
      if (at == std::string::npos) return std::exchange(buffer_, {});
      end = at + mark.size();
    }
    auto taken = buffer_.substr(0, end);
    buffer_.erase(0, end);
    return taken;
  }
  std::string read_exactly(std::size_t bytes) {
    while (buffer_.size() < bytes && more()) {
    }
    auto taken = buffer_.substr(0, bytes);
    buffer_.erase(0, taken.size());
    return taken;
  }
  std::string read_all() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }
  void stop_sending() const { ::shutdown(fd_, SHUT_WR); }
  [[nodiscard]] bool ended() { return buffer_.empty() && !more(); }

 private:
  bool more() {
    char piece[4096];
    const auto n = ::recv(fd_, piece, sizeof piece, 0);
    if (n > 0) buffer_.append(piece, static_cast<std::size_t>(n));
    return n > 0;
  }
  static int count(std::string_view text, std::string_view mark) {
    int found = 0;
    for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + mark.size())) ++found;
    return found;
  }

  int fd_;
  std::string buffer_;
};

/// A server whose answers a test writes by hand: `serve` gets each connection with its number, one after the other.
class ScriptedServer {
 public:
  using Serve = std::function<void(RawSocket&, int)>;

  explicit ScriptedServer(Serve serve) : acceptor_(io_, Any::endpoint(loopback())), serve_(std::move(serve)) {
    auto local = acceptor_.local_endpoint();
    port_ = ntohs(reinterpret_cast<const sockaddr_in*>(local.data())->sin_port);
    start();
  }
  ScriptedServer(const std::string& unix_path, Serve serve)
      : acceptor_(io_, Any::endpoint(asio::local::stream_protocol::endpoint(unix_path))), serve_(std::move(serve)) {
    start();
  }
  ~ScriptedServer() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  using Any = asio::generic::stream_protocol;
  static asio::ip::tcp::endpoint loopback() { return {asio::ip::make_address("127.0.0.1"), 0}; }
  void start() {
    thread_ = std::thread([this] {
      for (int number = 0;; ++number) {
        const int fd = ::accept(acceptor_.native_handle(), nullptr, nullptr);
        if (fd < 0) return;
        RawSocket socket(fd);
        serve_(socket, number);
      }
    });
  }

  asio::io_context io_;
  asio::basic_socket_acceptor<Any> acceptor_;
  Serve serve_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace trinity::http
