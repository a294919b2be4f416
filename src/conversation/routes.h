#pragma once
#include <vector>

#include "conversation/service.h"
#include "http/router.h"

namespace trinity::conversation {

/// POST /api/agents/{agent_name}/chat. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(ChatService& service);

}  // namespace trinity::conversation
