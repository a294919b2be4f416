#include "system/routes.h"

#include "json/encode.h"
#include "system/api_docs.h"

namespace trinity::system {

namespace {

using http::Access;
using http::Method;
using http::Request;
using http::Response;

Task<Response> health(Request) {
  co_return Response::json_text(json::to_text(SystemInfo::health(now())));
}

Task<Response> version(const SystemInfo* info, Request) {
  co_return Response::json_text(json::to_text(info->version()));
}

}  // namespace

std::vector<http::Route> routes(const SystemInfo& info) {
  std::vector<http::Route> table{
      {Method::get, "/health", Access::anyone, health},
      {Method::get, "/api/version", Access::anyone, [i = &info](Request r) { return version(i, std::move(r)); }},
  };
  for (auto& route : api_docs_routes(info.version().version)) table.push_back(std::move(route));
  return table;
}

}  // namespace trinity::system
