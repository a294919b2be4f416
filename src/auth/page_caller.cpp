#include "auth/page_caller.h"

#include "base/errors.h"
#include "http/origin.h"

namespace trinity::auth {

namespace {

constexpr const char* token_cookie = "token";
constexpr const char* session_cookie = "trinity_session";

}  // namespace

bool PageCaller::shows_credential(const http::Request& request) noexcept {
  return request.headers.find("Authorization") || request.cookie(token_cookie) || request.cookie(session_cookie);
}

Task<std::shared_ptr<const Caller>> PageCaller::resolve(const http::Request* request) {
  if (const auto header = request->headers.find("Authorization")) {
    std::string authorization(*header);
    co_return co_await bearer_(http::Access::user, std::move(authorization), request->call);
  }
  if (http::same_origin(request->headers, allowed_origins_)) {
    if (const auto cookie = request->cookie(token_cookie)) {
      if (const auto known = verifier_.verify(*cookie)) co_return known->caller;
    }
    if (const auto cookie = request->cookie(session_cookie)) {
      if (const auto known = verifier_.verify_session(*cookie)) co_return known->caller;
    }
  }
  throw Unauthorized("Not authenticated");
}

}  // namespace trinity::auth
