#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "outbound/client.h"

namespace trinity::oauth {

/// One provider as the operator has set it. Holds a secret.
struct Provider {
  std::string name;          ///< "google"
  std::string display_name;  ///< "Google"
  std::string authorize_url;
  std::string token_url;
  std::vector<std::string> scopes;
  std::string client_id;  ///< empty: not offered
  std::string client_secret;
  bool pkce = false;           ///< understands code_challenge (S256)
  bool offline = false;        ///< must be asked for a refresh token
  bool basic_json = false;     ///< wants the client as HTTP Basic and the rest as JSON
  bool answers_ok = false;     ///< status 200 stands for failures too; member `ok` tells
  bool shares_secret = false;  ///< people's credentials may hold the client secret

  [[nodiscard]] bool configured() const noexcept { return !client_id.empty(); }
};

/// What the operator sets of one.
struct ProviderSettings {
  std::string authorize_url;
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  bool shares_secret = false;
};

struct AllSettings {
  ProviderSettings google;
  ProviderSettings slack;
  ProviderSettings github;
  ProviderSettings notion;
};

/// In the order of answers.
[[nodiscard]] std::vector<Provider> providers(AllSettings settings);

/// What begins one flow.
struct Beginning {
  std::string redirect_uri;
  std::string state;
  std::string verifier;  ///< of PKCE; 43 URL-safe characters
};

/// Where the browser goes.
[[nodiscard]] std::string authorize_address(const Provider& provider, const Beginning& beginning);
/// Turns a code into tokens.
[[nodiscard]] outbound::Request exchange_request(const Provider& provider, const Beginning& beginning,
                                                 const std::string& code);
/// Turns a refresh token into new ones.
[[nodiscard]] outbound::Request refresh_request(const Provider& provider, const std::string& refresh_token);

/// base64url of the text's SHA-256.
[[nodiscard]] std::string digest_of(std::string_view text);

}  // namespace trinity::oauth
