#include "templates/routes.h"

#include <boost/describe.hpp>

#include "json/decode.h"

namespace trinity::templates {

namespace {

constexpr std::size_t longest_id = 300;

struct CheckRequest {
  std::string template_;
  std::optional<std::string> source_branch;
};
BOOST_DESCRIBE_STRUCT(CheckRequest, (), (template_, source_branch))

void check_length(std::string_view text, const json::array& place, json::Faults& faults) {
  if (text.empty()) faults.add("missing", place, "Field required", nullptr);
  if (text.size() > longest_id)
    faults.add("string_too_long", place, "String should have at most 300 characters", nullptr);
}

std::string template_id(const http::Request& request) {
  json::Faults faults;
  auto id = request.query.find("template_id").value_or("");
  check_length(id, {"query", "template_id"}, faults);
  faults.check();
  return std::string(id);
}

Task<http::Response> list(TemplateService* service, http::Request request) {
  auto items = co_await service->list(request.call, request.caller);
  co_return http::Response::json(json::value(std::move(items)));
}

Task<http::Response> detail(TemplateService* service, http::Request request) {
  auto made = co_await service->detail(request.call, request.params.get("template_id"));
  co_return http::Response::json(json::value(std::move(made)));
}

Task<http::Response> env_file(TemplateService* service, http::Request request) {
  auto made = co_await service->env_file(request.call, template_id(request));
  co_return http::Response::json(json::value(std::move(made)));
}

Task<http::Response> check(TemplateService* service, http::Request request) {
  auto wanted = json::decode_body<CheckRequest>(request.body);
  json::Faults faults;
  check_length(wanted.template_, {"body", "template"}, faults);
  faults.check();
  auto made = co_await service->check(request.call, request.caller, std::move(wanted.template_),
                                      wanted.source_branch.value_or(""));
  co_return http::Response::json(json::value(std::move(made)));
}

Task<http::Response> required(TemplateService* service, Fitting fitting, http::Request request) {
  auto id = template_id(request);
  const auto needed = co_await service->required(request.call, request.caller, id);
  std::vector<std::string> names;
  names.reserve(needed.size());
  for (const auto& one : needed) names.push_back(one.name);
  auto own = co_await fitting(request.call, request.caller, std::move(names));
  json::array items;
  for (const auto& one : needed) {
    items.push_back(
        json::object{{"name", one.name}, {"source", one.source}, {"credentials", std::move(own[one.name])}});
  }
  co_return http::Response::json(json::value(json::object{{"template_id", id}, {"required", std::move(items)}}));
}

}  // namespace

std::vector<http::Route> routes(TemplateService& service, Fitting fitting) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(TemplateService*, http::Request);
  const auto to = [&service](Step step) {
    return [step, &service](http::Request request) { return step(&service, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/templates", Access::user, to(list)});
  table.push_back({Method::get, "/api/templates/env-template", Access::user, to(env_file)});
  table.push_back({Method::get, "/api/templates/required-credentials", Access::user,
                   [&service, fitting = std::move(fitting)](http::Request request) {
                     return required(&service, fitting, std::move(request));
                   }});
  table.push_back({Method::post, "/api/templates/check", Access::user, to(check)});
  table.push_back({Method::get, "/api/templates/{template_id...}", Access::user, to(detail)});
  return table;
}

}  // namespace trinity::templates
