#include "executions/queue_routes.h"

#include "json/encode.h"

namespace trinity::executions {

namespace {

/// Clients look for the word "reset".
constexpr const char* reset_warning = "Queue state was reset; the agent may still be working on the released request";

Task<http::Response> status(QueueService* service, http::Request request) {
  const auto status = co_await service->status(request.caller, request.params.get("agent_name"));
  co_return http::Response::json(json::encode(status));
}

Task<http::Response> clear(QueueService* service, http::Request request) {
  const auto name = request.params.get("agent_name");
  const auto gone = co_await service->clear(request.call, request.caller, name);
  co_return http::Response::json(json::object{{"status", "cleared"}, {"agent", name}, {"cleared_count", gone}});
}

Task<http::Response> release(QueueService* service, http::Request request) {
  const auto name = request.params.get("agent_name");
  const bool was = co_await service->release(request.call, request.caller, name);
  co_return http::Response::json(
      json::object{{"status", "released"}, {"agent", name}, {"was_running", was}, {"warning", reset_warning}});
}

}  // namespace

std::vector<http::Route> routes(QueueService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(QueueService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  const std::string queue = "/api/agents/{agent_name}/queue";
  return {
      {Method::get, queue, Access::agent_reader, to(status)},
      {Method::post, queue + "/clear", Access::agent_reader, to(clear)},
      {Method::post, queue + "/release", Access::agent_reader, to(release)},
  };
}

}  // namespace trinity::executions
