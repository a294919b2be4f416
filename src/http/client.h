#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/task.h"
#include "http/message.h"

namespace boost::asio {
class io_context;
}

namespace trinity::http {

class Stream;

/// Where a server listens: a Unix socket, or a TCP address (an IP address; names are not looked up).
struct Endpoint {
  std::string unix_path;  ///< set: Unix socket
  std::string address;    ///< else: IP address
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const;
};

/// Ends one request from outside. Any thread; at once, or before the request has begun. Its caller then hears
/// ClientFault::closed.
class Hangup {
 public:
  void now();
  [[nodiscard]] bool done() const;

 private:
  friend class HangupAccess;
  mutable std::mutex mutex_;
  bool done_ = false;
  std::weak_ptr<Stream> stream_;
};

struct ClientRequest {
  Method method = Method::get;
  std::string target = "/";  ///< path and query, already percent-encoded
  Headers headers;           ///< Host, Content-Length and Connection are added
  std::string body;
  /// Instead of `body`, with Client::open. The limit of the request then counts from the end of the body, and for each
  /// piece of it. A peer that answers before the end gets no more of it.
  StreamedBody streamed{};
  std::shared_ptr<Hangup> hangup{};            ///< null: only the limit ends it
  std::chrono::milliseconds connect_within{};  ///< a shorter limit for making the connection; 0: none of its own
};

struct ClientResponse {
  unsigned status = 0;
  Headers headers;
  std::string body;
};

/// What the transport can say besides an answer. Thrown as ClientError.
enum class ClientFault { refused, timeout, closed, too_large, malformed };

class ClientError : public std::runtime_error {
 public:
  ClientError(ClientFault fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
  [[nodiscard]] ClientFault fault() const noexcept { return fault_; }

 private:
  ClientFault fault_;
};

/// An answer whose body is read piece by piece (engine events, followed logs). Bound to the I/O thread that opened it.
class ClientStream {
 public:
  virtual ~ClientStream() = default;
  [[nodiscard]] virtual const ClientResponse& head() const = 0;  ///< status and headers; body empty
  /// Up to 64 KiB of body as it comes; an empty text at its end. Waits at most `limit` (ClientFault::timeout; the
  /// stream stays usable, so a quiet stream can simply be read again).
  virtual Task<std::string> read(std::chrono::milliseconds limit) = 0;
  /// After an upgrade (101): writes raw bytes to the peer.
  virtual Task<> write(std::string bytes, std::chrono::milliseconds limit) = 0;
  /// Ends a pending read at once. From the stream's own thread.
  virtual void cancel() noexcept = 0;
};

/// HTTP/1.1 client with keep-alive connections to one endpoint. May be used from every context given at construction; a
/// connection never crosses threads (one idle list per context, found by the awaiting coroutine's executor). A request
/// that fails on a reused connection before any byte of the answer is repeated once on a fresh one when its method is
/// safe (GET, HEAD).
class Client {
 public:
  /// `contexts` and what they run outlive the client. At most `max_idle` kept connections per context.
  Client(Endpoint endpoint, const std::vector<boost::asio::io_context*>& contexts, std::size_t max_idle = 8);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The whole answer. `limit` bounds everything (connect, write, read); the body is bounded by `max_body`
  /// (ClientFault::too_large).
  Task<ClientResponse> request(ClientRequest request, std::chrono::milliseconds limit,
                               std::size_t max_body = 64 * 1024 * 1024);
  /// Sends the request and reads the head within `limit`; then the body belongs to the caller.
  Task<std::unique_ptr<ClientStream>> open(ClientRequest request, std::chrono::milliseconds limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trinity::http
