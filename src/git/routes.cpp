#include "git/routes.h"

#include <algorithm>

#include "json/decode.h"

namespace trinity::git {

namespace {

using http::Request;
using http::Response;

constexpr std::int64_t usual_commits = 10;
constexpr std::int64_t most_commits = 200;
constexpr std::size_t largest_sync = 1024 * 1024;
constexpr std::size_t largest_body = 64 * 1024;

std::string agent_of(const Request& request) {
  return request.params.get("agent_name");
}

/// Without a body everything has its default.
template <class T>
T body_of(const Request& request) {
  auto made = request.body.empty() ? T{} : json::decode_body<T>(request.body);
  check(made);
  return made;
}

Response answer_for(GitService::Outcome outcome) {
  if (outcome.conflict.empty()) return Response::json(outcome.body);
  auto response = Response::json(json::object{{"detail", outcome.detail}}, 409);
  response.headers.add("X-Conflict-Type", std::move(outcome.conflict));
  return response;
}

Task<Response> status(GitService* service, Request request) {
  auto made = co_await service->status(request.call, request.caller, agent_of(request));
  co_return Response::json(made);
}

Task<Response> refresh(GitService* service, Request request) {
  auto made = co_await service->refresh(request.call, request.caller, agent_of(request));
  co_return Response::json(made);
}

Task<Response> config(GitService* service, Request request) {
  auto made = co_await service->config(request.call, request.caller, agent_of(request));
  co_return Response::json(made);
}

Task<Response> log(GitService* service, Request request) {
  json::Faults faults;
  const auto asked = json::query_int(request.query.find("limit"), "limit", faults);
  faults.check();
  const auto limit = std::clamp<std::int64_t>(asked.value_or(usual_commits), 1, most_commits);
  auto made = co_await service->log(request.call, request.caller, agent_of(request), limit);
  co_return Response::json(made);
}

Task<Response> diff(GitService* service, Request request) {
  auto made = co_await service->diff(request.call, request.caller, agent_of(request));
  co_return Response::json(made);
}

Task<Response> sync(GitService* service, Request request) {
  co_await service->check_owner(request.caller, agent_of(request));
  auto wanted = body_of<SyncRequest>(request);
  auto outcome = co_await service->sync(request.call, request.caller, agent_of(request), std::move(wanted));
  co_return answer_for(std::move(outcome));
}

Task<Response> pull(GitService* service, Request request) {
  co_await service->check_owner(request.caller, agent_of(request));
  auto wanted = body_of<PullRequest>(request);
  auto outcome = co_await service->pull(request.call, request.caller, agent_of(request), std::move(wanted));
  co_return answer_for(std::move(outcome));
}

Task<Response> initialize(GitService* service, Request request) {
  co_await service->check_founder(request.caller, agent_of(request));
  auto wanted = json::decode_body<InitializeRequest>(request.body);
  check(wanted);
  auto made = co_await service->initialize(request.call, request.caller, agent_of(request), std::move(wanted));
  co_return Response::json(made);
}

}  // namespace

std::vector<http::Route> routes(GitService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(GitService*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  const std::string git = "/api/agents/{agent_name}/git/";
  std::vector<http::Route> table;
  table.push_back({Method::get, git + "status", Access::agent_reader, to(status)});
  table.push_back({Method::post, git + "refresh", Access::agent_reader, to(refresh), nullptr, largest_body});
  table.push_back({Method::get, git + "config", Access::agent_reader, to(config)});
  table.push_back({Method::get, git + "log", Access::agent_reader, to(log)});
  table.push_back({Method::get, git + "diff", Access::agent_reader, to(diff)});
  table.push_back({Method::post, git + "sync", Access::agent_owner, to(sync), nullptr, largest_sync});
  table.push_back({Method::post, git + "pull", Access::agent_owner, to(pull), nullptr, largest_body});
  table.push_back({Method::post, git + "initialize", Access::agent_owner, to(initialize), nullptr, largest_body});
  return table;
}

}  // namespace trinity::git
