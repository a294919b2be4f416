#pragma once
#include <memory>
#include <string>
#include <vector>

#include "auth/verifier.h"
#include "http/router.h"

namespace trinity::auth {

/// Who a page is that asks without being able to set a header (pictures, figures of older pages): the Authorization
/// header where there is one, else the cookies `token` and `trinity_session`. Cookies count only for pages of ours
/// (http::same_origin), and only on routes that use this. Any thread.
class PageCaller {
 public:
  /// `verifier` must outlive it. `bearer` is the server's own authenticator.
  PageCaller(http::Authenticator bearer, TokenVerifier& verifier, std::vector<std::string> allowed_origins)
      : bearer_(std::move(bearer)), verifier_(verifier), allowed_origins_(std::move(allowed_origins)) {}

  /// Throws Unauthorized when nothing that the request shows is good. The request must live until the answer.
  Task<std::shared_ptr<const Caller>> resolve(const http::Request* request);
  /// Whether the request shows anything at all.
  [[nodiscard]] static bool shows_credential(const http::Request& request) noexcept;

 private:
  http::Authenticator bearer_;
  TokenVerifier& verifier_;
  std::vector<std::string> allowed_origins_;
};

}  // namespace trinity::auth
