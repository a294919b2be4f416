#include "credentials/routes.h"

#include "credentials/body.h"

namespace trinity::credentials {

namespace {

using http::Request;
using http::Response;

constexpr std::size_t largest_body = 2'500'000;

struct Pasted {
  std::string content;
};
BOOST_DESCRIBE_STRUCT(Pasted, (), (content))

Task<Response> list(CredentialService* service, Request request) {
  const auto made = co_await service->list(request.call, request.caller);
  co_return Response::json(made);
}

Task<Response> create(CredentialService* service, Request request) {
  require_person(*request.caller);
  auto wanted = decode_secret_body<CredentialCreate>(request.body);
  vault::wipe(request.body);
  const auto made = co_await service->create(request.call, request.caller, std::move(wanted));
  co_return Response::json(made);
}

Task<Response> get(CredentialService* service, Request request) {
  const auto made = co_await service->get(request.call, request.caller, request.params.get("cred_id"));
  co_return Response::json(made);
}

Task<Response> update(CredentialService* service, Request request) {
  require_person(*request.caller);
  auto wanted = decode_secret_body<CredentialUpdate>(request.body);
  vault::wipe(request.body);
  const auto made =
      co_await service->update(request.call, request.caller, request.params.get("cred_id"), std::move(wanted));
  co_return Response::json(made);
}

Task<Response> remove(CredentialService* service, Request request) {
  const auto id = request.params.get("cred_id");
  co_await service->remove(request.call, request.caller, id);
  co_return Response::json(json::object{{"message", "Credential " + id + " deleted"}});
}

Task<Response> import_bulk(CredentialService* service, Request request) {
  require_person(*request.caller);
  auto wanted = decode_secret_body<Pasted>(request.body);
  vault::wipe(request.body);
  const auto made = co_await service->import_bulk(request.call, request.caller, std::move(wanted.content));
  co_return Response::json(made);
}

Task<Response> preview_bulk(CredentialService* service, Request request) {
  require_person(*request.caller);
  auto wanted = decode_secret_body<Pasted>(request.body);
  vault::wipe(request.body);
  const auto made = co_await service->preview_bulk(request.call, request.caller, std::move(wanted.content));
  co_return Response::json(made);
}

}  // namespace

void throw_without_inputs(const Unprocessable& fault) {
  auto faults = fault.detail().as_array();
  for (auto& one : faults) {
    if (auto* input = one.as_object().if_contains("input")) *input = nullptr;
  }
  throw Unprocessable(std::move(faults));
}

std::vector<http::Route> routes(CredentialService& service) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(CredentialService*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  const std::string all = "/api/credentials";
  std::vector<http::Route> table;
  table.push_back({Method::get, all, Access::user, to(list)});
  table.push_back({Method::post, all, Access::user, to(create), {}, largest_body});
  table.push_back({Method::post, all + "/bulk", Access::user, to(import_bulk)});
  table.push_back({Method::post, all + "/bulk/preview", Access::user, to(preview_bulk)});
  table.push_back({Method::get, all + "/{cred_id}", Access::user, to(get)});
  table.push_back({Method::put, all + "/{cred_id}", Access::user, to(update), {}, largest_body});
  table.push_back({Method::del, all + "/{cred_id}", Access::user, to(remove)});
  return table;
}

}  // namespace trinity::credentials
