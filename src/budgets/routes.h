#pragma once
#include <vector>

#include "budgets/service.h"
#include "http/router.h"

namespace trinity::budgets {

/// Budgets (/api/agents/{agent_name}/budget, /api/ops/budget) and the stop of all runs (/api/ops/runs). The service
/// must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(BudgetService& service);

}  // namespace trinity::budgets
