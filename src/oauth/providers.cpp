#include "oauth/providers.h"

#include <sodium.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/ids.h"
#include "http/text.h"

namespace trinity::oauth {

namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string>>;

/// The contract's limit of an exchange.
constexpr std::chrono::seconds exchange_within{15};

/// As a form writes it: a blank is a plus.
std::string form_value(std::string_view text) {
  auto made = http::percent_encode(text);
  for (auto at = made.find("%20"); at != std::string::npos; at = made.find("%20", at)) made.replace(at, 3, "+");
  return made;
}

std::string form_of(const Pairs& pairs) {
  std::string made;
  for (const auto& [name, value] : pairs) {
    if (!made.empty()) made += '&';
    made += name;
    made += '=';
    made += form_value(value);
  }
  return made;
}

std::string joined(const std::vector<std::string>& words) {
  std::string made;
  for (const auto& word : words) made += (made.empty() ? "" : " ") + word;
  return made;
}

std::string basic(const Provider& provider) {
  const auto plain = provider.client_id + ":" + provider.client_secret;
  std::string made(sodium_base64_ENCODED_LEN(plain.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(made.data(), made.size(), reinterpret_cast<const unsigned char*>(plain.data()), plain.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  made.pop_back();  // the zero byte
  return "Basic " + made;
}

outbound::Request token_request(const Provider& provider, const Pairs& pairs) {
  outbound::Request request;
  request.method = http::Method::post;
  request.url = provider.token_url;
  request.limit = exchange_within;
  request.headers.add("Accept", "application/json");
  if (provider.basic_json) {
    boost::json::object body;
    for (const auto& [name, value] : pairs) body[name] = value;
    request.headers.add("Authorization", basic(provider));
    request.headers.add("Content-Type", "application/json");
    request.body = boost::json::serialize(body);
    return request;
  }
  Pairs all{{"client_id", provider.client_id}, {"client_secret", provider.client_secret}};
  all.insert(all.end(), pairs.begin(), pairs.end());
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = form_of(all);
  return request;
}

Provider made_of(std::string name, std::string display_name, std::vector<std::string> scopes, ProviderSettings from) {
  Provider made;
  made.name = std::move(name);
  made.display_name = std::move(display_name);
  made.scopes = std::move(scopes);
  made.authorize_url = std::move(from.authorize_url);
  made.token_url = std::move(from.token_url);
  made.client_id = std::move(from.client_id);
  made.client_secret = std::move(from.client_secret);
  made.shares_secret = from.shares_secret;
  return made;
}

}  // namespace

std::vector<Provider> providers(AllSettings settings) {
  const std::string google_api = "https://www.googleapis.com/auth/";
  auto google = made_of("google", "Google",
                        {google_api + "gmail.readonly", google_api + "calendar", google_api + "drive.readonly"},
                        std::move(settings.google));
  google.pkce = true;
  google.offline = true;
  auto slack = made_of("slack", "Slack", {"chat:write", "channels:read", "users:read"}, std::move(settings.slack));
  slack.answers_ok = true;
  auto github = made_of("github", "Github", {"repo", "user"}, std::move(settings.github));
  github.pkce = true;
  auto notion = made_of("notion", "Notion", {"read_content", "update_content"}, std::move(settings.notion));
  notion.basic_json = true;
  return {std::move(google), std::move(slack), std::move(github), std::move(notion)};
}

std::string authorize_address(const Provider& provider, const Beginning& beginning) {
  Pairs pairs{{"client_id", provider.client_id},
              {"redirect_uri", beginning.redirect_uri},
              {"state", beginning.state},
              {"scope", joined(provider.scopes)},
              {"response_type", "code"}};
  if (provider.offline) {
    pairs.emplace_back("access_type", "offline");
    pairs.emplace_back("prompt", "consent");
  }
  if (provider.pkce) {
    pairs.emplace_back("code_challenge", digest_of(beginning.verifier));
    pairs.emplace_back("code_challenge_method", "S256");
  }
  const char mark = provider.authorize_url.find('?') == std::string::npos ? '?' : '&';
  return provider.authorize_url + mark + form_of(pairs);
}

outbound::Request exchange_request(const Provider& provider, const Beginning& beginning, const std::string& code) {
  Pairs pairs{{"code", code}, {"redirect_uri", beginning.redirect_uri}, {"grant_type", "authorization_code"}};
  if (provider.pkce) pairs.emplace_back("code_verifier", beginning.verifier);
  return token_request(provider, pairs);
}

outbound::Request refresh_request(const Provider& provider, const std::string& refresh_token) {
  return token_request(provider, {{"refresh_token", refresh_token}, {"grant_type", "refresh_token"}});
}

std::string digest_of(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return base64url(digest);
}

}  // namespace trinity::oauth
