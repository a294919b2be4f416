#pragma once
#include <vector>

#include "http/router.h"
#include "platform/service.h"

namespace trinity::platform {

/// System settings and platform keys (/api/settings...). The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(PlatformService& service);

}  // namespace trinity::platform
