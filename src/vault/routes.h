#pragma once
#include <vector>

#include "http/router.h"
#include "vault/rotation.h"

namespace trinity::vault {

/// `rotation` must outlive them.
[[nodiscard]] std::vector<http::Route> routes(Rotation& rotation);

}  // namespace trinity::vault
