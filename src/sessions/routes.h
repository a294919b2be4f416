#pragma once
#include <vector>

#include "base/blocking.h"
#include "http/router.h"
#include "sessions/archive.h"

namespace trinity::sessions {

/// Stored conversations. Both must outlive the routes; large ones are written out on the pool.
[[nodiscard]] std::vector<http::Route> routes(Archive& archive, BlockingPool& pool);

}  // namespace trinity::sessions
