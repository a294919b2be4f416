#pragma once
#include <vector>

#include "http/router.h"
#include "sharing/service.h"

namespace trinity::sharing {

/// /api/agents/{agent_name}/share and /api/agents/{agent_name}/shares.
[[nodiscard]] std::vector<http::Route> routes(SharingService& service);

}  // namespace trinity::sharing
