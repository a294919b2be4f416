#include "oauth/tokens.h"

#include <array>
#include <boost/json/parse.hpp>

namespace trinity::oauth {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> token_members{"access_token", "refresh_token", "token_type", "expires_in",
                                                        "scope"};
constexpr std::int64_t longest_life = 10LL * 365 * 86'400;

/// Nothing for a refusal, whatever its status. The access token is there.
std::optional<json::object> answered(const Provider& provider, const outbound::Answer& answer) {
  if (answer.status != 200) return std::nullopt;
  boost::system::error_code fault;
  auto value = json::parse(answer.body, fault);
  if (fault || !value.is_object()) return std::nullopt;
  auto& object = value.as_object();
  const auto* const ok = object.if_contains("ok");
  if (provider.answers_ok && (ok == nullptr || !ok->is_bool() || !ok->as_bool())) return std::nullopt;
  if (text_of(object, "access_token").empty()) return std::nullopt;
  return std::move(object);
}

json::value member_of(const json::object& from, std::string_view key) {
  const auto* const found = from.if_contains(key);
  return found == nullptr ? json::value(nullptr) : *found;
}

/// Slack's top-level token is the bot's; the person's own stands apart.
json::value person_token(const json::object& answer) {
  const auto* const user = answer.if_contains("authed_user");
  if (user == nullptr || !user->is_object()) return nullptr;
  return member_of(user->as_object(), "access_token");
}

std::string upper(std::string text) {
  for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

/// The members with the provider's name, from the plain ones.
void add_named(const Provider& provider, json::object& secret) {
  const auto prefix = upper(provider.name);
  const auto token = secret["access_token"];
  if (provider.name == "slack") {
    secret["SLACK_BOT_TOKEN"] = token;
  } else if (provider.name == "google") {
    secret["GOOGLE_ACCESS_TOKEN"] = token;
    secret["GOOGLE_REFRESH_TOKEN"] = secret["refresh_token"];
  } else {
    secret[prefix + "_ACCESS_TOKEN"] = token;
    secret[prefix + "_TOKEN"] = token;
  }
  secret[prefix + "_CLIENT_ID"] = secret["client_id"];
  secret[prefix + "_CLIENT_SECRET"] = secret["client_secret"];
}

}  // namespace

std::string text_of(const json::object& from, std::string_view key) {
  const auto* const found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::optional<json::object> secret_of(const Provider& provider, const outbound::Answer& answer) {
  const auto tokens = answered(provider, answer);
  if (!tokens) return std::nullopt;
  json::object secret;
  for (const auto name : token_members) secret[name] = member_of(*tokens, name);
  secret["client_id"] = provider.client_id;
  secret["client_secret"] = provider.shares_secret ? json::value(provider.client_secret) : json::value(nullptr);
  if (provider.name == "slack") {
    auto own = person_token(*tokens);
    secret["SLACK_ACCESS_TOKEN"] = own.is_null() ? secret["access_token"] : std::move(own);
  }
  add_named(provider, secret);
  return secret;
}

std::optional<json::object> refreshed(const Provider& provider, json::object secret, const outbound::Answer& answer) {
  const auto tokens = answered(provider, answer);
  if (!tokens) return std::nullopt;
  const bool one_token = member_of(secret, "SLACK_ACCESS_TOKEN") == member_of(secret, "access_token");
  for (const auto name : token_members) {
    auto value = member_of(*tokens, name);
    if (!value.is_null()) secret[name] = std::move(value);
  }
  if (provider.name == "slack" && one_token) secret["SLACK_ACCESS_TOKEN"] = secret["access_token"];
  add_named(provider, secret);
  return secret;
}

std::optional<std::chrono::seconds> life_of(const json::object& secret) {
  if (text_of(secret, "refresh_token").empty()) return std::nullopt;
  const auto life = member_of(secret, "expires_in");
  if (!life.is_number()) return std::nullopt;
  const auto seconds = life.to_number<double>();
  if (!(seconds >= 1)) return std::nullopt;
  return std::chrono::seconds(std::min(longest_life, static_cast<std::int64_t>(std::min(seconds, 1e12))));
}

}  // namespace trinity::oauth
