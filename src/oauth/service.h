#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "credentials/secret_store.h"
#include "oauth/providers.h"
#include "oauth/store.h"

namespace trinity::oauth {

using CallerPtr = std::shared_ptr<const Caller>;

struct OAuthOptions {
  std::vector<Provider> providers;
  std::string backend_url;   ///< without slash at its end
  std::string frontend_url;  ///< the same
  /// Flows that a program begins may end in a browser that does not show the flow's cookie.
  bool for_programs = false;
};

/// What the provider's page sends back.
struct Return {
  std::string code;
  std::string state;
  std::string error;
  std::string cookie;  ///< of the flow; empty: none
};

/// Authorization-code flows: a person consents at the provider, and the tokens become a credential of theirs. A flow is
/// bound to the browser that began it by a cookie, to this server by PKCE where the provider knows it, and lasts ten
/// minutes. Any I/O thread.
class OAuthService {
 public:
  /// All must outlive it.
  struct Parts {
    credentials::SecretStore& store;
    const vault::Vault& vault;
    ExpiryStore& expiries;
    outbound::Client& client;
  };
  OAuthService(OAuthOptions options, Parts parts);

  /// The contract's OAuthProviderList.
  [[nodiscard]] boost::json::object list() const;

  struct Begun {
    std::string address;
    std::string state;
    std::string cookie;
  };
  /// Throws BadRequest for an unknown provider, Failed for one without client id.
  Task<Begun> begin(Call call, CallerPtr caller, std::string name);
  /// Stores the credential; its id. Throws BadRequest, or Failed when the provider does not give tokens.
  Task<std::string> finish(Call call, std::string name, Return back);

  /// Where browsers go afterwards.
  [[nodiscard]] std::string page() const { return options_.frontend_url + "/credentials"; }
  /// Called with the owner's name when a credential was made. Any I/O thread.
  void on_made(std::function<void(const std::string& owner)> listener) { made_ = std::move(listener); }

  /// Null: unknown.
  [[nodiscard]] const Provider* find(std::string_view name) const noexcept;

 private:
  struct Flow;
  Task<Flow> taken(Call call, const Provider* provider, Return back);
  Task<std::string> store(Call call, const Provider* provider, const Flow* flow, boost::json::object secret);

  OAuthOptions options_;
  Parts parts_;
  std::function<void(const std::string&)> made_;
};

}  // namespace trinity::oauth
