#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "base/io_threads.h"
#include "http/router.h"
#include "http/traffic.h"
#include "http/websocket.h"

namespace trinity::http {

struct ServerOptions {
  std::string bind = "127.0.0.1";
  std::uint16_t port = 8000;                ///< 0: the system chooses, see Server::port()
  std::size_t max_header = 32 * 1024;       ///< bytes of request line and fields; beyond it 431
  std::size_t max_body = 10 * 1024 * 1024;  ///< bytes, for routes without a limit of their own; beyond it 413
  std::size_t max_connections = 10'000;     ///< beyond it new ones are closed at once
  std::chrono::seconds header_within{15};   ///< a whole head must arrive in this time
  std::chrono::seconds body_within{60};
  std::chrono::seconds idle{75};  ///< keep-alive between requests (clients rely on at least 30 s)
  std::chrono::seconds write_within{60};
  /// Pages of these origins may call the API from a browser (`scheme://host:port`, compared exactly).
  std::vector<std::string> cors_origins{"http://localhost:3000", "http://localhost:8080"};
  WebSocketOptions websocket;
  /// Counts what is answered. Null: nothing is counted. Must outlive the server's threads.
  Traffic* traffic = nullptr;
  /// Packs long answers; without it they go unpacked. Must outlive the server's threads.
  BlockingPool* pool = nullptr;
};

/// What answers a GET that no route takes: files of the web UI and its entry page. Empty: JSON 404.
using Fallback = std::function<Task<Response>(Request)>;

/// HTTP/1.1 server: one acceptor hands sockets out in turn to the I/O threads; a connection stays on its thread. Every
/// answer carries `X-Request-Id` and `Server-Timing: app;dur=<ms>, sql;desc="<n>", engine;desc="<n>"`. Errors are JSON
/// `{"detail"}`. HEAD is answered by the GET route without body. Requests on one connection are served one after the
/// other (pipelining is safe). JSON of 1 KiB and more goes out as gzip to clients that take it.
class Server {
 public:
  Server(IoThreads& threads, const Router& router, Authenticator authenticator, Fallback fallback,
         ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and starts accepting. Throws std::system_error (address in use, no permission).
  void listen();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Graceful stop that loses no answer: takes what the system has accepted, then accepts no more; closes WebSockets
  /// (1001); answers running requests and those that arrive within a moment on open connections, each with
  /// `Connection: close`; then closes idle connections. At most `limit`, then the rest is cut off. Called from a thread
  /// that is no I/O thread; returns when drained. True when nothing was cut off.
  bool drain(std::chrono::milliseconds limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trinity::http
