#pragma once
#include <vector>

#include "attention/service.h"
#include "http/router.h"

namespace trinity::attention {

/// `GET /api/agents/attention`. `service` must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(AttentionService& service);

}  // namespace trinity::attention
