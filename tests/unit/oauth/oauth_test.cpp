#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/log.h"
#include "credentials/sqlite_store.h"
#include "db/migrations.h"
#include "oauth/refresh.h"
#include "oauth/routes.h"
#include "oauth/tokens.h"
#include "unit/db/temp_dir.h"
#include "unit/http/harness.h"

namespace trinity::oauth {
namespace {

namespace json = boost::json;
using http::Method;
using http::RawSocket;
using http::ScriptedServer;
using namespace std::chrono_literals;

/// The token address of a provider; keeps what it was asked.
struct TokenServer {
  std::string says;
  std::string asked;
  ScriptedServer server{[this](RawSocket& socket, int) {
    asked = socket.read_until("\r\n\r\n");
    const auto at = asked.find("Content-Length: ");
    if (at != std::string::npos) asked += socket.read_exactly(std::stoul(asked.substr(at + 16)));
    socket.send(says);
  }};
  void answer(unsigned status, const std::string& body) {
    says = fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status, body.size(), body);
  }
  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/token", server.port()); }
};

class OAuthTest : public testing::Test {
 protected:
  OAuthTest() {
    db::migrate(database);
    log::redirect([this](std::string line) { logged += line + '\n'; });
    make(false, {});
  }
  ~OAuthTest() override { log::redirect(nullptr); }

  void make(bool for_programs, const std::string& shares) {
    const auto settings = [&](const std::string& name) {
      return ProviderSettings{"https://" + name + ".example/authorize", server.url(), name + "-id",
                              name + "-client-secret", shares == name};
    };
    auto all = providers({settings("google"), settings("slack"), settings("github"), settings("notion")});
    all[3].client_id = notion_id;
    service =
        std::make_unique<OAuthService>(OAuthOptions{std::move(all), "http://back.example/", "", for_programs}, parts());
    router = {};
    router.add(routes(*service));
  }
  OAuthService::Parts parts() { return {store, vault, expiries, client}; }

  http::Response ask(Method method, const std::string& path, const std::string& query = {},
                     const std::string& cookie = {}, const std::string& accept = {}) {
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(job.call());
    request.method = method;
    request.path = path;
    request.params = match.params;
    request.query = http::parse_query(query);
    request.caller = ann;
    if (!cookie.empty()) request.headers.add("Cookie", "trinity_oauth=" + cookie);
    if (!accept.empty()) request.headers.add("Accept", accept);
    try {
      return http::run(io, match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), job.call());
    }
  }
  struct Flow {
    std::string state;
    std::string cookie;
    std::string address;
  };
  Flow begin(const std::string& provider) {
    const auto answer = ask(Method::post, "/api/oauth/" + provider + "/init");
    if (answer.status != 200) throw std::runtime_error(std::string(answer.bytes()));
    const auto body = json::parse(answer.bytes());
    const std::string set(answer.headers.find("Set-Cookie").value_or(""));
    const auto from = set.find('=') + 1;
    return {std::string(body.at("state").as_string()), set.substr(from, set.find(';') - from),
            std::string(body.at("auth_url").as_string())};
  }
  http::Response finish(const std::string& provider, const Flow& flow, const std::string& more = "code=the-code") {
    return ask(Method::get, "/api/oauth/" + provider + "/callback", more + "&state=" + flow.state, flow.cookie);
  }
  json::object secret_of(const std::string& id) {
    const auto stored = http::run(io, store.get(job.call(), id));
    if (!stored) throw std::runtime_error("no such credential");
    return json::parse(vault.open(credentials::secret_label(id, "ann"), stored->sealed).view()).as_object();
  }
  json::object flow_through(const std::string& provider) {
    const auto made = finish(provider, begin(provider));
    if (made.status != 200) throw std::runtime_error(std::string(made.bytes()));
    id = std::string(json::parse(made.bytes()).at("credential_id").as_string());
    return secret_of(id);
  }
  static std::string detail_of(const http::Response& answer) {
    return std::string(json::parse(answer.bytes()).at("detail").as_string());
  }
  bool asked_for(const std::string& text) const { return server.asked.find(text) != std::string::npos; }

  test::TempDir dir;
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 2};
  vault::Vault vault{{vault::MasterKey::make()}};
  credentials::SqliteStore store{database};
  ExpiryStore expiries{database};
  outbound::Client client;
  TokenServer server;
  std::string notion_id = "notion-id";
  asio::io_context io{1};
  BackgroundCall job{"test"};
  std::shared_ptr<const Caller> ann = std::make_shared<const Caller>(Caller{3, "ann", "ann@example.com"});
  std::unique_ptr<OAuthService> service;
  http::Router router;
  std::string id;
  std::string logged;
};

constexpr const char* google_tokens =
    R"({"access_token": "ya29.planted", "refresh_token": "1//planted", "token_type": "Bearer", "expires_in": 3600})";

TEST_F(OAuthTest, FourProvidersInOrder) {
  notion_id.clear();
  make(false, {});
  const auto all = json::parse(ask(Method::get, "/api/oauth/providers").bytes()).at("providers").as_array();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].at("name"), "google");
  EXPECT_EQ(all[2].at("display_name"), "Github");
  EXPECT_EQ(all[2].at("scopes"), json::parse(R"(["repo", "user"])"));
  EXPECT_EQ(all[2].at("configured"), true);
  EXPECT_EQ(all[3].at("configured"), false);
  const auto refused = ask(Method::post, "/api/oauth/notion/init");
  EXPECT_EQ(refused.status, 500U);
  EXPECT_EQ(detail_of(refused), "OAuth not configured for notion. Set NOTION_CLIENT_ID environment variable.");
  EXPECT_EQ(ask(Method::post, "/api/oauth/myspace/init").status, 400U);
  EXPECT_EQ(detail_of(ask(Method::get, "/api/oauth/myspace/callback")), "Unsupported OAuth provider: myspace");
}

TEST_F(OAuthTest, TheAddressAsksForWhatTheProviderKnows) {
  const auto google = begin("google");
  EXPECT_EQ(google.state.size(), 43U);
  EXPECT_TRUE(
      google.address.starts_with("https://google.example/authorize?client_id=google-id&redirect_uri="
                                 "http%3A%2F%2Fback.example%2Fapi%2Foauth%2Fgoogle%2Fcallback&state=" +
                                 google.state))
      << google.address;
  for (const auto* part : {"&response_type=code", "&access_type=offline", "&prompt=consent",
                           "&code_challenge_method=S256", "gmail.readonly+https"})
    EXPECT_NE(google.address.find(part), std::string::npos) << part;
  const auto slack = begin("slack");
  EXPECT_EQ(slack.address.find("access_type"), std::string::npos);
  EXPECT_EQ(slack.address.find("code_challenge"), std::string::npos);
  EXPECT_EQ(google.address.find("secret"), std::string::npos);
}

TEST_F(OAuthTest, ACodeBecomesASealedCredential) {
  server.answer(200, google_tokens);
  const auto flow = begin("google");
  const auto made = finish("google", flow);
  ASSERT_EQ(made.status, 200U) << made.bytes();
  const auto body = json::parse(made.bytes());
  EXPECT_EQ(body.at("message"), "OAuth authentication successful");
  EXPECT_EQ(body.at("redirect"), "http://back.example/credentials");
  EXPECT_TRUE(asked_for("POST /token HTTP/1.1\r\n"));
  EXPECT_TRUE(asked_for("Accept: application/json\r\n"));
  EXPECT_TRUE(
      asked_for("client_id=google-id&client_secret=google-client-secret&code=the-code&redirect_uri="
                "http%3A%2F%2Fback.example%2Fapi%2Foauth%2Fgoogle%2Fcallback&grant_type=authorization_code"))
      << server.asked;
  const auto verifier = server.asked.substr(server.asked.find("code_verifier=") + 14, 43);
  EXPECT_NE(flow.address.find("code_challenge=" + digest_of(verifier) + "&"), std::string::npos);

  const auto key = std::string(body.at("credential_id").as_string());
  EXPECT_EQ(key.size(), 22U);
  const auto meta = http::run(io, store.get(job.call(), key)).value().meta;
  EXPECT_EQ(meta.owner, "ann");
  EXPECT_EQ(meta.type, "oauth2");
  EXPECT_EQ(meta.service, "google");
  EXPECT_TRUE(meta.name.starts_with("Google OAuth - 20")) << meta.name;
  const auto secret = secret_of(key);
  EXPECT_EQ(secret.at("access_token"), "ya29.planted");
  EXPECT_EQ(secret.at("GOOGLE_ACCESS_TOKEN"), "ya29.planted");
  EXPECT_EQ(secret.at("GOOGLE_REFRESH_TOKEN"), "1//planted");
  EXPECT_EQ(secret.at("GOOGLE_CLIENT_ID"), "google-id");
  EXPECT_TRUE(secret.at("client_secret").is_null());
  EXPECT_TRUE(secret.at("GOOGLE_CLIENT_SECRET").is_null());
  EXPECT_TRUE(secret.at("scope").is_null());
  EXPECT_EQ(std::string(made.bytes()).find("planted"), std::string::npos);
  EXPECT_NE(logged.find("action=oauth_start"), std::string::npos);
  EXPECT_NE(logged.find("action=oauth_finish"), std::string::npos);
  for (const auto* hidden : {"planted", "the-code", "client-secret"})
    EXPECT_EQ(logged.find(hidden), std::string::npos) << hidden;
  EXPECT_EQ(logged.find(flow.state), std::string::npos);
}

TEST_F(OAuthTest, AStateIsGoodOnceAndForItsProvider) {
  server.answer(200, google_tokens);
  const auto flow = begin("google");
  EXPECT_EQ(detail_of(finish("github", flow)), "Provider mismatch");
  EXPECT_EQ(detail_of(finish("google", flow)), "Invalid or expired OAuth state") << "used up";
  const auto other = begin("google");
  EXPECT_EQ(finish("google", other).status, 200U);
  EXPECT_EQ(finish("google", other).status, 400U);
  EXPECT_EQ(finish("google", {"made-up", other.cookie, {}}).status, 400U);
}

TEST_F(OAuthTest, AnotherBrowserCannotEndTheFlow) {
  server.answer(200, google_tokens);
  auto flow = begin("google");
  flow.cookie.clear();
  EXPECT_EQ(finish("google", flow).status, 400U);
  flow = begin("google");
  flow.cookie = begin("google").cookie;
  EXPECT_EQ(finish("google", flow).status, 400U);
  EXPECT_EQ(server.asked, "") << "no code was exchanged";
  make(true, {});
  flow = begin("google");
  flow.cookie = "of-another-flow";
  EXPECT_EQ(finish("google", flow).status, 400U);
  flow = begin("google");
  flow.cookie.clear();
  EXPECT_EQ(finish("google", flow).status, 200U) << "the operator allows it";
}

TEST_F(OAuthTest, ADeniedConsentIsSaidSo) {
  const auto flow = begin("google");
  const auto denied = finish("google", flow, "error=access_denied");
  EXPECT_EQ(denied.status, 400U);
  EXPECT_EQ(detail_of(denied), "Google did not grant access: access_denied");
  EXPECT_EQ(finish("google", flow).status, 400U) << "used up";
  const auto odd = finish("google", begin("google"), "error=%3Cscript%3E%0Ax");
  EXPECT_EQ(detail_of(odd), "Google did not grant access: ?script??x");
  EXPECT_EQ(ask(Method::get, "/api/oauth/google/callback", "code=x").status, 422U);
  EXPECT_EQ(ask(Method::get, "/api/oauth/google/callback", "state=x").status, 422U);
}

TEST_F(OAuthTest, ARefusedExchangeIsAFailure) {
  for (const auto& [status, body] :
       std::vector<std::pair<unsigned, std::string>>{{400, R"({"error": "invalid_grant"})"},
                                                     {200, R"({"error": "bad_verification_code"})"},
                                                     {200, "<html>"},
                                                     {200, R"({"access_token": ""})"},
                                                     {302, ""},
                                                     {500, ""}}) {
    server.answer(status, body);
    const auto failed = finish("github", begin("github"));
    EXPECT_EQ(failed.status, 500U) << body;
    EXPECT_EQ(detail_of(failed), "Failed to exchange OAuth code");
  }
}

TEST_F(OAuthTest, SlacksOkCountsAndItsTokensAreTwo) {
  server.answer(200, R"({"ok": false, "error": "invalid_code", "access_token": "xoxb-no"})");
  EXPECT_EQ(finish("slack", begin("slack")).status, 500U);
  server.answer(200, R"({"ok": true, "access_token": "xoxb-bot", "authed_user": {"access_token": "xoxp-person"}})");
  const auto secret = flow_through("slack");
  EXPECT_EQ(secret.at("SLACK_BOT_TOKEN"), "xoxb-bot");
  EXPECT_EQ(secret.at("SLACK_ACCESS_TOKEN"), "xoxp-person");
  EXPECT_EQ(secret.at("access_token"), "xoxb-bot");
}

TEST_F(OAuthTest, NotionWantsBasicAndJson) {
  server.answer(200, R"({"access_token": "ntn_x"})");
  const auto secret = flow_through("notion");
  EXPECT_EQ(secret.at("NOTION_TOKEN"), "ntn_x");
  EXPECT_EQ(secret.at("NOTION_ACCESS_TOKEN"), "ntn_x");
  EXPECT_TRUE(asked_for("Authorization: Basic bm90aW9uLWlkOm5vdGlvbi1jbGllbnQtc2VjcmV0\r\n")) << server.asked;
  EXPECT_TRUE(asked_for("Content-Type: application/json\r\n"));
  EXPECT_TRUE(asked_for(R"("code":"the-code")"));
  EXPECT_FALSE(asked_for("client_secret"));
}

TEST_F(OAuthTest, TheClientSecretIsHandedOnOnlyWhereAllowed) {
  make(false, "github");
  server.answer(200, R"({"access_token": "gho_x", "scope": "repo,user", "token_type": "bearer"})");
  const auto secret = flow_through("github");
  EXPECT_EQ(secret.at("client_secret"), "github-client-secret");
  EXPECT_EQ(secret.at("GITHUB_CLIENT_SECRET"), "github-client-secret");
  EXPECT_EQ(secret.at("GITHUB_TOKEN"), "gho_x");
  EXPECT_EQ(secret.at("scope"), "repo,user");
}

TEST_F(OAuthTest, ABrowserIsSentToThePage) {
  server.answer(200, google_tokens);
  const auto flow = begin("google");
  const auto sent = ask(Method::get, "/api/oauth/google/callback", "code=x&state=" + flow.state, flow.cookie,
                        "text/html,application/xhtml+xml;q=0.9");
  EXPECT_EQ(sent.status, 303U);
  EXPECT_EQ(sent.headers.find("Location"), "http://back.example/credentials");
  EXPECT_NE(std::string(sent.headers.find("Set-Cookie").value_or("")).find("Max-Age=0"), std::string::npos);
}

TEST_F(OAuthTest, AgentsConnectNothing) {
  Caller agent = *ann;
  agent.scope = Scope::agent_key;
  agent.agent_name = "bot";
  ann = std::make_shared<const Caller>(agent);
  EXPECT_EQ(ask(Method::post, "/api/oauth/google/init").status, 403U);
}

TEST_F(OAuthTest, TokensAreRefreshedBeforeTheyEnd) {
  server.answer(200, google_tokens);
  flow_through("google");
  std::string told;
  const auto refreshed_one = [&told](Call, std::string which) -> Task<> {
    told = std::move(which);
    co_return;
  };
  Refresher refresher(*service, parts(), refreshed_one);
  const auto at = std::chrono::floor<std::chrono::seconds>(now());
  server.asked.clear();
  EXPECT_EQ(http::run(io, refresher.round(job.call(), at + 3'000s)), 0U) << "not due yet";
  EXPECT_EQ(server.asked, "");
  server.answer(200, R"({"access_token": "ya29.newer", "expires_in": 3600})");
  EXPECT_EQ(http::run(io, refresher.round(job.call(), at + 3'400s)), 1U);
  EXPECT_EQ(told, id);
  EXPECT_TRUE(asked_for("refresh_token=1%2F%2Fplanted&grant_type=refresh_token")) << server.asked;
  const auto secret = secret_of(id);
  EXPECT_EQ(secret.at("access_token"), "ya29.newer");
  EXPECT_EQ(secret.at("GOOGLE_ACCESS_TOKEN"), "ya29.newer");
  EXPECT_EQ(secret.at("refresh_token"), "1//planted") << "the old one stays good";
  EXPECT_EQ(http::run(io, refresher.round(job.call(), at + 3'400s)), 0U) << "due later again";
  EXPECT_EQ(http::run(io, refresher.round(job.call(), at + 6'800s)), 1U);
}

TEST_F(OAuthTest, AFailedRefreshIsTriedAgainAndThenGivenUp) {
  server.answer(200, google_tokens);
  flow_through("google");
  Refresher::Pace pace;
  pace.most_failures = 3;
  Refresher refresher(*service, parts(), {}, pace);
  auto at = std::chrono::floor<std::chrono::seconds>(now()) + 3'400s;
  server.answer(400, R"({"error": "invalid_grant"})");
  for (int i = 0; i < 3; ++i, at += 10'000s) {
    server.asked.clear();
    EXPECT_EQ(http::run(io, refresher.round(job.call(), at)), 0U);
    EXPECT_TRUE(asked_for("refresh_token")) << i;
    server.asked.clear();
    EXPECT_EQ(http::run(io, refresher.round(job.call(), at)), 0U);
    EXPECT_EQ(server.asked, "") << "not at once again";
  }
  EXPECT_EQ(http::run(io, refresher.round(job.call(), at + 100'000s)), 0U);
  EXPECT_EQ(server.asked, "") << "given up";
  EXPECT_EQ(secret_of(id).at("access_token"), "ya29.planted") << "stays as it is";
}

TEST_F(OAuthTest, ADeletedCredentialDoesNotComeBack) {
  server.answer(200, google_tokens);
  flow_through("google");
  http::run(io, store.remove(job.call(), id));
  Refresher refresher(*service, parts(), {});
  server.asked.clear();
  EXPECT_EQ(http::run(io, refresher.round(job.call(), std::chrono::floor<std::chrono::seconds>(now()) + 9'000s)), 0U);
  EXPECT_EQ(server.asked, "");
  EXPECT_FALSE(http::run(io, store.get(job.call(), id)));
}

TEST(OAuthLife, IsShortenedByAFewMinutes) {
  const auto at = *parse_time("2026-01-01T00:00:00Z");
  const auto base = std::chrono::floor<std::chrono::seconds>(at);
  EXPECT_EQ(due_after(at, 3'600s), base + 3'300s);
  EXPECT_EQ(due_after(at, 100s), base + 50s);
  EXPECT_FALSE(life_of(json::parse(R"({"expires_in": 3600, "refresh_token": null})").as_object()));
  EXPECT_FALSE(life_of(json::parse(R"({"expires_in": null, "refresh_token": "x"})").as_object()));
  EXPECT_FALSE(life_of(json::parse(R"({"expires_in": -5, "refresh_token": "x"})").as_object()));
  EXPECT_EQ(life_of(json::parse(R"({"expires_in": 60, "refresh_token": "x"})").as_object()), 60s);
}

}  // namespace
}  // namespace trinity::oauth
