#include "auth/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "auth/authenticator.h"
#include "base/errors.h"
#include "unit/auth/house.h"

namespace trinity::auth {
namespace {

using http::Method;
using testing::HasSubstr;
using testing::Not;

class AuthRoutesTest : public testing::Test {
 protected:
  AuthRoutesTest() {
    router.add(routes(house.sign_in, house.setup));
    house.add_user("ann", hash_password("right one"));
  }

  http::Request request(Method method, const std::string& path) {
    http::Request made(house.call);
    made.method = method;
    made.path = path;
    made.remote = "10.0.0.1";
    made.headers.add("Host", "trinity.example.com");
    return made;
  }
  /// What the server does with a request: route, sign-in, handler, fault to answer.
  http::Response send(http::Request made) {
    const auto match = router.match(made.method, made.path);
    if (match.route == nullptr) return http::Response::empty(match.known_path ? 405 : 404);
    try {
      if (match.route->access != http::Access::anyone) {
        const auto authenticator = make_authenticator(house.verifier, nullptr);
        const std::string header(made.headers.find("Authorization").value_or(""));
        made.caller = test::run_task(authenticator(match.route->access, header, made.call));
      }
      return test::run_task(match.route->handler(std::move(made)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  http::Response post_form(const std::string& body, const std::string& path = "/api/token") {
    auto made = request(Method::post, path);
    made.headers.add("Content-Type", "application/x-www-form-urlencoded");
    made.body = body;
    return send(std::move(made));
  }
  http::Response get(const std::string& path, const std::string& token = "") {
    auto made = request(Method::get, path);
    if (!token.empty()) made.headers.add("Authorization", "Bearer " + token);
    return send(std::move(made));
  }
  static std::string text(const http::Response& answer) { return std::string(answer.bytes()); }
  static std::string cookie_of(const http::Response& answer) {
    return std::string(answer.headers.find("Set-Cookie").value_or(""));
  }
  static std::string session_of(const http::Response& answer) {
    const auto cookie = cookie_of(answer);
    return cookie.substr(0, cookie.find(';'));
  }
  static std::string token_of(const http::Response& answer) {
    return boost::json::parse(answer.bytes()).at("access_token").as_string().c_str();
  }

  test::AuthHouse house;
  http::Router router;
};

TEST_F(AuthRoutesTest, SignInAnswersATokenAndAnHttpOnlyCookie) {
  house.finish_setup();
  for (const auto* path : {"/token", "/api/token"}) {
    const auto answer = post_form("username=ann&password=right+one&grant_type=password", path);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_THAT(text(answer), HasSubstr("\"token_type\":\"bearer\""));
    EXPECT_TRUE(house.verifier.verify(token_of(answer)));
    EXPECT_THAT(cookie_of(answer), testing::MatchesRegex("trinity_session=[A-Za-z0-9._-]+; Path=/; Max-Age=604800; "
                                                         "HttpOnly; SameSite=Strict"));
  }
}

TEST_F(AuthRoutesTest, SignInTakesMultipart) {
  house.finish_setup();
  auto made = request(Method::post, "/api/token");
  made.headers.add("Content-Type", "multipart/form-data; boundary=xyz");
  made.body =
      "--xyz\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann\r\n"
      "--xyz\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nright one\r\n--xyz--\r\n";
  EXPECT_EQ(send(std::move(made)).status, 200U);
}

TEST_F(AuthRoutesTest, TheCookieIsSecureBehindTls) {
  house.finish_setup();
  auto made = request(Method::post, "/api/token");
  made.headers.add("Content-Type", "application/x-www-form-urlencoded");
  made.body = "username=ann&password=right+one";
  made.encrypted = true;
  EXPECT_THAT(cookie_of(send(std::move(made))), HasSubstr("; Secure"));
}

TEST_F(AuthRoutesTest, MissingFieldsAre422AndNamedEvenBeforeSetup) {
  const auto none = send(request(Method::post, "/token"));
  EXPECT_EQ(none.status, 422U);
  EXPECT_THAT(text(none), HasSubstr(R"("loc":["body","username"])"));
  EXPECT_THAT(text(none), HasSubstr(R"("loc":["body","password"])"));
  EXPECT_THAT(text(none), HasSubstr(R"("type":"missing")"));
  const auto one = post_form("username=ann&password=");
  EXPECT_EQ(one.status, 422U);
  EXPECT_THAT(text(one), Not(HasSubstr("username")));
  const auto grant = post_form("username=ann&password=right+one&grant_type=code");
  EXPECT_EQ(grant.status, 422U);
  EXPECT_THAT(text(grant), HasSubstr(R"("loc":["body","grant_type"])"));
}

TEST_F(AuthRoutesTest, RefusalsReadAsTheContractSays) {
  EXPECT_EQ(text(post_form("username=ann&password=right+one")), R"({"detail":"setup_required"})");
  house.finish_setup();
  const auto wrong = post_form("username=ann&password=wrong");
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(text(wrong), R"({"detail":"Incorrect username or password"})");
  EXPECT_EQ(wrong.headers.find("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(cookie_of(wrong), "");
  for (int i = 0; i < 9; ++i) post_form("username=ann&password=wrong");
  const auto limited = post_form("username=ann&password=wrong");
  EXPECT_EQ(limited.status, 429U);
  EXPECT_TRUE(limited.headers.find("Retry-After"));
}

TEST_F(AuthRoutesTest, ModeAndSetupStatus) {
  EXPECT_EQ(text(get("/api/auth/mode")), R"({"email_auth_enabled":true,"setup_completed":false})");
  EXPECT_EQ(text(get("/api/setup/status")), R"({"setup_completed":false})");
  house.finish_setup();
  EXPECT_EQ(text(get("/api/auth/mode")), R"({"email_auth_enabled":true,"setup_completed":true})");
  EXPECT_EQ(text(get("/api/setup/status")), R"({"setup_completed":true})");
}

TEST_F(AuthRoutesTest, MeCostsNoSql) {
  house.finish_setup();
  const auto token = token_of(post_form("username=ann&password=right+one"));
  const auto before = house.cost.sql.load();
  EXPECT_EQ(text(get("/api/users/me", token)),
            R"({"username":"ann","email":null,"name":null,"picture":null,"role":"user"})");
  EXPECT_EQ(house.cost.sql.load(), before);
  EXPECT_EQ(text(get("/api/users/me")), R"({"detail":"Not authenticated"})");
  EXPECT_EQ(text(get("/api/users/me", "nonsense")), R"({"detail":"Could not validate credentials"})");
}

TEST_F(AuthRoutesTest, CookiesAreNoCredentialsOnRest) {
  house.finish_setup();
  const auto answer = post_form("username=ann&password=right+one");
  auto made = request(Method::get, "/api/users/me");
  made.headers.add("Cookie", session_of(answer) + "; token=" + token_of(answer));
  EXPECT_EQ(send(std::move(made)).status, 401U);
  const auto session = session_of(answer);
  EXPECT_EQ(get("/api/users/me", session.substr(session.find('=') + 1)).status, 401U) << "a session token is no bearer";
}

TEST_F(AuthRoutesTest, ValidateTakesTheFirstNonEmptyToken) {
  house.finish_setup();
  const auto answer = post_form("username=ann&password=right+one");
  const auto token = token_of(answer);
  const auto ask = [&](const std::string& header, const std::string& cookie, const std::string& query) {
    auto made = request(Method::get, "/api/auth/validate");
    if (!header.empty()) made.headers.add("Authorization", header);
    if (!cookie.empty()) made.headers.add("Cookie", cookie);
    if (!query.empty()) made.query.add("token", query);
    return text(send(std::move(made)));
  };
  const std::string good = R"({"status":"valid","user":"ann"})";
  const std::string invalid = R"({"detail":"Invalid token"})";
  EXPECT_EQ(ask("Bearer " + token, "", ""), good);
  EXPECT_EQ(ask("", "a=b; token=" + token, ""), good);
  EXPECT_EQ(ask("", "", token), good);
  EXPECT_EQ(ask("bearer " + token, "", ""), R"({"detail":"No token provided"})") << "the scheme is case-sensitive here";
  EXPECT_EQ(ask("Bearer bad", "token=" + token, token), invalid);
  EXPECT_EQ(ask("Bearer ", "token=" + token, ""), good);
  EXPECT_EQ(ask("", "", ""), R"({"detail":"No token provided"})");
  EXPECT_EQ(ask("", session_of(answer), ""), R"({"detail":"No token provided"})");
  EXPECT_EQ(ask("", "token=" + session_of(answer).substr(16), ""), invalid);
}

TEST_F(AuthRoutesTest, TheSessionGivesAFreshTokenToTheSameOriginOnly) {
  house.finish_setup();
  const auto session = session_of(post_form("username=ann&password=right+one"));
  const auto open = [&](const std::string& origin, const std::string& cookie) {
    auto made = request(Method::post, "/api/auth/session");
    if (!origin.empty()) made.headers.add("Origin", origin);
    made.headers.add("Cookie", cookie);
    return send(std::move(made));
  };
  for (const auto* origin : {"", "https://trinity.example.com", "http://TRINITY.example.com:3000"}) {
    const auto answer = open(origin, session);
    EXPECT_EQ(answer.status, 200U) << origin;
    EXPECT_TRUE(house.verifier.verify(token_of(answer)));
  }
  for (const auto* origin : {"https://evil.example.com", "null", "https://trinity.example.com.evil.com"}) {
    EXPECT_EQ(text(open(origin, session)), R"({"detail":"Not authenticated"})") << origin;
  }
  EXPECT_EQ(open("", "trinity_session=forged").status, 401U);
  EXPECT_EQ(open("", "other=1").status, 401U);
}

TEST_F(AuthRoutesTest, ClosingTheSessionClearsTheCookie) {
  const auto answer = send(request(Method::del, "/api/auth/session"));
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(cookie_of(answer), "trinity_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

TEST_F(AuthRoutesTest, ClosingTheSessionEndsItOnTheServer) {
  house.finish_setup();
  const auto answer = post_form("username=ann&password=right+one");
  const auto token = token_of(answer);
  const auto close = [&](const std::string& origin) {
    auto made = request(Method::del, "/api/auth/session");
    if (!origin.empty()) made.headers.add("Origin", origin);
    made.headers.add("Cookie", session_of(answer));
    return send(std::move(made)).status;
  };
  EXPECT_EQ(close("http://evil.example.com"), 204U);
  EXPECT_EQ(get("/api/users/me", token).status, 200U) << "another site cannot sign anybody out";
  EXPECT_EQ(close(""), 204U);
  EXPECT_EQ(get("/api/users/me", token).status, 401U);
  EXPECT_EQ(close(""), 204U) << "twice is no fault";
}

TEST_F(AuthRoutesTest, SetupOverHttp) {
  const auto post = [&](const std::string& body) {
    auto made = request(Method::post, "/api/setup/admin-password");
    made.headers.add("Content-Type", "application/json");
    made.body = body;
    return send(std::move(made));
  };
  EXPECT_EQ(post(R"({"password":"long enough"})").status, 422U);
  EXPECT_EQ(post("").status, 422U);
  EXPECT_EQ(post(R"({"password":"short","confirm_password":"short"})").status, 400U);
  EXPECT_EQ(text(post(R"({"password":"long enough","confirm_password":"long enough"})")), R"({"success":true})");
  EXPECT_EQ(post(R"({"password":"long enough","confirm_password":"long enough"})").status, 403U);
  EXPECT_EQ(post(R"({"password":"long enough"})").status, 422U) << "the body is looked at first";
  EXPECT_EQ(post_form("username=admin&password=long+enough").status, 200U);
}

}  // namespace
}  // namespace trinity::auth
