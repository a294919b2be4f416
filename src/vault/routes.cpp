#include "vault/routes.h"

#include "json/encode.h"

namespace trinity::vault {

namespace {

using http::Request;
using http::Response;

Task<Response> status(Rotation* rotation, Request request) {
  const auto made = co_await rotation->status(request.call, request.caller);
  co_return Response::json_text(json::to_text(made));
}

Task<Response> rotate(Rotation* rotation, Request request) {
  const auto made = co_await rotation->rotate(request.call, request.caller);
  co_return Response::json_text(json::to_text(made));
}

}  // namespace

std::vector<http::Route> routes(Rotation& rotation) {
  using Step = Task<Response> (*)(Rotation*, Request);
  const auto to = [&rotation](Step step) {
    return [step, &rotation](Request request) { return step(&rotation, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({http::Method::get, "/api/vault", http::Access::admin, to(status)});
  table.push_back({http::Method::post, "/api/vault/rotate", http::Access::admin, to(rotate)});
  return table;
}

}  // namespace trinity::vault
