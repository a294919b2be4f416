#include "runstats/routes.h"

#include "json/decode.h"

namespace trinity::runstats {

namespace {

constexpr std::int64_t most_hours = 8'760;

Task<http::Response> execution_stats(FigureService* service, http::Request request) {
  json::Faults faults;
  const auto hours = json::query_int(request.query.find("hours"), "hours", faults).value_or(24);
  if (faults.empty() && (hours < 1 || hours > most_hours))
    faults.add("value_error", {"query", "hours"}, "Use 1 to 8760", hours);
  faults.check();
  auto text = co_await service->execution_stats(request.call, request.caller, std::chrono::hours(hours));
  co_return http::Response::json_text(std::move(text));
}

Task<http::Response> context_stats(FigureService* service, http::Request request) {
  auto text = co_await service->context_stats(request.caller);
  co_return http::Response::json_text(std::move(text));
}

}  // namespace

std::vector<http::Route> routes(FigureService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(FigureService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  return {{Method::get, "/api/agents/execution-stats", Access::user, to(execution_stats)},
          {Method::get, "/api/agents/context-stats", Access::user, to(context_stats)}};
}

}  // namespace trinity::runstats
