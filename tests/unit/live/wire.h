#pragma once
// The whole way over real sockets: a hub on a thread of its own, the server, and clients that speak the protocol.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "base/io_threads.h"
#include "fake_socket.h"
#include "http/server.h"
#include "live/routes.h"

namespace trinity::live::testing {

/// A client's end of a WebSocket. Frames are given out as they arrive; nothing blocks but connect() and next().
class WireClient {
 public:
  /// `narrow`: the system keeps little for it, here and at the server.
  WireClient(std::uint16_t port, const std::string& token, bool narrow = false)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (narrow) {
      const int buffer = 4096;
      const int segment = 536;
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
      ::setsockopt(fd_, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    }
    const int at_once = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    const timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
    send_bytes(
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " +
        token + "\r\n\r\n");
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) throw std::runtime_error("no upgrade");
    }
    buffer_.erase(0, buffer_.find("\r\n\r\n") + 4);
  }
  ~WireClient() { ::close(fd_); }
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return fd_; }

  void say(std::string_view text) {
    std::string frame{'\x81'};
    if (text.size() < 126) {
      frame.push_back(static_cast<char>(0x80 | text.size()));
    } else {
      frame.push_back(static_cast<char>(0x80 | 126));
      frame.push_back(static_cast<char>(text.size() >> 8U));
      frame.push_back(static_cast<char>(text.size() & 0xffU));
    }
    frame.append(4, '\0');
    frame.append(text);
    send_bytes(frame);
  }
  /// Takes what has arrived, waiting for the first bytes; false when the connection has ended.
  bool receive(std::size_t most = 64 * 1024) {
    std::string piece(most, '\0');
    const auto got = ::recv(fd_, piece.data(), piece.size(), 0);
    if (got > 0) buffer_.append(piece, 0, static_cast<std::size_t>(got));
    ended_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return got > 0;
  }
  /// The server has closed the connection.
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  /// A whole text frame of those that have arrived.
  std::optional<std::string> take() {
    for (;;) {
      if (buffer_.size() < 2) return std::nullopt;
      const auto opcode = buffer_[0] & 0x0f;
      std::size_t size = static_cast<unsigned char>(buffer_[1]) & 0x7fU;
      const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
      if (buffer_.size() < 2 + wide) return std::nullopt;
      if (wide > 0) size = 0;
      for (std::size_t i = 0; i < wide; ++i) size = size << 8U | static_cast<unsigned char>(buffer_[2 + i]);
      if (buffer_.size() < 2 + wide + size) return std::nullopt;
      auto payload = buffer_.substr(2 + wide, size);
      buffer_.erase(0, 2 + wide + size);
      if (opcode == 1) return payload;
    }
  }
  /// The next text frame; nothing when the connection ended or nothing came for 20 s.
  std::optional<std::string> next() {
    for (;;) {
      if (auto frame = take()) return frame;
      if (!receive()) return std::nullopt;
    }
  }

 private:
  void send_bytes(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  int fd_;
  std::string buffer_;
  bool ended_ = false;
};

inline Task<std::shared_ptr<const Caller>> nobody(http::Access, std::string, Call) {
  throw Unauthorized("no");
  co_return nullptr;
}

/// Hub, server and a fleet that the test changes by hand.
class WireHouse {
 public:
  explicit WireHouse(HubBounds bounds = {}, SessionOptions session = {}, std::size_t threads = 2)
      : io(threads), hub([](const std::string&, int) {}, bounds), link(hub, context_.get_executor()) {
    // Two descriptors for each socket of a test.
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
      files.rlim_cur = files.rlim_max;
      ::setrlimit(RLIMIT_NOFILE, &files);
    }
    http::ServerOptions options;
    options.port = 0;
    router_.add(routes(link, identities, {{}, session}));
    server_ = std::make_unique<http::Server>(io, router_, nobody, nullptr, options);
    hub.publish(fleet.nothing(), Moment::current());
  }
  ~WireHouse() {
    server_->drain(std::chrono::seconds(2));
    link.stop();
    io.stop();
    io.join();
    guard_.reset();
    thread_.join();
  }
  WireHouse(const WireHouse&) = delete;
  WireHouse& operator=(const WireHouse&) = delete;

  /// Users first: they are read by all threads.
  void start() {
    server_->listen();
    io.start();
    link.start(std::chrono::milliseconds(100));
    thread_ = std::thread([this] { context_.run(); });
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  /// Runs on the hub's thread and waits for it.
  template <class F>
  void on_hub(F work) {
    std::promise<void> done;
    asio::post(context_, [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

 private:
  boost::asio::io_context context_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_{
      context_.get_executor()};

 public:
  IoThreads io;
  FakeIdentities identities;
  FakeFleet fleet;  ///< on the hub's thread
  Hub hub;
  HubLink link;

 private:
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

}  // namespace trinity::live::testing
