#include "telemetry/routes.h"

#include <boost/asio/this_coro.hpp>

#include "base/errors.h"
#include "telemetry/figures.h"

namespace trinity::telemetry {

namespace {

struct Sources {
  fleet::Fleet& fleet;
  auth::PageCaller& callers;
  bool open;
};

/// Null: nobody in particular, where that is allowed.
Task<std::shared_ptr<const Caller>> caller_of(const Sources* sources, const http::Request* request) {
  if (sources->open && !auth::PageCaller::shows_credential(*request)) co_return nullptr;
  co_return co_await sources->callers.resolve(request);
}

Task<http::Response> host(Sources sources, http::Request request) {
  co_await caller_of(&sources, &request);
  const auto here = co_await asio::this_coro::executor;
  const auto snapshot = sources.fleet.snapshot(here);
  if (!snapshot->host) throw Unavailable("The machine's figures have not been read yet. Try again in a moment.");
  co_return http::Response::json(fleet::host_object(snapshot->host->sample));
}

Task<http::Response> containers(Sources sources, http::Request request) {
  const auto caller = co_await caller_of(&sources, &request);
  const auto here = co_await asio::this_coro::executor;
  const auto snapshot = sources.fleet.snapshot(here);
  if (!snapshot->loaded) throw Unavailable("Docker not available");
  co_return http::Response::json(container_telemetry(*snapshot, caller.get(), now()));
}

}  // namespace

std::vector<http::Route> routes(fleet::Fleet& fleet, auth::PageCaller& callers, bool open) {
  using Step = Task<http::Response> (*)(Sources, http::Request);
  const auto to = [sources = Sources{fleet, callers, open}](Step step) {
    return [step, sources](http::Request request) { return step(sources, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({http::Method::get, "/api/telemetry/host", http::Access::anyone, to(host)});
  table.push_back({http::Method::get, "/api/telemetry/containers", http::Access::anyone, to(containers)});
  return table;
}

}  // namespace trinity::telemetry
