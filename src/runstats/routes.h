#pragma once
#include <vector>

#include "http/router.h"
#include "runstats/service.h"

namespace trinity::runstats {

/// GET /api/agents/execution-stats and /api/agents/context-stats. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(FigureService& service);

}  // namespace trinity::runstats
