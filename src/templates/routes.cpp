#include "templates/routes.h"

#include "base/errors.h"
#include "templates/catalogue.h"

namespace trinity::templates {

namespace {

Task<http::Response> list(std::filesystem::path root, BlockingPool* pool) {
  auto job = [root = std::move(root)] { return list_local(root); };
  const auto found = co_await pool->run(std::move(job));
  boost::json::array items;
  for (const auto& one : found) items.push_back(one.item);
  co_return http::Response::json(items);
}

Task<http::Response> detail(std::filesystem::path root, BlockingPool* pool, std::string id) {
  if (id.starts_with("github:")) throw NotFound("GitHub template not found");
  auto directory = local_directory(id).value_or(id);
  auto job = [root = std::move(root), directory = std::move(directory)] { return local_detail(root, directory); };
  auto made = co_await pool->run(std::move(job));
  co_return http::Response::json(boost::json::value(std::move(made)));
}

}  // namespace

std::vector<http::Route> routes(const std::filesystem::path& root, BlockingPool& pool) {
  using http::Access;
  using http::Method;
  std::vector<http::Route> table;
  table.push_back(
      {Method::get, "/api/templates", Access::user, [root, &pool](http::Request) { return list(root, &pool); }});
  table.push_back({Method::get, "/api/templates/{template_id...}", Access::user, [root, &pool](http::Request request) {
                     return detail(root, &pool, request.params.get("template_id"));
                   }});
  return table;
}

}  // namespace trinity::templates
