#pragma once
#include <string>
#include <vector>

#include "http/router.h"
#include "live/session.h"

namespace trinity::live {

struct LiveOptions {
  std::vector<std::string> allowed_origins;  ///< beside the server's own: `https://example.com`
  SessionOptions session;
};

/// `GET /ws`. Anyone may open it; what a socket gets depends on who it proves to be. The link and the source must
/// outlive every connection.
[[nodiscard]] std::vector<http::Route> routes(HubLink& hub, IdentitySource& identities, LiveOptions options);

/// The credentials of the opening request, in the contract's order.
[[nodiscard]] Handshake handshake_of(const http::Request& request, const std::vector<std::string>& allowed_origins);

}  // namespace trinity::live
