#include "attention/routes.h"

namespace trinity::attention {

namespace {

Task<http::Response> list(AttentionService* service, http::Request request) {
  auto text = co_await service->list(request.caller);
  co_return http::Response::json_text(std::move(text));
}

}  // namespace

std::vector<http::Route> routes(AttentionService& service) {
  auto handler = [&service](http::Request request) { return list(&service, std::move(request)); };
  return {{http::Method::get, "/api/agents/attention", http::Access::user, std::move(handler)}};
}

}  // namespace trinity::attention
