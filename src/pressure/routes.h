#pragma once
#include <vector>

#include "http/router.h"
#include "pressure/service.h"

namespace trinity::pressure {

/// GET /api/agents/{agent_name}/pressure. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(PressureService& service);

}  // namespace trinity::pressure
