#include "activities/routes.h"

#include <algorithm>

#include "json/decode.h"
#include "json/query_time.h"

namespace trinity::activities {

namespace {

using http::Request;
using http::Response;

constexpr std::int64_t usual = 100;
constexpr std::int64_t most = 1'000;
constexpr std::size_t most_types = 50;

std::optional<std::string> bound(const Request& request, const char* name, json::Faults& faults) {
  const auto time = json::query_time(request.query.find(name), name, faults);
  return time ? std::optional(format_naive(*time)) : std::nullopt;
}

/// Blanks around the names do not count.
std::optional<std::vector<std::string>> types_of(const Request& request, json::Faults& faults) {
  const auto text = request.query.find("activity_types");
  if (!text || text->empty()) return std::nullopt;
  std::vector<std::string> types;
  for (std::size_t at = 0; at <= text->size();) {
    const auto end = std::min(text->find(',', at), text->size());
    auto name = text->substr(at, end - at);
    at = end + 1;
    const auto first = name.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    name = name.substr(first, name.find_last_not_of(' ') - first + 1);
    if (types.size() < most_types)
      types.emplace_back(name);
    else
      faults.add("too_long", {"query", "activity_types"}, "List should have at most 50 items", nullptr);
  }
  return types;
}

/// Limit and place.
Window window_of(const Request& request, json::Faults& faults) {
  Window window;
  window.limit = json::query_int(request.query.find("limit"), "limit", faults).value_or(usual);
  if (window.limit < 1 || window.limit > most)
    faults.add("value_error", {"query", "limit"}, "Use 1 to 1000", window.limit);
  if (const auto before = request.query.find("before"); before && !before->empty()) window.before = *before;
  return window;
}

Window timeline_window(const Request& request) {
  json::Faults faults;
  auto window = window_of(request, faults);
  window.from = bound(request, "start_time", faults);
  window.until = bound(request, "end_time", faults);
  window.types = types_of(request, faults);
  faults.check();
  return window;
}

json::value given(const Request& request, const char* name) {
  const auto text = request.query.find(name);
  return text ? json::value(*text) : json::value(nullptr);
}

bool wants_extent(const Request& request) {
  json::Faults faults;
  const bool wanted = json::query_bool(request.query.find("extent"), "extent", faults).value_or(false);
  faults.check();
  return wanted;
}

Task<Response> shown(Timeline* timeline, Request request) {
  auto window = timeline_window(request);
  const bool all_told = wants_extent(request);
  const auto rows = co_await timeline->shown(request.call, request.caller, window);
  json::object answer{{"count", rows.size()}, {"activities", json::encode(rows)}};
  if (all_told) {
    const auto extent = co_await timeline->extent(request.call, request.caller, std::move(window));
    answer["total"] = extent.total;
    answer["counted_all"] = extent.counted_all;
    answer["open"] = json::encode(extent.open);
    answer["reaching"] = json::encode(extent.reaching);
  }
  co_return Response::json(answer);
}

Task<Response> recorded(Timeline* timeline, Request request) {
  auto window = timeline_window(request);
  const auto types = json::encode(window.types);
  const auto rows = co_await timeline->recorded(request.call, request.caller, std::move(window));
  co_return Response::json(json::object{{"count", rows.size()},
                                        {"start_time", given(request, "start_time")},
                                        {"end_time", given(request, "end_time")},
                                        {"activity_types", types},
                                        {"timeline", json::encode(rows)}});
}

Task<Response> of_agent(Timeline* timeline, Request request) {
  auto name = request.params.get("agent_name");
  // A missing agent is told before a bad limit.
  co_await timeline->check_reader(request.caller, name);
  json::Faults faults;
  auto window = window_of(request, faults);
  faults.check();
  if (const auto type = request.query.find("activity_type")) window.types = {std::string(*type)};
  if (const auto state = request.query.find("activity_state")) window.state = *state;
  const auto rows = co_await timeline->of_agent(request.call, request.caller, name, std::move(window));
  co_return Response::json(
      json::object{{"agent_name", name}, {"count", rows.size()}, {"activities", json::encode(rows)}});
}

}  // namespace

std::vector<http::Route> routes(Timeline& timeline) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(Timeline*, Request);
  const auto to = [&timeline](Step step) {
    return [step, &timeline](Request request) { return step(&timeline, std::move(request)); };
  };
  return {
      {Method::get, "/api/activities/timeline", Access::user, to(shown)},
      {Method::get, "/api/agents/activities/timeline", Access::user, to(recorded)},
      {Method::get, "/api/agents/{agent_name}/activities", Access::agent_reader, to(of_agent)},
  };
}

}  // namespace trinity::activities
