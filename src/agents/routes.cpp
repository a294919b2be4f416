#include "agents/routes.h"

#include "agents/list_routes.h"
#include "json/decode.h"

namespace trinity::agents {

namespace {

json::object detail_of(const fleet::Agent& agent, const Caller& caller) {
  std::string item;
  fleet::append_item(item, agent, caller);
  auto object = boost::json::parse(item).as_object();
  const bool manage = fleet::can_manage(agent, caller);
  object["can_share"] = manage && caller.is_person();
  object["can_delete"] = manage && !(agent.metadata && agent.metadata->is_system);
  return object;
}

Task<http::Response> get(AgentService* service, http::Request request) {
  const auto view = co_await service->get(request.caller, request.params.get("agent_name"));
  auto object = detail_of(*view.agent, *request.caller);
  std::vector<Share> shares;
  if (fleet::can_manage(*view.agent, *request.caller)) shares = co_await service->shares(request.call, view.agent);
  object["shares"] = json::encode(shares);
  auto response = http::Response::json(object);
  add_freshness(response, *view.snapshot);
  co_return response;
}

Task<http::Response> create(AgentService* service, http::Request request) {
  auto wanted = json::decode_body<CreateRequest>(request.body);
  const auto agent = co_await service->create(request.call, request.caller, std::move(wanted));
  std::string item;
  fleet::append_item(item, *agent, *request.caller);
  co_return http::Response::json_text(std::move(item));
}

Task<http::Response> start(AgentService* service, http::Request request) {
  const auto name = request.params.get("agent_name");
  StartResult result;
  result.credentials_result = co_await service->start(request.call, request.caller, name);
  result.credentials_injection = std::string(result.credentials_result.at("status").get_string());
  result.message = "Agent " + name + " started";
  co_return http::Response::json(json::encode(result));
}

Task<http::Response> stop(AgentService* service, http::Request request) {
  const auto name = request.params.get("agent_name");
  co_await service->stop(request.call, request.caller, name);
  co_return http::Response::json(json::encode(Message{"Agent " + name + " stopped"}));
}

Task<http::Response> remove(AgentService* service, http::Request request) {
  const auto name = request.params.get("agent_name");
  co_await service->remove(request.call, request.caller, name);
  co_return http::Response::json(json::encode(Message{"Agent " + name + " deleted"}));
}

Task<http::Response> logs(AgentService* service, http::Request request) {
  json::Faults faults;
  const auto tail = json::query_int(request.query.find("tail"), "tail", faults);
  faults.check();
  const auto lines = static_cast<int>(std::clamp<std::int64_t>(tail.value_or(100), -1, 1'000'000));
  auto text = co_await service->logs(request.call, request.caller, request.params.get("agent_name"), lines);
  co_return http::Response::json(json::encode(Logs{std::move(text)}));
}

Task<http::Response> stats(AgentService* service, http::Request request) {
  const auto view = co_await service->running(request.caller, request.params.get("agent_name"));
  auto response = http::Response::json(fleet::stats_object(*view.agent, view.figures.get(), now()));
  add_freshness(response, *view.snapshot);
  co_return response;
}

}  // namespace

std::vector<http::Route> routes(AgentService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(AgentService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/agents", Access::user, to(list_agents)});
  table.push_back({Method::get, "/api/agents/stats", Access::user, to(stats_of_all)});
  table.push_back({Method::post, "/api/agents", Access::user, to(create)});
  table.push_back({Method::get, "/api/agents/{agent_name}", Access::agent_reader, to(get)});
  table.push_back({Method::del, "/api/agents/{agent_name}", Access::agent_owner, to(remove)});
  table.push_back({Method::post, "/api/agents/{agent_name}/start", Access::agent_reader, to(start)});
  table.push_back({Method::post, "/api/agents/{agent_name}/stop", Access::agent_reader, to(stop)});
  table.push_back({Method::get, "/api/agents/{agent_name}/logs", Access::agent_reader, to(logs)});
  table.push_back({Method::get, "/api/agents/{agent_name}/stats", Access::agent_reader, to(stats)});
  return table;
}

}  // namespace trinity::agents
