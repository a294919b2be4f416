#pragma once
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::auth {

/// `https://Host:8443` or `Host:8443` -> `host`; IPv6 addresses keep their brackets. Empty when there is none.
[[nodiscard]] std::string host_name(std::string_view text);

/// True when the request has no Origin, or its host name is that of Host or X-Forwarded-Host. Ports and schemes are not
/// compared: deployed proxies hand on `Host` without its port. Cookies count only then.
[[nodiscard]] bool same_origin(const http::Headers& headers);

}  // namespace trinity::auth
