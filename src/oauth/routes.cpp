#include "oauth/routes.h"

#include <fmt/format.h>

#include "json/decode.h"

namespace trinity::oauth {

namespace {

using http::Access;
using http::Method;
using http::Request;
using http::Response;

/// One flow at a time in one browser: a newer one takes the cookie's place.
constexpr const char* cookie_name = "trinity_oauth";
constexpr int cookie_seconds = 600;
constexpr std::size_t longest_parameter = 4'096;

/// Lax: the provider's page sends the browser back to us.
std::string cookie_text(const std::string& value, int seconds, bool encrypted) {
  return fmt::format("{}={}; Path=/api/oauth; Max-Age={}; HttpOnly; SameSite=Lax{}", cookie_name, value, seconds,
                     encrypted ? "; Secure" : "");
}

Task<Response> list(OAuthService* service, Request) {
  co_return Response::json(service->list());
}

Task<Response> begin(OAuthService* service, Request request) {
  const auto begun = co_await service->begin(request.call, request.caller, request.params.get("provider"));
  json::object made{{"auth_url", begun.address}, {"state", begun.state}};
  auto answer = Response::json(made);
  answer.headers.set("Set-Cookie", cookie_text(begun.cookie, cookie_seconds, request.encrypted));
  answer.headers.set("Cache-Control", "no-store");
  co_return answer;
}

Return return_of(const Request& request) {
  json::Faults faults;
  const auto text = [&](std::string_view name, bool needed) {
    const auto given = request.query.find(name);
    if (!given && needed) faults.add("missing", {"query", name}, "Field required", nullptr);
    if (given && given->size() > longest_parameter)
      faults.add("string_too_long", {"query", name}, "String should have at most 4096 bytes", nullptr,
                 {{"max_length", longest_parameter}});
    return std::string(given.value_or(""));
  };
  Return back;
  back.error = text("error", false);
  // A provider that refuses sends no code.
  back.code = text("code", back.error.empty());
  back.state = text("state", true);
  back.cookie = std::string(request.cookie(cookie_name).value_or(""));
  faults.check();
  return back;
}

bool wants_page(const Request& request) {
  const auto accept = request.headers.find("Accept");
  return accept && accept->find("text/html") != std::string_view::npos;
}

Task<Response> finish(OAuthService* service, Request request) {
  auto provider = request.params.get("provider");
  // What an unknown provider sends back is of no interest.
  auto back = service->find(provider) == nullptr ? Return() : return_of(request);
  const auto id = co_await service->finish(request.call, std::move(provider), std::move(back));
  const auto page = service->page();
  json::object made{{"message", "OAuth authentication successful"}, {"credential_id", id}, {"redirect", page}};
  auto answer = wants_page(request) ? Response::empty(303) : Response::json(made);
  if (answer.status == 303) answer.headers.set("Location", page);
  answer.headers.add("Set-Cookie", cookie_text("", 0, request.encrypted));
  answer.headers.set("Cache-Control", "no-store");
  co_return answer;
}

}  // namespace

std::vector<http::Route> routes(OAuthService& service) {
  using Step = Task<Response> (*)(OAuthService*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/oauth/providers", Access::anyone, to(list)});
  table.push_back({Method::post, "/api/oauth/{provider}/init", Access::user, to(begin)});
  table.push_back({Method::get, "/api/oauth/{provider}/callback", Access::anyone, to(finish)});
  return table;
}

}  // namespace trinity::oauth
