#include "outbound/github.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "http/text.h"

namespace trinity::outbound {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds create_within{30};
constexpr std::size_t longest_message = 300;

/// Null for a text that is no JSON object.
json::object object_of(std::string_view text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  return !fault && value.is_object() ? std::move(value.as_object()) : json::object();
}

std::string text_of(const json::object& from, std::string_view key) {
  const auto* const found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

GitHubFault refusal(const Answer& answer) {
  auto message = text_of(object_of(answer.body), "message");
  if (message.empty()) message = fmt::format("GitHub API error: {}", answer.status);
  return {std::nullopt, answer.status, preview(message, longest_message)};
}

GitHubFault unreadable(unsigned status) {
  return {std::nullopt, status, "GitHub sent an answer that cannot be read"};
}

std::expected<GitHubRepository, GitHubFault> repository_of(const Answer& answer) {
  const auto from = object_of(answer.body);
  GitHubRepository made;
  made.full_name = text_of(from, "full_name");
  made.default_branch = text_of(from, "default_branch");
  if (made.full_name.empty()) return std::unexpected(unreadable(answer.status));
  if (const auto* found = from.if_contains("private"); found != nullptr && found->is_bool())
    made.is_private = found->as_bool();
  if (const auto* found = from.if_contains("size"); found != nullptr && found->is_int64())
    made.size = found->as_int64();
  return made;
}

}  // namespace

GitHub::GitHub(Client& client, std::string base) : client_(client), base_(std::move(base)) {
  while (base_.ends_with('/')) base_.pop_back();
}

Request GitHub::get(const std::string& path) const {
  Request request;
  request.url = base_ + path;
  return request;
}

Task<GitHub::Result<Answer>> GitHub::ask(Call call, Request request, std::string token) {
  request.headers.add("Authorization", "Bearer " + token);
  request.headers.add("Accept", "application/vnd.github+json");
  request.headers.add("X-GitHub-Api-Version", "2022-11-28");
  auto answer = co_await client_.send(call, std::move(request));
  if (answer) co_return std::move(*answer);
  auto reason = answer.error().reason;
  co_return std::unexpected(GitHubFault{std::move(answer.error()), 0, std::move(reason)});
}

Task<GitHub::Result<GitHubUser>> GitHub::user(Call call, std::string token) {
  auto answer = co_await ask(call, get("/user"), std::move(token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status != 200) co_return std::unexpected(refusal(*answer));
  GitHubUser made;
  made.login = text_of(object_of(answer->body), "login");
  if (made.login.empty()) co_return std::unexpected(unreadable(answer->status));
  if (const auto scopes = answer->headers.find("X-OAuth-Scopes")) made.scopes = std::string(*scopes);
  co_return made;
}

Task<GitHub::Result<bool>> GitHub::lists_repositories(Call call, std::string token) {
  auto answer = co_await ask(call, get("/user/repos?per_page=1"), std::move(token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return answer->status == 200;
}

Task<GitHub::Result<std::optional<GitHubRepository>>> GitHub::repository(Call call, std::string token,
                                                                         std::string owner, std::string name) {
  auto request = get("/repos/" + http::percent_encode(owner) + "/" + http::percent_encode(name));
  auto answer = co_await ask(call, std::move(request), std::move(token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status == 404) co_return std::nullopt;
  if (answer->status != 200) co_return std::unexpected(refusal(*answer));
  auto made = repository_of(*answer);
  if (!made) co_return std::unexpected(std::move(made.error()));
  co_return std::move(*made);
}

Task<GitHub::Result<GitHubOwner>> GitHub::owner_kind(Call call, std::string token, std::string owner) {
  auto answer = co_await ask(call, get("/users/" + http::percent_encode(owner)), std::move(token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status != 200) co_return std::unexpected(refusal(*answer));
  co_return text_of(object_of(answer->body), "type") == "Organization" ? GitHubOwner::organization : GitHubOwner::user;
}

Task<GitHub::Result<GitHubRepository>> GitHub::create_repository(Call call, std::string token, NewRepository wanted) {
  const bool of_user = wanted.kind == GitHubOwner::user;
  auto request = get(of_user ? "/user/repos" : "/orgs/" + http::percent_encode(wanted.owner) + "/repos");
  json::object body{{"name", wanted.name}, {"private", wanted.is_private}, {"auto_init", false}};
  if (wanted.description) body["description"] = *wanted.description;
  request.method = http::Method::post;
  request.body = json::serialize(body);
  request.headers.add("Content-Type", "application/json");
  request.limit = create_within;
  auto answer = co_await ask(call, std::move(request), std::move(token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status != 201) co_return std::unexpected(refusal(*answer));
  co_return repository_of(*answer);
}

}  // namespace trinity::outbound
