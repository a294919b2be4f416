#include "budgets/routes.h"

#include <cmath>

#include "json/decode.h"

namespace trinity::budgets {

namespace {

using http::Request;
using http::Response;

constexpr double most_cost = 1'000'000;
constexpr std::int64_t longest_seconds = 86'400;
constexpr std::size_t longest_reason = 500;

struct StopRequest {
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(StopRequest, (), (reason))

Limits limits_of(std::string_view body) {
  auto limits = json::decode_body<Limits>(body);
  json::Faults faults;
  if (limits.cost_per_day && !(*limits.cost_per_day >= 0 && *limits.cost_per_day <= most_cost)) {
    faults.add("value_error", {"body", "cost_per_day"}, "Use 0 to 1000000 USD, or null for no limit",
               json::value(*limits.cost_per_day));
  }
  if (limits.run_seconds && (*limits.run_seconds < 1 || *limits.run_seconds > longest_seconds)) {
    faults.add("value_error", {"body", "run_seconds"}, "Use 1 to 86400 seconds, or null for no limit",
               *limits.run_seconds);
  }
  faults.check();
  return limits;
}

json::object shown(const BudgetView& view) {
  json::object made;
  if (view.agent_name) made["agent_name"] = *view.agent_name;
  made["cost_per_day"] = json::encode(view.cost_per_day);
  made["run_seconds"] = json::encode(view.run_seconds);
  made["spent_today"] = view.spent_today;
  made["day_ends_at"] = view.day_ends_at;
  made["reached"] = view.reached;
  if (view.fleet_reached) made["fleet_reached"] = *view.fleet_reached;
  return made;
}

Task<Response> budget(BudgetService* service, Request request) {
  const auto made = co_await service->budget(request.caller, request.params.get("agent_name"));
  co_return Response::json(shown(made));
}

Task<Response> set_budget(BudgetService* service, Request request) {
  const auto limits = limits_of(request.body);
  const auto made =
      co_await service->set_budget(request.call, request.caller, request.params.get("agent_name"), limits);
  co_return Response::json(shown(made));
}

Task<Response> fleet_budget(BudgetService* service, Request) {
  co_return Response::json(shown(service->fleet_budget()));
}

Task<Response> set_fleet_budget(BudgetService* service, Request request) {
  const auto limits = limits_of(request.body);
  const auto made = co_await service->set_fleet_budget(request.call, request.caller, limits);
  co_return Response::json(shown(made));
}

Task<Response> runs(BudgetService* service, Request request) {
  auto made = json::encode(service->halt().state()).as_object();
  if (request.caller->is_admin()) {
    const auto count = service->halt().count();
    made["running"] = count.running;
    made["waiting"] = count.waiting;
  }
  co_return Response::json(made);
}

Task<Response> stop(BudgetService* service, Request request) {
  StopRequest wanted;
  if (!request.body.empty()) wanted = json::decode_body<StopRequest>(request.body);
  json::Faults faults;
  if (wanted.reason && wanted.reason->size() > longest_reason) {
    faults.add("string_too_long", {"body", "reason"}, "String should have at most 500 bytes", nullptr,
               {{"max_length", longest_reason}});
  }
  faults.check();
  const auto stopped = co_await service->halt().stop(request.call, request.caller, std::move(wanted.reason));
  auto made = json::encode(stopped.state).as_object();
  made["runs_stopped"] = stopped.count.runs_stopped;
  made["waiting_dropped"] = stopped.count.waiting_dropped;
  co_return Response::json(made);
}

Task<Response> resume(BudgetService* service, Request request) {
  co_await service->halt().resume(request.call, request.caller);
  co_return Response::json(json::encode(service->halt().state()));
}

}  // namespace

std::vector<http::Route> routes(BudgetService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(BudgetService*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/agents/{agent_name}/budget", Access::agent_reader, to(budget)});
  table.push_back({Method::put, "/api/agents/{agent_name}/budget", Access::agent_owner, to(set_budget)});
  table.push_back({Method::get, "/api/ops/budget", Access::user, to(fleet_budget)});
  table.push_back({Method::put, "/api/ops/budget", Access::admin, to(set_fleet_budget)});
  table.push_back({Method::get, "/api/ops/runs", Access::user, to(runs)});
  table.push_back({Method::post, "/api/ops/runs/stop", Access::admin, to(stop)});
  table.push_back({Method::post, "/api/ops/runs/resume", Access::admin, to(resume)});
  return table;
}

}  // namespace trinity::budgets
