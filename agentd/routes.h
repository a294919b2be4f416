#pragma once
#include <vector>

#include "agentd/config.h"
#include "agentd/turns.h"
#include "http/router.h"

namespace trinity::agentd {

/// How far the start-up is. Belongs to the I/O thread.
struct StartUp {
  std::string workspace = "ok";  ///< ok, cloning, failed
  std::optional<std::string> workspace_error;
  std::string setup = "none";  ///< none, running, ok, failed
  std::vector<std::string> mcp_servers;
  SteadyTime since = steady_now();
};

/// The paths of the agent API. What it gets outlives them. Every path but the two health checks needs the secret, the
/// unknown ones too.
[[nodiscard]] std::vector<http::Route> agent_routes(const Config& config, const StartUp& start_up, Turns& turns,
                                                    BlockingPool& pool);

}  // namespace trinity::agentd
