#pragma once
#include <vector>

#include "activities/timeline.h"
#include "http/router.h"

namespace trinity::activities {

/// What agents did. The timeline must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(Timeline& timeline);

}  // namespace trinity::activities
