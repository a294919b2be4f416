#include "http/router.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "http/client.h"

namespace trinity::http {
namespace {

Task<Response> nothing(Request) {
  co_return Response::empty(204);
}

Route route(Method method, std::string path) {
  return {method, std::move(path), Access::user, nothing};
}

Router sample() {
  Router router;
  router.add({route(Method::get, "/"), route(Method::get, "/api/agents"), route(Method::post, "/api/agents"),
              route(Method::get, "/api/agents/{name}"), route(Method::del, "/api/agents/{name}"),
              route(Method::get, "/api/agents/autonomy-status"),
              route(Method::get, "/api/agents/{agent}/files/{path...}"),
              route(Method::put, "/api/agents/{name}/autonomy"), route(Method::get, "/api/templates/{id...}"),
              route(Method::get, "/slashed/")});
  return router;
}

struct Case {
  Method method;
  std::string path;
  std::string expected;  ///< the route's path, or what stands instead
};

std::string outcome(const Router::Match& match) {
  if (match.route) {
    std::string text = match.route->path;
    for (const auto& [name, value] : match.params) text += " " + name + "=" + value;
    return text;
  }
  if (match.known_path) return "405 " + match.allowed;
  return match.redirect.empty() ? "404" : "307 " + match.redirect;
}

class RouterTable : public testing::TestWithParam<Case> {};

TEST_P(RouterTable, Matches) {
  const auto router = sample();
  EXPECT_EQ(outcome(router.match(GetParam().method, GetParam().path)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RouterTable,
    testing::Values(
        Case{Method::get, "/", "/"}, Case{Method::get, "/api/agents", "/api/agents"},
        Case{Method::head, "/api/agents", "/api/agents"},
        Case{Method::get, "/api/agents/bob", "/api/agents/{name} name=bob"},
        Case{Method::get, "/api/agents/autonomy-status", "/api/agents/autonomy-status"},
        Case{Method::del, "/api/agents/autonomy-status", "/api/agents/{name} name=autonomy-status"},
        Case{Method::get, "/api/agents/a/files/x/y", "/api/agents/{agent}/files/{path...} agent=a path=x/y"},
        Case{Method::get, "/api/templates/github:o/r", "/api/templates/{id...} id=github:o/r"},
        Case{Method::get, "/api/templates/", "404"}, Case{Method::get, "/api/agents//", "404"},
        Case{Method::put, "/api/agents", "405 GET, HEAD, POST"},
        Case{Method::post, "/api/agents/bob", "405 GET, HEAD, DELETE"},
        Case{Method::other, "/api/agents/bob", "405 GET, HEAD, DELETE"},
        Case{Method::get, "/api/agents/", "307 /api/agents"}, Case{Method::post, "/api/agents/", "307 /api/agents"},
        Case{Method::get, "/slashed", "307 /slashed/"}, Case{Method::get, "/api/agents/bob/", "307 /api/agents/bob"},
        Case{Method::get, "/api", "404"}, Case{Method::get, "/api/agents/bob/nothing", "404"},
        Case{Method::get, "", "404"}, Case{Method::get, "no-slash", "404"}));

TEST(Router, RefusesBadDeclarations) {
  Router router;
  EXPECT_THROW(router.add({{Method::get, "/a", Access::undefined, nothing}}), std::logic_error);
  EXPECT_THROW(router.add({{Method::get, "/a", Access::user, nullptr}}), std::logic_error);
  EXPECT_THROW(router.add({route(Method::get, "a")}), std::logic_error);
  EXPECT_THROW(router.add({route(Method::get, "/{rest...}/x")}), std::logic_error);
  EXPECT_THROW(router.add({route(Method::get, "/a/{x}"), route(Method::get, "/a/{y}")}), std::logic_error);
  EXPECT_THROW(Router().add({{Method::post, "/ws", Access::anyone, nullptr,
                              [](std::shared_ptr<WebSocket>, Request) -> Task<> { co_return; }}}),
               std::logic_error);
}

TEST(Router, EmptyRouterMatchesNothing) {
  EXPECT_EQ(outcome(Router().match(Method::get, "/")), "404");
}

template <class E>
Response answer(E fault) {
  BackgroundCall job("r1");
  return answer_for(std::make_exception_ptr(std::move(fault)), job.call());
}

TEST(AnswerFor, MapsKindsToStatus) {
  const auto missing = answer(NotFound("Agent not found"));
  EXPECT_EQ(missing.status, 404U);
  EXPECT_EQ(missing.body, R"({"detail":"Agent not found"})");
  EXPECT_EQ(answer(Unauthorized("x")).headers.find("www-authenticate"), "Bearer");
  EXPECT_EQ(answer(TooManyRequests("slow", std::chrono::seconds(9))).headers.find("Retry-After"), "9");
  EXPECT_EQ(answer(Conflict("x")).status, 409U);
  EXPECT_EQ(answer(TimedOut("x")).status, 504U);
  EXPECT_EQ(answer(Unprocessable(boost::json::array{1})).body, R"({"detail":[1]})");
  EXPECT_EQ(answer(Failed("shown")).body, R"({"detail":"shown"})");
}

TEST(AnswerFor, HidesTheInside) {
  for (const auto& made : {answer(Internal("secret")), answer(std::runtime_error("secret"))}) {
    EXPECT_EQ(made.status, 500U);
    EXPECT_EQ(made.body, R"({"detail":"Internal Server Error"})");
  }
  const auto relayed = answer(ClientError(ClientFault::refused, "secret"));
  EXPECT_EQ(relayed.status, 502U);
  EXPECT_EQ(relayed.body.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace trinity::http
