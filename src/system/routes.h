#pragma once
#include <vector>

#include "http/router.h"
#include "system/service.h"

namespace trinity::system {

/// `/health` and `/api/version`. `info` must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(const SystemInfo& info);

}  // namespace trinity::system
