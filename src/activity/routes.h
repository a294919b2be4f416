#pragma once
#include <vector>

#include "activity/live_chat.h"
#include "activity/service.h"
#include "http/router.h"

namespace trinity::activity {

/// What an agent does now. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(ActivityService& service);
/// The conversation that it holds, and its model. It must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(LiveChat& chat);

}  // namespace trinity::activity
