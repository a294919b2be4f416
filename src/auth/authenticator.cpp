#include "auth/authenticator.h"

#include <algorithm>
#include <optional>

#include "base/errors.h"

namespace trinity::auth {

namespace {

/// What follows the scheme, or nothing when there is no such header or another scheme.
std::optional<std::string> bearer_value(const std::string& authorization) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const std::string_view header(authorization);
  const auto blank = header.find(' ');
  if (!std::ranges::equal(header.substr(0, blank), std::string_view("bearer"), {}, lower)) return std::nullopt;
  if (blank == std::string_view::npos) return std::string();
  auto value = header.substr(blank + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  return std::string(value);
}

[[noreturn]] void refuse() {
  throw Unauthorized("Could not validate credentials");
}

Task<std::shared_ptr<const Caller>> authenticate(TokenVerifier* verifier, ApiKeys* keys, http::Access access,
                                                 std::string authorization, Call call) {
  const auto value = bearer_value(authorization);
  if (!value) throw Unauthorized("Not authenticated");
  auto answer = verifier->look(*value, TokenUse::access);
  // Signed by us, so it is no API key either.
  if (answer.state == TokenVerifier::State::no_user || answer.state == TokenVerifier::State::void_now) refuse();
  std::shared_ptr<const Caller> caller = std::move(answer.verified.caller);
  if (!caller && keys != nullptr) caller = co_await keys->resolve(*value, call);
  // The secret of agents is no credential of this server.
  if (!caller || access == http::Access::secret) refuse();
  if (access == http::Access::admin && !caller->is_admin()) throw Forbidden("Admin access required");
  co_return caller;
}

}  // namespace

http::Authenticator make_authenticator(TokenVerifier& verifier, ApiKeys* keys) {
  return [&verifier, keys](http::Access access, std::string authorization, Call call) {
    return authenticate(&verifier, keys, access, std::move(authorization), call);
  };
}

}  // namespace trinity::auth
