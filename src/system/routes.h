#pragma once
#include <vector>

#include "http/router.h"
#include "system/service.h"

namespace trinity::system {

/// `/health`, `/api/version`, and the API's description with its viewer. `info` must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(const SystemInfo& info);

}  // namespace trinity::system
