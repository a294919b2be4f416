#include "platform/key_check.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "http/text.h"

namespace trinity::platform {

namespace {

using boost::json::object;

constexpr const char* too_slow = "Request timed out. Please try again.";

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

object invalid(std::string_view why) {
  return {{"valid", false}, {"error", why}};
}

object invalid(const outbound::Fault& fault, std::string_view what) {
  if (fault.trouble == outbound::Trouble::timeout) return invalid(too_slow);
  return invalid(fmt::format("Error testing {}: {}", what, fault.reason));
}

/// Gemini's API answers 400 to a key that it does not know.
bool is_refusal(const KeyKind& kind, const outbound::Answer& answer) {
  return answer.status == 401 ||
         (kind.name == "google" && answer.status == 400 && answer.body.find("API_KEY_INVALID") != std::string::npos);
}

boost::json::array listed(std::string_view scopes) {
  boost::json::array all;
  while (!scopes.empty()) {
    const auto scope = http::trim(http::take_until(scopes, ','));
    if (!scope.empty()) all.emplace_back(scope);
  }
  return all;
}

bool holds(const boost::json::array& scopes, std::string_view scope) {
  return std::ranges::any_of(scopes, [scope](const auto& one) { return one.as_string() == scope; });
}

}  // namespace

KeyCheck::KeyCheck(outbound::Client& client, KeyServers servers)
    : client_(client), servers_(std::move(servers)), github_(client, servers_.github) {}

Task<object> KeyCheck::check(Call call, const KeyKind* kind, std::string key) {
  if (!is_well_formed(*kind, key)) co_return invalid(kind->testing_fault);
  if (kind->name == "github") co_return co_await check_github(call, std::move(key));
  co_return co_await check_by_list(call, kind, std::move(key));
}

outbound::Request KeyCheck::list_request(const KeyKind& kind, const std::string& key) const {
  outbound::Request request;
  if (kind.name == "anthropic") {
    request.url = without_slash(servers_.anthropic) + "/v1/models";
    request.headers.add("x-api-key", key);
    request.headers.add("anthropic-version", "2023-06-01");
  } else if (kind.name == "google") {
    request.url = without_slash(servers_.google) + "/models";
    request.headers.add("x-goog-api-key", key);
  } else {
    request.url = without_slash(servers_.openai) + "/models";
    request.headers.add("Authorization", "Bearer " + key);
  }
  return request;
}

Task<object> KeyCheck::check_by_list(Call call, const KeyKind* kind, std::string key) {
  auto answer = co_await client_.send(call, list_request(*kind, key));
  if (!answer) co_return invalid(answer.error(), "key");
  if (answer->status == 200) co_return object{{"valid", true}};
  if (is_refusal(*kind, *answer)) co_return invalid("Invalid API key");
  co_return invalid(fmt::format("API returned status {}", answer->status));
}

Task<object> KeyCheck::check_github(Call call, std::string token) {
  auto user = co_await github_.user(call, token);
  if (!user) {
    const auto& fault = user.error();
    if (fault.transport) co_return invalid(*fault.transport, "token");
    if (fault.status == 401) co_return invalid("Invalid Personal Access Token");
    if (fault.status == 200) co_return invalid("Error testing token: " + fault.message);
    co_return invalid(fmt::format("GitHub API returned status {}", fault.status));
  }
  object made{{"valid", true}, {"username", user->login}};
  if (token.starts_with("ghp_")) {
    auto scopes = listed(user->scopes.value_or(""));
    made["token_type"] = "classic";
    made["has_repo_access"] = holds(scopes, "repo") || holds(scopes, "public_repo");
    made["scopes"] = std::move(scopes);
    co_return made;
  }
  auto lists = co_await github_.lists_repositories(call, std::move(token));
  made["token_type"] = "fine-grained";
  made["has_repo_access"] = lists.value_or(false);
  made["scopes"] = boost::json::array{"fine-grained-pat"};
  co_return made;
}

}  // namespace trinity::platform
