#pragma once
#include <memory>
#include <string>
#include <vector>

#include "http/router.h"

namespace trinity::system {

/// The description of the API that the program carries in itself (OpenAPI 3.1) as JSON. `version` is told as the API's.
/// Throws std::runtime_error when the description cannot be read.
[[nodiscard]] std::string api_description(const std::string& version);

/// `/openapi.json` and the page that shows it at `/docs` and `/redoc`, without sign-in. Everything is made and packed
/// once, here; answering costs nothing. The page asks nobody but this server.
[[nodiscard]] std::vector<http::Route> api_docs_routes(const std::string& version);

}  // namespace trinity::system
