#pragma once
#include <memory>

#include "cli/api.h"

namespace trinity::cli {

/// The server over HTTP or HTTPS by libcurl, through the proxies of the environment (http_proxy, https_proxy, no_proxy)
/// but for servers on this machine. The connection is kept between calls. Not for several threads.
[[nodiscard]] std::unique_ptr<Api> connect_by_curl(const Target& target);

}  // namespace trinity::cli
