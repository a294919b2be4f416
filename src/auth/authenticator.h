#pragma once
#include <memory>
#include <string>

#include "auth/verifier.h"
#include "base/call.h"
#include "http/router.h"

namespace trinity::auth {

/// Resolves what is no signed token: an API key. Any thread.
class ApiKeys {
 public:
  virtual ~ApiKeys() = default;
  /// The caller that the key acts for, or null when there is no such active key.
  virtual Task<std::shared_ptr<const Caller>> resolve(std::string key, Call call) = 0;
};

/// Reads the header `Authorization: Bearer <value>`, scheme in any case. Cookies are no credentials here. Access::admin
/// asks for the role admin. Without `keys` only signed tokens count. Both must outlive the authenticator.
[[nodiscard]] http::Authenticator make_authenticator(TokenVerifier& verifier, ApiKeys* keys);

}  // namespace trinity::auth
