#include "agents/settings_routes.h"

#include "json/decode.h"

namespace trinity::agents {

namespace {

using http::Request;
using http::Response;

Task<Response> autonomy_of_all(AgentSettings* settings, Request request) {
  const auto all = co_await settings->autonomy_of_all(request.call, request.caller);
  json::object made;
  for (const auto& [name, enabled] : all) made[name] = json::object{{"autonomy_enabled", enabled}};
  co_return Response::json(made);
}

Task<Response> autonomy(AgentSettings* settings, Request request) {
  const auto made = co_await settings->autonomy(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json(json::encode(made));
}

Task<Response> set_autonomy(AgentSettings* settings, Request request) {
  auto update = json::decode_body<AutonomyUpdate>(request.body);
  const auto made = co_await settings->set_autonomy(request.call, request.caller, request.params.get("agent_name"),
                                                    std::move(update));
  co_return Response::json(json::encode(made));
}

Task<Response> resources(AgentSettings* settings, Request request) {
  const auto made = co_await settings->resources(request.caller, request.params.get("agent_name"));
  co_return Response::json(json::encode(made));
}

Task<Response> set_resources(AgentSettings* settings, Request request) {
  auto update = json::decode_body<ResourcesUpdate>(request.body);
  const auto made = co_await settings->set_resources(request.call, request.caller, request.params.get("agent_name"),
                                                     std::move(update));
  co_return Response::json(json::encode(made));
}

Task<Response> capabilities(AgentSettings* settings, Request request) {
  const auto made = co_await settings->capabilities(request.caller, request.params.get("agent_name"));
  co_return Response::json(json::encode(made));
}

Task<Response> set_capabilities(AgentSettings* settings, Request request) {
  auto update = json::decode_body<CapabilitiesUpdate>(request.body);
  const auto made = co_await settings->set_capabilities(request.call, request.caller, request.params.get("agent_name"),
                                                        std::move(update));
  co_return Response::json(json::encode(made));
}

Task<Response> api_key(AgentSettings* settings, Request request) {
  const auto made = co_await settings->api_key(request.caller, request.params.get("agent_name"));
  co_return Response::json(json::encode(made));
}

Task<Response> set_api_key(AgentSettings* settings, Request request) {
  auto update = json::decode_body<ApiKeyUpdate>(request.body);
  const auto made =
      co_await settings->set_api_key(request.call, request.caller, request.params.get("agent_name"), std::move(update));
  co_return Response::json(json::encode(made));
}

Task<Response> tags(AgentSettings* settings, Request request) {
  const auto made = co_await settings->tags(request.caller, request.params.get("agent_name"));
  co_return Response::json(json::encode(made));
}

Task<Response> set_tags(AgentSettings* settings, Request request) {
  auto update = json::decode_body<TagsUpdate>(request.body);
  const auto made =
      co_await settings->set_tags(request.call, request.caller, request.params.get("agent_name"), std::move(update));
  co_return Response::json(json::encode(made));
}

}  // namespace

std::vector<http::Route> settings_routes(AgentSettings& settings) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(AgentSettings*, Request);
  const auto to = [&settings](Step step) {
    return [step, &settings](Request request) { return step(&settings, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/agents/autonomy-status", Access::user, to(autonomy_of_all)});
  table.push_back({Method::get, "/api/agents/{agent_name}/autonomy", Access::agent_reader, to(autonomy)});
  table.push_back({Method::put, "/api/agents/{agent_name}/autonomy", Access::agent_owner, to(set_autonomy)});
  table.push_back({Method::get, "/api/agents/{agent_name}/resources", Access::agent_reader, to(resources)});
  table.push_back({Method::put, "/api/agents/{agent_name}/resources", Access::agent_owner, to(set_resources)});
  table.push_back({Method::get, "/api/agents/{agent_name}/capabilities", Access::agent_reader, to(capabilities)});
  table.push_back({Method::put, "/api/agents/{agent_name}/capabilities", Access::agent_owner, to(set_capabilities)});
  table.push_back({Method::get, "/api/agents/{agent_name}/api-key-setting", Access::agent_reader, to(api_key)});
  table.push_back({Method::put, "/api/agents/{agent_name}/api-key-setting", Access::agent_owner, to(set_api_key)});
  table.push_back({Method::get, "/api/agents/{agent_name}/tags", Access::agent_reader, to(tags)});
  table.push_back({Method::put, "/api/agents/{agent_name}/tags", Access::agent_owner, to(set_tags)});
  return table;
}

}  // namespace trinity::agents
