#pragma once
#include <vector>

#include "audit/journal.h"
#include "http/router.h"

namespace trinity::audit {

/// The journal for administrators (/api/audit). It must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(Journal& journal);

}  // namespace trinity::audit
