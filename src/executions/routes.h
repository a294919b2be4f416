#pragma once
#include <vector>

#include "executions/service.h"
#include "http/router.h"

namespace trinity::executions {

/// Tasks, records of runs, what runs now, and stopping it. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(ExecutionService& service);

}  // namespace trinity::executions
