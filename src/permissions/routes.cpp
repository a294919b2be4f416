#include "permissions/routes.h"

#include "agents/list_routes.h"
#include "json/decode.h"

namespace trinity::permissions {

namespace {

Task<http::Response> list(PermissionService* service, http::Request request) {
  const auto found = co_await service->list(request.caller, request.params.get("agent_name"));
  auto response = http::Response::json(json::encode(found.permissions));
  agents::add_freshness(response, *found.snapshot);
  co_return response;
}

Task<http::Response> set(PermissionService* service, http::Request request) {
  auto wanted = json::decode_body<SetPermissionsRequest>(request.body);
  const auto result = co_await service->set(request.call, request.caller, request.params.get("agent_name"),
                                            std::move(wanted.permitted_agents));
  co_return http::Response::json(json::encode(result));
}

Task<http::Response> add(PermissionService* service, http::Request request) {
  const auto change = co_await service->add(request.call, request.caller, request.params.get("agent_name"),
                                            request.params.get("target_agent"));
  co_return http::Response::json(json::encode(change));
}

Task<http::Response> remove(PermissionService* service, http::Request request) {
  const auto change = co_await service->remove(request.call, request.caller, request.params.get("agent_name"),
                                               request.params.get("target_agent"));
  co_return http::Response::json(json::encode(change));
}

}  // namespace

std::vector<http::Route> routes(PermissionService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(PermissionService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  const std::string all = "/api/agents/{agent_name}/permissions";
  std::vector<http::Route> table;
  table.push_back({Method::get, all, Access::agent_reader, to(list)});
  table.push_back({Method::put, all, Access::agent_owner, to(set)});
  table.push_back({Method::post, all + "/{target_agent}", Access::agent_owner, to(add)});
  table.push_back({Method::del, all + "/{target_agent}", Access::agent_owner, to(remove)});
  return table;
}

}  // namespace trinity::permissions
