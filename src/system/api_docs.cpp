#include "system/api_docs.h"

#include <stdexcept>

#include "http/asset.h"
#include "json/write.h"
#include "system/embedded.h"
#include "yaml/yaml.h"

namespace trinity::system {

namespace {

/// Stricter than the web UI's: the page has no use for anything else.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

Task<http::Response> serve(std::shared_ptr<const http::Asset> asset, http::Request request) {
  co_return asset->answer(request.headers);
}

http::Route asset(std::string path, std::shared_ptr<const http::Asset> what) {
  auto handler = [kept = std::move(what)](http::Request request) { return serve(kept, std::move(request)); };
  return {http::Method::get, std::move(path), http::Access::anyone, std::move(handler)};
}

std::shared_ptr<const http::Asset> made(std::string_view text, std::string type) {
  return std::make_shared<const http::Asset>(std::string(text), std::move(type), std::string(page_policy));
}

}  // namespace

std::string api_description(const std::string& version) {
  auto described = yaml::to_json(embedded::openapi_yaml);
  if (!described || !described->is_object()) throw std::runtime_error("the API description cannot be read");
  described->as_object()["info"].as_object()["version"] = version;
  return json::write(*described);
}

std::vector<http::Route> api_docs_routes(const std::string& version) {
  const auto page = made(embedded::index_html, "text/html; charset=utf-8");
  return {asset("/openapi.json", made(api_description(version), "application/json")), asset("/docs", page),
          asset("/redoc", page), asset("/docs/viewer.js", made(embedded::viewer_js, "text/javascript; charset=utf-8")),
          asset("/docs/viewer.css", made(embedded::viewer_css, "text/css; charset=utf-8"))};
}

}  // namespace trinity::system
