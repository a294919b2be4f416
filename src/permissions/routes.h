#pragma once
#include <vector>

#include "http/router.h"
#include "permissions/service.h"

namespace trinity::permissions {

/// /api/agents/{agent_name}/permissions and below.
[[nodiscard]] std::vector<http::Route> routes(PermissionService& service);

}  // namespace trinity::permissions
