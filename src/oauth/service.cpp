#include "oauth/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "audit/log.h"
#include "base/errors.h"
#include "base/ids.h"
#include "oauth/refresh.h"
#include "oauth/tokens.h"

namespace trinity::oauth {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds flow_lasts{600};
constexpr std::size_t secret_bytes = 32;  ///< 43 characters

constexpr const char* bad_state = "Invalid or expired OAuth state";
constexpr const char* no_tokens = "Failed to exchange OAuth code";

vault::Label state_label(const std::string& state) {
  return {"oauth_state", digest_of(state), {}, "value"};
}

/// Words such as access_denied; anybody may have written them.
std::string plain_word(std::string_view text) {
  std::string made;
  for (const auto c : text.substr(0, 60))
    made +=
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ? c : '?';
  return made;
}

std::string trimmed(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

/// What is remembered of a flow under its state.
struct OAuthService::Flow {
  std::string provider;
  std::string owner;
  std::int64_t owner_id = 0;
  std::string verifier;
  std::string redirect_uri;
  std::string cookie_digest;
};

OAuthService::OAuthService(OAuthOptions options, Parts parts) : options_(std::move(options)), parts_(parts) {
  options_.backend_url = trimmed(std::move(options_.backend_url));
  options_.frontend_url = trimmed(std::move(options_.frontend_url));
  if (options_.frontend_url.empty()) options_.frontend_url = options_.backend_url;
}

const Provider* OAuthService::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(options_.providers, name, &Provider::name);
  return found == options_.providers.end() ? nullptr : &*found;
}

json::object OAuthService::list() const {
  json::array all;
  for (const auto& provider : options_.providers) {
    json::array scopes(provider.scopes.begin(), provider.scopes.end());
    all.push_back(json::object{{"name", provider.name},
                               {"display_name", provider.display_name},
                               {"configured", provider.configured()},
                               {"scopes", std::move(scopes)}});
  }
  return {{"providers", std::move(all)}};
}

Task<OAuthService::Begun> OAuthService::begin(Call call, CallerPtr caller, std::string name) {
  if (!caller->is_person()) throw Forbidden("Only a person can connect an account");
  const auto* const provider = find(name);
  if (provider == nullptr) throw BadRequest(fmt::format("Unsupported OAuth provider: {}", plain_word(name)));
  if (!provider->configured()) {
    std::string variable = provider->name;
    for (auto& c : variable) c = static_cast<char>(c - 32);
    throw Failed(
        fmt::format("OAuth not configured for {}. Set {}_CLIENT_ID environment variable.", provider->name, variable));
  }
  Begun begun;
  begun.state = random_base64url(secret_bytes);
  begun.cookie = random_base64url(secret_bytes);
  const Beginning beginning{fmt::format("{}/api/oauth/{}/callback", options_.backend_url, provider->name), begun.state,
                            random_base64url(secret_bytes)};
  begun.address = authorize_address(*provider, beginning);
  const auto text = json::serialize(json::object{{"provider", provider->name},
                                                 {"owner", caller->username},
                                                 {"owner_id", caller->user_id},
                                                 {"verifier", beginning.verifier},
                                                 {"redirect_uri", beginning.redirect_uri},
                                                 {"cookie", digest_of(begun.cookie)}});
  auto sealed = parts_.vault.seal(state_label(begun.state), text);
  co_await parts_.store.put_state(call, digest_of(begun.state), std::move(sealed), flow_lasts);
  audit::note(call, *caller, "oauth_start", "", {{"provider", provider->name}});
  co_return begun;
}

/// A state is used up by looking at it, whatever comes of it.
Task<OAuthService::Flow> OAuthService::taken(Call call, const Provider* provider, Return back) {
  const auto sealed = co_await parts_.store.take_state(call, digest_of(back.state));
  if (!sealed) throw BadRequest(bad_state);
  const auto opened = parts_.vault.open(state_label(back.state), *sealed);
  const auto value = json::parse(opened.view());
  const auto& from = value.as_object();
  Flow flow;
  flow.provider = text_of(from, "provider");
  flow.owner = text_of(from, "owner");
  flow.owner_id = from.at("owner_id").to_number<std::int64_t>();
  flow.verifier = text_of(from, "verifier");
  flow.redirect_uri = text_of(from, "redirect_uri");
  flow.cookie_digest = text_of(from, "cookie");
  const bool no_cookie_needed = options_.for_programs && back.cookie.empty();
  if (!no_cookie_needed && digest_of(back.cookie) != flow.cookie_digest) throw BadRequest(bad_state);
  if (flow.provider != provider->name) throw BadRequest("Provider mismatch");
  co_return flow;
}

Task<std::string> OAuthService::finish(Call call, std::string name, Return back) {
  const auto* const provider = find(name);
  if (provider == nullptr) throw BadRequest(fmt::format("Unsupported OAuth provider: {}", plain_word(name)));
  const auto flow = co_await taken(call, provider, back);
  Caller owner;
  owner.user_id = flow.owner_id;
  owner.username = flow.owner;
  if (!back.error.empty()) {
    const auto word = plain_word(back.error);
    audit::note(call, owner, "oauth_finish", "", {{"provider", provider->name}, {"error", word}}, "refused");
    throw BadRequest(fmt::format("{} did not grant access: {}", provider->display_name, word));
  }
  const Beginning beginning{flow.redirect_uri, back.state, flow.verifier};
  auto answer = co_await parts_.client.send(call, exchange_request(*provider, beginning, back.code));
  auto secret = answer ? secret_of(*provider, *answer) : std::nullopt;
  if (!secret) {
    const auto why = answer ? fmt::format("status {}", answer->status) : answer.error().reason;
    audit::note(call, owner, "oauth_finish", "", {{"provider", provider->name}, {"error", why}}, "failed");
    throw Failed(no_tokens);
  }
  auto id = co_await store(call, provider, &flow, std::move(*secret));
  audit::note(call, owner, "oauth_finish", "", {{"credential", id}, {"provider", provider->name}});
  if (made_) made_(flow.owner);
  co_return id;
}

Task<std::string> OAuthService::store(Call call, const Provider* provider, const Flow* flow, json::object secret) {
  const auto time = format_naive(now());
  credentials::Stored stored;
  stored.meta.id = random_base64url(16);
  stored.meta.name = fmt::format("{} OAuth - {}", provider->display_name, time.substr(0, 10));
  stored.meta.service = provider->name;
  stored.meta.type = "oauth2";
  stored.meta.owner = flow->owner;
  stored.meta.created_at = stored.meta.updated_at = time;
  auto text = json::serialize(secret);
  stored.sealed = parts_.vault.seal(credentials::secret_label(stored.meta.id, flow->owner), text);
  vault::wipe(text);
  auto id = stored.meta.id;
  co_await parts_.store.put(call, std::move(stored));
  if (const auto life = life_of(secret)) {
    Expiry expiry{id, provider->name, due_after(now(), *life), 0};
    co_await parts_.expiries.put(call, std::move(expiry));
  }
  co_return id;
}

}  // namespace trinity::oauth
