#pragma once
#include <vector>

#include "agents/settings_service.h"
#include "http/router.h"

namespace trinity::agents {

/// What people set for one agent: /api/agents/{agent_name}/autonomy, /resources, /capabilities, /api-key-setting.
[[nodiscard]] std::vector<http::Route> settings_routes(AgentSettings& settings);

}  // namespace trinity::agents
