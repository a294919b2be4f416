#include "sharing/routes.h"

#include "json/decode.h"

namespace trinity::sharing {

namespace {

Task<http::Response> share(SharingService* service, http::Request request) {
  auto wanted = json::decode_body<ShareRequest>(request.body);
  const auto made =
      co_await service->share(request.call, request.caller, request.params.get("agent_name"), std::move(wanted.email));
  co_return http::Response::json(json::encode(made));
}

Task<http::Response> unshare(SharingService* service, http::Request request) {
  const auto email = request.params.get("email");
  co_await service->unshare(request.call, request.caller, request.params.get("agent_name"), email);
  co_return http::Response::json(json::encode(agents::Message{"Sharing removed for " + email}));
}

Task<http::Response> shares(SharingService* service, http::Request request) {
  const auto found = co_await service->shares(request.call, request.caller, request.params.get("agent_name"));
  co_return http::Response::json(json::encode(found));
}

}  // namespace

std::vector<http::Route> routes(SharingService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(SharingService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::post, "/api/agents/{agent_name}/share", Access::agent_owner, to(share)});
  table.push_back({Method::del, "/api/agents/{agent_name}/share/{email}", Access::agent_owner, to(unshare)});
  table.push_back({Method::get, "/api/agents/{agent_name}/shares", Access::agent_owner, to(shares)});
  return table;
}

}  // namespace trinity::sharing
