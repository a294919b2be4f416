#pragma once
#include <vector>

#include "auth/page_caller.h"
#include "files/service.h"
#include "http/router.h"

namespace trinity::files {

/// The files of an agent. Previews know pages by their cookies too: pictures are asked for without a header. Both must
/// outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(FileService& service, auth::PageCaller& callers);

}  // namespace trinity::files
