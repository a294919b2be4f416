#pragma once
#include <memory>

#include "cli/api.h"

namespace trinity::cli {

/// Opens `/ws` and signs in by a frame (addresses end up in logs). libcurl makes the connection (TLS, proxies) and
/// Beast speaks WebSocket on it. Throws Fault (unreachable, not_signed_in) and NotLive.
[[nodiscard]] std::unique_ptr<LiveSocket> open_curl_socket(const Target& target);

}  // namespace trinity::cli
