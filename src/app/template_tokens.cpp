#include "app/template_tokens.h"

#include <boost/json.hpp>
#include <initializer_list>

namespace trinity::app {

namespace {

namespace json = boost::json;

/// The first of those members that is a text with something in it, and fits into one line.
std::string member_of(const json::object& secret, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    const auto* found = secret.if_contains(name);
    if (!found || !found->is_string() || found->get_string().empty()) continue;
    const std::string_view text(found->get_string());
    if (text.find_first_of("\r\n") == std::string_view::npos) return std::string(text);
  }
  return {};
}

/// Nothing: it is no JSON object.
std::optional<json::object> opened(const vault::Vault& vault, const credentials::Stored& stored) {
  const auto secret = vault.open(credentials::secret_label(stored.meta.id, stored.meta.owner), stored.sealed);
  boost::system::error_code fault;
  auto parsed = json::parse(secret.view(), fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

bool is_for(const credentials::Credential& credential, const std::string& host) {
  if (credential.type == "file" || credential.id == templates::catalogue_credential) return false;
  if (host == "github.com") return credential.service == "github";
  return credential.service == "git" && credential.name == host;
}

}  // namespace

Task<std::expected<std::string, templates::NoToken>> TemplateTokens::of_credential(Call call, std::string id) {
  const auto stored = co_await store_.get(call, std::move(id));
  if (!stored) co_return std::unexpected(templates::NoToken::no_credential);
  const auto secret = opened(vault_, *stored);
  if (!secret || secret->empty()) co_return std::unexpected(templates::NoToken::no_secret);
  auto token = member_of(*secret, {"token", "api_key"});
  if (token.empty()) co_return std::unexpected(templates::NoToken::no_token);
  co_return token;
}

Task<std::string> TemplateTokens::of_person(Call call, std::string username, std::string host) {
  const auto all = co_await store_.of_owner(call, std::move(username), std::string());
  for (const auto& one : all) {
    if (!is_for(one.meta, host)) continue;
    const auto secret = opened(vault_, one);
    if (!secret) continue;
    auto token = member_of(*secret, {"token", "access_token", "api_key", "GITHUB_PAT", "GITHUB_TOKEN"});
    if (!token.empty()) co_return token;
  }
  co_return std::string();
}

std::string TemplateTokens::platform() {
  return settings_.values()->filled("github_pat").value_or(variable_);
}

}  // namespace trinity::app
