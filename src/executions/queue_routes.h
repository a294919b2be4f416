#pragma once
#include <vector>

#include "executions/queue_service.h"
#include "http/router.h"

namespace trinity::executions {

/// /api/agents/{agent_name}/queue and below. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(QueueService& service);

}  // namespace trinity::executions
