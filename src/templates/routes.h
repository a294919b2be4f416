#pragma once
#include <filesystem>
#include <vector>

#include "base/blocking.h"
#include "http/router.h"

namespace trinity::templates {

/// GET /api/templates and GET /api/templates/{id}. `root` holds the local templates; files are read on the pool.
[[nodiscard]] std::vector<http::Route> routes(const std::filesystem::path& root, BlockingPool& pool);

}  // namespace trinity::templates
