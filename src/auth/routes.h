#pragma once
#include <vector>

#include "auth/service.h"
#include "auth/setup.h"
#include "http/router.h"

namespace trinity::auth {

/// The HttpOnly cookie that every sign-in sets; its value is a session token (auth/tokens.h).
inline constexpr std::string_view session_cookie = "trinity_session";

/// Sign-in, session, identity and first-time setup. Both must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(SignIn& sign_in, Setup& setup);

}  // namespace trinity::auth
