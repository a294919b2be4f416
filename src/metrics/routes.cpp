#include "metrics/routes.h"

#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "metrics/families.h"

namespace trinity::metrics {

namespace {

Task<http::Response> scrape(Sources sources, http::Request) {
  const auto here = co_await asio::this_coro::executor;
  const auto snapshot = sources.fleet.snapshot(here);
  Families families;
  add_traffic(families, sources.traffic.read(), sources.traffic.connections());
  add_statements(families, sources.statements.read());
  add_engine_calls(families, sources.engine_calls.read());
  add_fleet(families, *snapshot, sources.fleet.sampling(), steady_now());
  add_live(families, sources.live.counts(), sources.live.dropped());
  add_budgets(families, sources.budgets.figures());
  add_attention(families, *sources.attention.board());
  add_process(families, process_figures());
  http::Response made;
  made.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  made.body = to_text(families);
  co_return made;
}

}  // namespace

std::vector<http::Route> routes(Sources sources, http::Access access) {
  auto handler = [sources](http::Request request) { return scrape(sources, std::move(request)); };
  return {{http::Method::get, "/metrics", access, std::move(handler)}};
}

}  // namespace trinity::metrics
