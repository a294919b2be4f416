#include "pressure/routes.h"

#include "agents/list_routes.h"

namespace trinity::pressure {

namespace {

Task<http::Response> pressure(PressureService* service, http::Request request) {
  auto answer = co_await service->pressure(request.caller, request.params.get("agent_name"));
  auto response = http::Response::json_text(std::move(answer.text));
  agents::add_freshness(response, *answer.snapshot);
  co_return response;
}

}  // namespace

std::vector<http::Route> routes(PressureService& service) {
  return {{http::Method::get, "/api/agents/{agent_name}/pressure", http::Access::agent_reader,
           [&service](http::Request request) { return pressure(&service, std::move(request)); }}};
}

}  // namespace trinity::pressure
