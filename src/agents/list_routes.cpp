#include "agents/list_routes.h"

#include "agents/list_query.h"
#include "http/etag.h"
#include "http/text.h"
#include "json/write.h"

namespace trinity::agents {

namespace {

/// Fewer agents than this are told about at once; more would hold up the other connections of the thread.
constexpr std::size_t here_below = 100;

http::Response not_modified(std::string tag) {
  auto response = http::Response::empty(304);
  response.headers.add("ETag", std::move(tag));
  response.headers.add("Cache-Control", "private, no-cache");
  return response;
}

http::Response from_view(const std::shared_ptr<ListView>& view, const http::Headers& asked, bool takes_gzip) {
  // Before anything is looked for in a header that is nearly never there.
  if (asked.find("If-None-Match")) {
    auto known = http::known_form(asked, view->tag());
    if (!known.empty()) return not_modified(std::move(known));
  }
  const auto packed = takes_gzip ? view->packed() : nullptr;
  const auto& form = packed ? *packed : view->plain();
  http::Response response;
  response.shared = form.bytes;
  response.fields = form.fields;
  return response;
}

Task<http::Response> part_of(AgentService* service, http::Request request, ListQuery query) {
  const auto snapshot = co_await service->snapshot();
  auto job = [&] { return select(*snapshot, *request.caller, query); };
  const auto page = co_await service->pool().run(std::move(job));
  auto tag = http::strong_tag(http::digest(page.text));
  auto known = http::known_form(request.headers, tag);
  auto response = known.empty() ? http::Response::json_text(page.text) : not_modified(std::move(known));
  if (response.status == 200) {
    response.headers.add("ETag", std::move(tag));
    response.headers.add("Cache-Control", "private, no-cache");
  }
  response.headers.add("Trinity-Total-Count", std::to_string(page.total));
  if (!page.next.empty()) response.headers.add("Trinity-Next-Cursor", page.next);
  add_freshness(response, *snapshot);
  co_return response;
}

std::string stats_text(const fleet::Snapshot& snapshot, const Caller& caller, Time at) {
  std::string text = R"({"agents":[)";
  bool first = true;
  for (const auto& entry : snapshot.entries) {
    if (!fleet::can_read(*entry.agent, caller)) continue;
    auto row = fleet::stats_object(*entry.agent, entry.figures.get(), at);
    row["name"] = entry.agent->name;
    if (!std::exchange(first, false)) text += ',';
    text += json::write(row);
  }
  text += "]}";
  return text;
}

}  // namespace

void add_freshness(http::Response& response, const fleet::Snapshot& snapshot) {
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - snapshot.engine.confirmed_at).count();
  response.headers.add("Trinity-Engine", snapshot.engine.reachable ? "ok" : "unreachable");
  response.headers.add("Trinity-Snapshot-Age",
                       snapshot.engine.confirmed_at == SteadyTime{} ? "-1" : std::to_string(age));
}

Task<http::Response> list_agents(AgentService* service, http::Request request) {
  if (auto query = list_query(request.query)) {
    auto part = part_of(service, std::move(request), std::move(*query));
    co_return co_await std::move(part);
  }
  const bool takes_gzip = http::lists_token(request.headers.find("Accept-Encoding").value_or(""), "gzip");
  const auto snapshot = co_await service->snapshot();
  const auto view = service->list(*snapshot, *request.caller);
  if (takes_gzip && !view->packed()) service->pack_list(view, co_await asio::this_coro::executor);
  auto response = from_view(view, request.headers, takes_gzip);
  add_freshness(response, *snapshot);
  co_return response;
}

Task<http::Response> stats_of_all(AgentService* service, http::Request request) {
  const auto snapshot = co_await service->snapshot();
  std::string text;
  if (snapshot->entries.size() < here_below) {
    text = stats_text(*snapshot, *request.caller, now());
  } else {
    auto job = [&] { return stats_text(*snapshot, *request.caller, now()); };
    text = co_await service->pool().run(std::move(job));
  }
  auto response = http::Response::json_text(std::move(text));
  add_freshness(response, *snapshot);
  co_return response;
}

}  // namespace trinity::agents
