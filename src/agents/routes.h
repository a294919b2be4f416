#pragma once
#include <vector>

#include "agents/service.h"
#include "http/router.h"

namespace trinity::agents {

/// /api/agents and below.
[[nodiscard]] std::vector<http::Route> routes(AgentService& service);

}  // namespace trinity::agents
