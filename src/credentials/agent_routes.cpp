#include "credentials/body.h"
#include "credentials/routes.h"

namespace trinity::credentials {

namespace {

using http::Request;
using http::Response;

std::string agent_of(const Request& request) {
  return request.params.get("agent_name");
}

Response response(const AgentCredentials::Answer& answer) {
  if (answer) return Response::json(*answer);
  return Response::json(json::object{{"detail", answer.error().detail}}, answer.error().status);
}

Task<Response> requirements(AgentCredentials* service, Request request) {
  const auto made = co_await service->requirements(request.call, request.caller, agent_of(request));
  co_return Response::json(made);
}

Task<Response> status(AgentCredentials* service, Request request) {
  const auto made = co_await service->status(request.call, request.caller, agent_of(request));
  co_return response(made);
}

Task<Response> reload(AgentCredentials* service, Request request) {
  const auto made = co_await service->reload(request.call, request.caller, agent_of(request));
  co_return response(made);
}

Task<Response> apply(AgentCredentials* service, Request request) {
  const auto made = co_await service->apply(request.call, request.caller, agent_of(request));
  co_return response(made);
}

Task<Response> hot_reload(AgentCredentials* service, Request request) {
  co_await service->reader(request.caller, agent_of(request));
  require_person(*request.caller);
  auto pasted = decode_secret_body<PastedText>(request.body);
  vault::wipe(request.body);
  const auto made =
      co_await service->hot_reload(request.call, request.caller, agent_of(request), std::move(pasted.credentials_text));
  co_return response(made);
}

/// What the template needs, for a page that shows both. A template that cannot be read hides nothing of the rest.
Task<> add_requirements(AgentCredentials* service, const Request* request, json::object* made) {
  json::value requirements;
  json::value fault;
  try {
    const auto found = co_await service->requirements(request->call, request->caller, agent_of(*request));
    requirements = found;
  } catch (const Error& failed) {
    if (failed.kind() == ErrorKind::internal) throw;
    fault = failed.what();
  }
  (*made)["requirements"] = std::move(requirements);
  (*made)["requirements_error"] = std::move(fault);
}

Task<Response> assignments(AgentCredentials* service, Request request) {
  json::Faults faults;
  const bool with_requirements =
      json::query_bool(request.query.find("with_requirements"), "with_requirements", faults).value_or(false);
  co_await service->reader(request.caller, agent_of(request));
  faults.check();
  auto made = co_await service->assignments(request.call, request.caller, agent_of(request));
  if (with_requirements) co_await add_requirements(service, &request, &made);
  co_return Response::json(made);
}

Task<Response> assign(AgentCredentials* service, Request request) {
  co_await service->reader(request.caller, agent_of(request));
  require_person(*request.caller);
  auto wanted = json::decode_body<Assignment>(request.body);
  const auto made =
      co_await service->assign(request.call, request.caller, agent_of(request), std::move(wanted.credential_id));
  co_return Response::json(made);
}

Task<Response> assign_bulk(AgentCredentials* service, Request request) {
  co_await service->reader(request.caller, agent_of(request));
  require_person(*request.caller);
  auto wanted = json::decode_body<BulkAssignment>(request.body);
  const auto made =
      co_await service->assign_bulk(request.call, request.caller, agent_of(request), std::move(wanted.credential_ids));
  co_return Response::json(made);
}

Task<Response> unassign(AgentCredentials* service, Request request) {
  const auto made =
      co_await service->unassign(request.call, request.caller, agent_of(request), request.params.get("cred_id"));
  co_return Response::json(made);
}

Task<Response> tie(AgentCredentials* service, Request request) {
  co_await service->reader(request.caller, agent_of(request));
  const auto id = request.query.find("cred_id");
  json::Faults faults;
  if (!id) faults.add("missing", {"query", "cred_id"}, "Field required", nullptr);
  faults.check();
  const auto made = co_await service->tie(request.call, request.caller, agent_of(request),
                                          request.params.get("mcp_server"), std::string(*id));
  co_return Response::json(made);
}

}  // namespace

std::vector<http::Route> routes(AgentCredentials& service) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(AgentCredentials*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  const std::string all = "/api/agents/{agent_name}/credentials";
  std::vector<http::Route> table;
  table.push_back({Method::get, all, Access::agent_reader, to(requirements)});
  table.push_back({Method::get, all + "/status", Access::agent_reader, to(status)});
  table.push_back({Method::post, all + "/reload", Access::agent_reader, to(reload)});
  table.push_back({Method::post, all + "/hot-reload", Access::agent_reader, to(hot_reload)});
  table.push_back({Method::get, all + "/assignments", Access::agent_reader, to(assignments)});
  table.push_back({Method::post, all + "/assign", Access::agent_reader, to(assign)});
  table.push_back({Method::post, all + "/assign/bulk", Access::agent_reader, to(assign_bulk)});
  table.push_back({Method::del, all + "/assign/{cred_id}", Access::agent_reader, to(unassign)});
  table.push_back({Method::post, all + "/apply", Access::agent_reader, to(apply)});
  table.push_back({Method::post, all + "/{mcp_server}", Access::agent_reader, to(tie)});
  return table;
}

}  // namespace trinity::credentials
