#include "activity/routes.h"

#include <boost/json/object.hpp>

namespace trinity::activity {

namespace {

using http::Request;
using http::Response;

Task<Response> activity(ActivityService* service, Request request) {
  auto text = co_await service->activity(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json_text(std::move(text));
}

Task<Response> clear(ActivityService* service, Request request) {
  co_await service->clear(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json(boost::json::object{{"status", "cleared"}, {"message", "Session activity cleared"}});
}

Task<Response> tool_call(ActivityService* service, Request request) {
  auto text = co_await service->tool_call(request.call, request.caller, request.params.get("agent_name"),
                                          request.params.get("tool_id"));
  co_return Response::json_text(std::move(text));
}

Task<Response> session(ActivityService* service, Request request) {
  auto text = co_await service->session(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json_text(std::move(text));
}

}  // namespace

std::vector<http::Route> routes(ActivityService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(ActivityService*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  const std::string agent = "/api/agents/{agent_name}";
  return {
      {Method::get, agent + "/activity", Access::agent_reader, to(activity)},
      {Method::del, agent + "/activity", Access::agent_reader, to(clear)},
      {Method::get, agent + "/activity/{tool_id}", Access::agent_reader, to(tool_call)},
      {Method::get, agent + "/chat/session", Access::agent_reader, to(session)},
  };
}

}  // namespace trinity::activity
