#pragma once
#include <vector>

#include "git/service.h"
#include "http/router.h"

namespace trinity::git {

[[nodiscard]] std::vector<http::Route> routes(GitService& service);

}  // namespace trinity::git
