#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace trinity::http {

/// Host name in lower case without scheme, user, port and path; IPv6 keeps its brackets. Empty when there is none.
[[nodiscard]] std::string host_name(std::string_view address);

/// Whether the page that a browser sends this request for is one of ours. A browser sends cookies along with what
/// foreign pages start, so they count only then: without Origin, when its host name is that of Host or of the first
/// X-Forwarded-Host (scheme and port are not compared: proxies hand on Host without its port), or when the whole origin
/// is one of `allowed`.
[[nodiscard]] bool same_origin(const Headers& headers, const std::vector<std::string>& allowed = {});

}  // namespace trinity::http
