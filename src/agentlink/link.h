#pragma once
#include <chrono>
#include <expected>
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
  unreachable,  ///< nothing listens there
  timeout,      ///< no whole answer within the limit
  refused       ///< an answer other than 200
};

/// Asks agentd over its HTTP API. Any I/O thread of `contexts`.
class AgentLink {
 public:
  explicit AgentLink(std::vector<boost::asio::io_context*> contexts) : contexts_(std::move(contexts)) {}

  /// The body of a 200 answer, at most 4 MiB. `limit` bounds everything, the repetitions at start-up included.
  Task<std::expected<std::string, Trouble>> get(Call call, Target target, std::string path,
                                                std::chrono::milliseconds limit);

 private:
  std::vector<boost::asio::io_context*> contexts_;
};

}  // namespace trinity::agentlink
