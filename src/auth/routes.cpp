#include "auth/routes.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "http/origin.h"
#include "json/decode.h"
#include "json/encode.h"

namespace trinity::auth {

namespace {

using http::Access;
using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t small_body = 64 * 1024;  // bytes; names and passwords need no more

std::string cookie_text(std::string_view value, std::chrono::seconds life, bool encrypted) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", session_cookie, value, life.count(),
                     encrypted ? "; Secure" : "");
}

Response token_answer(const SignedIn& signed_in, bool encrypted) {
  auto answer = Response::json_text(json::to_text(signed_in.token));
  answer.headers.set("Set-Cookie", cookie_text(signed_in.session, token_life, encrypted));
  answer.headers.set("Cache-Control", "no-store");
  return answer;
}

struct LoginForm {
  std::string username;
  std::string password;
};

/// An empty field counts as missing, as forms send every field.
LoginForm read_form(const Request& request) {
  const auto type = request.headers.find("Content-Type").value_or("");
  const auto form = http::parse_form(type, request.body);
  json::Faults faults;
  const auto field = [&](std::string_view name) {
    const auto value = form.find(name).value_or("");
    if (value.empty()) faults.add("missing", {"body", name}, "Field required", nullptr);
    return std::string(value);
  };
  LoginForm login{field("username"), field("password")};
  const auto grant = form.find("grant_type").value_or("");
  if (!grant.empty() && grant != "password") {
    faults.add("string_pattern_mismatch", {"body", "grant_type"}, "String should match pattern '^password$'",
               json::value(grant), {{"pattern", "^password$"}});
  }
  faults.check();
  return login;
}

Task<Response> login(SignIn* sign_in, Request request) {
  LoginForm form = read_form(request);
  const SignedIn signed_in =
      co_await sign_in->with_password(request.call, std::move(form.username), std::move(form.password), request.remote);
  co_return token_answer(signed_in, request.encrypted);
}

Task<Response> auth_mode(SignIn* sign_in, Request) {
  co_return Response::json_text(json::to_text(sign_in->mode()));
}

/// The first that is not empty: header, cookie `token` (set by scripts of older web UIs), query.
std::string token_under_test(const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const auto header = request.headers.find("Authorization").value_or("");
  if (header.starts_with(scheme) && header.size() > scheme.size()) return std::string(header.substr(scheme.size()));
  const auto cookie = request.cookie("token").value_or("");
  if (!cookie.empty()) return std::string(cookie);
  return request.query.get("token");
}

Task<Response> validate(SignIn* sign_in, Request request) {
  co_return Response::json_text(json::to_text(sign_in->validate(token_under_test(request))));
}

Task<Response> open_session(SignIn* sign_in, Request request) {
  if (!http::same_origin(request.headers)) throw Unauthorized("Not authenticated");
  co_return token_answer(sign_in->with_session(request.cookie(session_cookie).value_or("")), request.encrypted);
}

Task<Response> close_session(SignIn* sign_in, Request request) {
  if (http::same_origin(request.headers)) {
    auto cookie = std::string(request.cookie(session_cookie).value_or(""));
    co_await sign_in->end_session(request.call, std::move(cookie));
  }
  auto answer = Response::empty(204);
  answer.headers.set("Set-Cookie", cookie_text("", std::chrono::seconds(0), request.encrypted));
  co_return answer;
}

Task<Response> me(SignIn* sign_in, Request request) {
  co_return Response::json_text(json::to_text(sign_in->profile(*request.caller)));
}

Task<Response> setup_status(Setup* setup, Request) {
  co_return Response::json_text(json::to_text(setup->status()));
}

Task<Response> set_admin_password(Setup* setup, Request request) {
  auto wanted = json::decode_body<AdminPasswordRequest>(request.body);
  co_await setup->set_admin_password(request.call, std::move(wanted));
  co_return Response::json_text(json::to_text(SuccessFlag{}));
}

}  // namespace

std::vector<http::Route> routes(SignIn& sign_in, Setup& setup) {
  auto* const s = &sign_in;
  auto* const first = &setup;
  const auto login_it = [s](Request r) { return login(s, std::move(r)); };
  return {
      {Method::post, "/token", Access::anyone, login_it, {}, small_body},
      {Method::post, "/api/token", Access::anyone, login_it, {}, small_body},
      {Method::get, "/api/auth/mode", Access::anyone, [s](Request r) { return auth_mode(s, std::move(r)); }},
      {Method::get, "/api/auth/validate", Access::anyone, [s](Request r) { return validate(s, std::move(r)); }},
      {Method::post, "/api/auth/session", Access::anyone, [s](Request r) { return open_session(s, std::move(r)); }},
      {Method::del, "/api/auth/session", Access::anyone, [s](Request r) { return close_session(s, std::move(r)); }},
      {Method::get, "/api/users/me", Access::user, [s](Request r) { return me(s, std::move(r)); }},
      {Method::get, "/api/setup/status", Access::anyone,
       [first](Request r) { return setup_status(first, std::move(r)); }},
      {Method::post,
       "/api/setup/admin-password",
       Access::anyone,
       [first](Request r) { return set_admin_password(first, std::move(r)); },
       {},
       small_body},
  };
}

}  // namespace trinity::auth
