#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/task.h"
#include "http/client.h"

namespace trinity::agentlink {

/// Where an agent's daemon is and how to prove who asks.
struct Target {
  std::string address;  ///< IP address on the agents' network
  std::string secret;   ///< bearer; never logged
  /// The container started a moment ago: a refused connection is tried again for a while.
  bool starting = false;
};

enum class Trouble {
  unreachable,  ///< no connection could be made: the request cannot have reached the daemon
  lost,         ///< the connection ended before the answer was whole: the request may have been carried out
  timeout,      ///< no whole answer within the limit
  refused       ///< an answer other than 200
};

struct Question {
  http::Method method = http::Method::get;
  std::string path;               ///< and query, percent-encoded
  std::string body;               ///< JSON
  http::Headers headers{};        ///< more of them
  http::StreamedBody streamed{};  ///< instead of `body`; with open()
  /// A refused connection is tried again as the contract says (three attempts in all), also when the method is no POST.
  bool patient = false;
  /// Bounds everything, the repetitions at start-up included.
  std::chrono::milliseconds limit{};
  std::size_t most_bytes = 4 * 1024 * 1024;  ///< of the answer
  std::shared_ptr<http::Hangup> hangup{};    ///< ends it from outside (Trouble::lost)
};

struct Answer {
  unsigned status = 0;
  std::string body;
  http::Headers headers{};
};

/// Asks agentd over its HTTP API. Any I/O thread of `contexts`.
class AgentLink {
 public:
  explicit AgentLink(std::vector<boost::asio::io_context*> contexts) : contexts_(std::move(contexts)) {}

  /// Whatever the daemon answers. A refused connection is tried again (the contract's three attempts, or for ten
  /// seconds while the agent is starting): the request cannot have reached it.
  Task<std::expected<Answer, Trouble>> ask(Call call, Target target, Question question);

  /// The same, but only up to the head of the answer; the limit of the question holds up to there. The body belongs to
  /// the caller.
  Task<std::expected<std::unique_ptr<http::ClientStream>, Trouble>> open(Call call, Target target, Question question);

  /// The body of a 200 answer, at most 4 MiB.
  Task<std::expected<std::string, Trouble>> get(Call call, Target target, std::string path,
                                                std::chrono::milliseconds limit);

 private:
  std::vector<boost::asio::io_context*> contexts_;
};

}  // namespace trinity::agentlink
