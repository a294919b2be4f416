#pragma once
#include <vector>

#include "auth/page_caller.h"
#include "fleet/fleet.h"
#include "http/router.h"

namespace trinity::telemetry {

/// `GET /api/telemetry/host` and `/containers`. Pages ask for them without an Authorization header, so their cookies
/// count too. `open`: those who show nothing see everything. All must outlive the server.
[[nodiscard]] std::vector<http::Route> routes(fleet::Fleet& fleet, auth::PageCaller& callers, bool open);

}  // namespace trinity::telemetry
