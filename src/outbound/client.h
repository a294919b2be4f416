#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <expected>
#include <string>

#include "base/blocking.h"
#include "base/call.h"
#include "base/task.h"
#include "http/message.h"

namespace trinity::outbound {

/// A request to a server of somebody else. Secrets belong into headers or the body, never into the address.
struct Request {
  http::Method method = http::Method::get;
  std::string url{};
  http::Headers headers{};
  std::string body{};
  std::chrono::milliseconds limit{10'000};  ///< for everything: waiting for a thread, connecting, the whole answer
  std::size_t most_bytes = 1 << 20;         ///< of the answer's body
};

struct Answer {
  unsigned status = 0;
  http::Headers headers;
  std::string body;
};

enum class Trouble {
  timeout,
  unreachable,  ///< no such host, no connection, no certificate that can be trusted, a broken answer
  too_large,
  bad_url  ///< no http or https address, or a header that cannot be sent
};

/// Why there is no answer. `reason` is for people and holds nothing of what was sent.
struct Fault {
  Trouble trouble = Trouble::unreachable;
  std::string reason;
};

/// Requests over http and https with libcurl, on threads of its own. Redirects are not followed: a 3xx is an answer.
/// Certificates are checked. Proxies come from the environment (https_proxy, no_proxy); loopback never goes through
/// one. Bounded: four requests at a time, 64 waiting (the next one is refused with Unavailable). Any I/O thread.
class Client {
 public:
  /// `ca_file`: certificates to trust in place of the system's; empty for the system's.
  explicit Client(std::string ca_file = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Task<std::expected<Answer, Fault>> send(Call call, Request request);

  /// Ends what is under way and takes no more. Blocks for a moment; before the I/O threads' contexts die.
  void stop();

 private:
  [[nodiscard]] std::expected<Answer, Fault> transfer(const Request& request,
                                                      std::chrono::steady_clock::time_point until) const;

  std::string ca_file_;
  std::atomic<bool> stopping_{false};
  BlockingPool pool_;
};

}  // namespace trinity::outbound
