#pragma once
#include <vector>

#include "http/router.h"
#include "platform/service.h"
#include "vault/rotation.h"

namespace trinity::platform {

/// System settings and platform keys (/api/settings...). Both must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(PlatformService& service, vault::Rotation& rotation);

}  // namespace trinity::platform
