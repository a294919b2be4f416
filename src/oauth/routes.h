#pragma once
#include <vector>

#include "http/router.h"
#include "oauth/service.h"

namespace trinity::oauth {

/// Authorization-code flows (/api/oauth/...). The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(OAuthService& service);

}  // namespace trinity::oauth
