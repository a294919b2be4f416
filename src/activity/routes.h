#pragma once
#include <vector>

#include "activity/service.h"
#include "http/router.h"

namespace trinity::activity {

/// What an agent does now. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(ActivityService& service);

}  // namespace trinity::activity
