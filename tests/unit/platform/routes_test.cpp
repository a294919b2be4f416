#include "platform/routes.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/log.h"
#include "unit/agents/house.h"
#include "unit/http/harness.h"

namespace trinity::platform {
namespace {

namespace json = boost::json;
using http::Method;
using http::RawSocket;
using http::ScriptedServer;
using test::AgentHouse;

constexpr const char* secret = "sk-ant-planted-secret-1234";

/// Secrets that cannot be looked at when a test says so.
class Shelf : public vault::Holding {
 public:
  Task<vault::Resealed> each(Call, vault::Reseal) override {
    if (away) throw Unavailable("The store is away");
    vault::Resealed done;
    done.seen = 3;
    co_return done;
  }
  bool away = false;
};

class PlatformRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    settings.load(house.call);
    rotation.add(shelf);
    router.add(routes(service, rotation));
    ASSERT_TRUE(house.house.start_and_load());
    log::redirect([this](std::string line) {
      const std::lock_guard lock(mutex);
      logged += line + '\n';
    });
  }
  void TearDown() override { log::redirect(nullptr); }

  http::Response ask(Method method, const std::string& target, const std::string& body = "",
                     const agents::CallerPtr& caller = AgentHouse::admin()) {
    const auto path = target.substr(0, target.find('?'));
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.path = path;
    if (const auto mark = target.find('?'); mark != std::string::npos)
      request.query = http::parse_query(target.substr(mark + 1));
    request.params = match.params;
    request.body = body;
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  static json::value body_of(const http::Response& response) { return json::parse(response.bytes()); }
  json::value get(const std::string& path) { return body_of(ask(Method::get, path)); }
  static std::string setting(const std::string& value) { return json::serialize(json::object{{"value", value}}); }
  static std::string key(const std::string& value) { return json::serialize(json::object{{"api_key", value}}); }

  /// Answers every request alike.
  struct Company {
    std::string says;
    std::string asked;
    ScriptedServer server{[this](RawSocket& socket, int) {
      asked += socket.read_until("\r\n\r\n");
      socket.send(says);
    }};
    explicit Company(unsigned status, const std::string& body = "{}", const std::string& more = {})
        : says(fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(),
                           more, body)) {}
    [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", server.port()); }
  };
  json::value check(const std::string& name, const std::string& value, KeyServers servers) {
    PlatformOptions with;
    with.servers = std::move(servers);
    PlatformService other(with, settings, house.house.fleet, client);
    return house.run(other.check_key(house.call, AgentHouse::admin(), key_kind(name), value));
  }

  AgentHouse house;
  vault::Vault vault{{vault::MasterKey::make()}};
  settings::SettingsStore settings{house.database, &vault};
  outbound::Client client;
  PlatformService service{{{{"github", "ghp_from-the-environment"}}, {{"ANTHROPIC_API_KEY", "sk-platform"}}, {}},
                          settings,
                          house.house.fleet,
                          client};
  Shelf shelf;
  vault::Rotation rotation{{"sqlite", vault::KeySource::file, {}}, vault, house.pool};
  http::Router router;
  std::mutex mutex;
  std::string logged;
};

TEST_F(PlatformRoutesTest, ASettingIsKeptByteForByte) {
  const std::string rules = "## Rules\r\n\tBe *kind*. \"quoted\" \xC3\xA4 \n";
  const auto made = ask(Method::put, "/api/settings/trinity_prompt", setting(rules));
  ASSERT_EQ(made.status, 200U) << made.bytes();
  EXPECT_EQ(body_of(made).at("value"), json::value(rules));
  EXPECT_EQ(get("/api/settings/trinity_prompt").at("value"), json::value(rules));
  EXPECT_FALSE(get("/api/settings/trinity_prompt").at("updated_at").as_string().empty());
  EXPECT_EQ(ask(Method::put, "/api/settings/a.key_of-ours", setting("")).status, 200U);
  const auto all = get("/api/settings").as_array();
  ASSERT_GE(all.size(), 2U);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, [](const auto& one) { return std::string(one.at("key").as_string()); }));
  EXPECT_EQ(body_of(ask(Method::del, "/api/settings/trinity_prompt")).at("deleted"), true);
  EXPECT_EQ(body_of(ask(Method::del, "/api/settings/trinity_prompt")).at("deleted"), false);
  const auto none = ask(Method::get, "/api/settings/trinity_prompt");
  EXPECT_EQ(none.status, 404U);
  EXPECT_EQ(body_of(none).at("detail"), "Setting 'trinity_prompt' not found");
}

TEST_F(PlatformRoutesTest, NamesAndLengthsAreChecked) {
  for (const auto* path :
       {"/api/settings/a%20b", "/api/settings/api-keys", "/api/settings/email-whitelist", "/api/settings/ops"}) {
    EXPECT_EQ(ask(Method::put, path, setting("x")).status, 422U) << path;
  }
  EXPECT_EQ(ask(Method::put, "/api/settings/" + std::string(101, 'a'), setting("x")).status, 422U);
  EXPECT_EQ(ask(Method::put, "/api/settings/big", setting(std::string(256 * 1024, 'x'))).status, 200U);
  EXPECT_EQ(ask(Method::put, "/api/settings/big", setting(std::string(256 * 1024 + 1, 'x'))).status, 422U);
  EXPECT_EQ(ask(Method::put, "/api/settings/n", R"({"value": 1})").status, 422U);
  EXPECT_EQ(ask(Method::put, "/api/settings/n", "").status, 422U);
}

TEST_F(PlatformRoutesTest, WhatHasItsOwnOperationIsNotChangedHere) {
  for (const auto* path : {"/api/settings/setup_completed", "/api/settings/trinity_runs_halted"}) {
    EXPECT_EQ(ask(Method::put, path, setting("false")).status, 403U) << path;
    EXPECT_EQ(ask(Method::del, path).status, 403U) << path;
  }
}

TEST_F(PlatformRoutesTest, AStoredKeyNeverComesOut) {
  const auto made = ask(Method::put, "/api/settings/api-keys/anthropic", key(std::string("  ") + secret + "\n"));
  ASSERT_EQ(made.status, 200U) << made.bytes();
  EXPECT_EQ(body_of(made).at("masked"), "...1234");
  EXPECT_EQ(settings.text("anthropic_api_key"), secret);
  EXPECT_EQ(house.count("system_settings", "value LIKE '%planted%'"), 0);
  std::string said(made.bytes());
  for (const auto* path : {"/api/settings", "/api/settings/anthropic_api_key", "/api/settings/api-keys"})
    said += ask(Method::get, path).bytes();
  EXPECT_EQ(get("/api/settings/anthropic_api_key").at("value"), "...1234");
  EXPECT_EQ(said.find("planted"), std::string::npos) << said;
  const std::lock_guard lock(mutex);
  EXPECT_NE(logged.find("action=platform_key_set"), std::string::npos) << logged;
  EXPECT_EQ(logged.find("planted"), std::string::npos) << logged;
}

TEST_F(PlatformRoutesTest, TheGeneralWayHasTheSameCheck) {
  const auto refused = ask(Method::put, "/api/settings/anthropic_api_key", setting("nonsense"));
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(body_of(refused).at("detail"), "Invalid API key format. Anthropic keys start with 'sk-ant-'");
  EXPECT_EQ(ask(Method::put, "/api/settings/github_pat", setting("")).status, 400U);
  const auto made = ask(Method::put, "/api/settings/anthropic_api_key", setting(secret));
  ASSERT_EQ(made.status, 200U) << made.bytes();
  EXPECT_EQ(body_of(made).at("value"), "...1234");
  EXPECT_EQ(body_of(ask(Method::del, "/api/settings/anthropic_api_key")).at("deleted"), true);
}

TEST_F(PlatformRoutesTest, TheVaultComesWithTheKeysWhenAskedFor) {
  EXPECT_FALSE(get("/api/settings/api-keys").as_object().contains("vault"));
  auto both = get("/api/settings/api-keys?with_vault=true");
  EXPECT_EQ(both.at("vault").at("backend"), "sqlite");
  EXPECT_EQ(both.at("vault").at("secrets"), 3);
  EXPECT_TRUE(both.at("vault_error").is_null());
  shelf.away = true;
  both = get("/api/settings/api-keys?with_vault=true");
  EXPECT_TRUE(both.at("vault").is_null());
  EXPECT_EQ(both.at("vault_error"), "The store is away");
  EXPECT_EQ(both.at("github").at("configured"), true) << "the keys are told all the same";
  const auto wrong = ask(Method::get, "/api/settings/api-keys?with_vault=perhaps");
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_NE(wrong.bytes().find("with_vault"), std::string::npos);
}

TEST_F(PlatformRoutesTest, WhereAKeyComesFrom) {
  auto status = get("/api/settings/api-keys");
  EXPECT_EQ(status.at("github"), json::parse(R"({"configured": true, "masked": "...ment", "source": "env"})"));
  EXPECT_EQ(status.at("openai"), json::parse(R"({"configured": false, "masked": null, "source": null})"));
  ask(Method::put, "/api/settings/api-keys/github", key("ghp_abcdefgh"));
  status = get("/api/settings/api-keys");
  EXPECT_EQ(status.at("github"), json::parse(R"({"configured": true, "masked": "...efgh", "source": "settings"})"));
  EXPECT_EQ(body_of(ask(Method::del, "/api/settings/api-keys/github")),
            json::parse(R"({"success": true, "deleted": true, "fallback_configured": true, "agents_to_restart": 0})"));
  EXPECT_EQ(
      body_of(ask(Method::del, "/api/settings/api-keys/google")),
      json::parse(R"({"success": true, "deleted": false, "fallback_configured": false, "agents_to_restart": 0})"));
}

TEST_F(PlatformRoutesTest, OnlyPeopleChangeKeys) {
  Caller system = *AgentHouse::admin();
  system.scope = Scope::system_key;
  const auto caller = std::make_shared<const Caller>(system);
  EXPECT_EQ(ask(Method::put, "/api/settings/api-keys/anthropic", key(secret), caller).status, 403U);
  EXPECT_EQ(ask(Method::del, "/api/settings/api-keys/anthropic", {}, caller).status, 403U);
  EXPECT_EQ(ask(Method::put, "/api/settings/anthropic_api_key", setting(secret), caller).status, 403U);
  EXPECT_EQ(ask(Method::del, "/api/settings/anthropic_api_key", {}, caller).status, 403U);
  EXPECT_EQ(ask(Method::put, "/api/settings/trinity_prompt", setting("x"), caller).status, 200U);
}

TEST_F(PlatformRoutesTest, AChangedKeySaysWhoNeedsARestart) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  const auto made = body_of(ask(Method::put, "/api/settings/api-keys/anthropic", key(secret)));
  EXPECT_EQ(made.at("agents_to_restart"), 1);
  EXPECT_EQ(body_of(ask(Method::del, "/api/settings/api-keys/anthropic")).at("agents_to_restart"), 0);
}

TEST_F(PlatformRoutesTest, OpsSettingsHaveDefaults) {
  const auto all = get("/api/settings/ops/config");
  EXPECT_EQ(all.at("ssh_access_enabled"), "false");
  const auto& settings_of = all.at("settings").as_object();
  EXPECT_EQ(settings_of.size(), 9U);
  EXPECT_EQ(settings_of.begin()->key(), "ops_context_warning_threshold");
  EXPECT_EQ(settings_of.at("ops_cost_limit_daily_usd").at("value"), "50.0");
  EXPECT_EQ(settings_of.at("ops_cost_limit_daily_usd").at("is_default"), true);
}

TEST_F(PlatformRoutesTest, OpsSettingsAreStoredTogetherOrNotAtAll) {
  const auto made = body_of(ask(Method::put, "/api/settings/ops/config",
                                R"({"settings": {"ssh_access_enabled": "TRUE", "ops_idle_timeout_minutes": "5",
                                   "unknown": "1"}})"));
  EXPECT_EQ(made.at("updated"), json::parse(R"(["ops_idle_timeout_minutes", "ssh_access_enabled"])"));
  EXPECT_EQ(made.at("ignored"), json::parse(R"(["unknown"])"));
  EXPECT_EQ(get("/api/settings/ops/config").at("ssh_access_enabled"), "true");

  const auto refused = ask(Method::put, "/api/settings/ops/config",
                           R"({"settings": {"ops_idle_timeout_minutes": "9", "ops_log_retention_days": "0"}})");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_NE(refused.bytes().find("ops_log_retention_days"), std::string::npos) << refused.bytes();
  EXPECT_EQ(settings.text("ops_idle_timeout_minutes"), "5");

  const auto reset = body_of(ask(Method::post, "/api/settings/ops/reset"));
  EXPECT_EQ(reset.at("reset"), json::parse(R"(["ops_idle_timeout_minutes", "ssh_access_enabled"])"));
  EXPECT_EQ(get("/api/settings/ops/config").at("ssh_access_enabled"), "false");
  EXPECT_EQ(body_of(ask(Method::post, "/api/settings/ops/reset")).at("reset").as_array().size(), 0U);
}

TEST_F(PlatformRoutesTest, AWarningMayNotComeBehindTheCriticalMark) {
  const auto put = [this](const char* body) { return ask(Method::put, "/api/settings/ops/config", body).status; };
  EXPECT_EQ(put(R"({"settings": {"ops_context_warning_threshold": "95"}})"), 422U) << "critical is 90";
  EXPECT_EQ(put(R"({"settings": {"ops_context_warning_threshold": "95", "ops_context_critical_threshold": "96"}})"),
            200U);
  EXPECT_EQ(ask(Method::put, "/api/settings/ops_context_critical_threshold", setting("50")).status, 422U);
  EXPECT_EQ(ask(Method::put, "/api/settings/ops_context_critical_threshold", setting("99")).status, 200U);
  EXPECT_EQ(ask(Method::put, "/api/settings/ops_context_critical_threshold", setting("x")).status, 422U);
}

TEST_F(PlatformRoutesTest, AnthropicsAnswerDecides) {
  Company good(200);
  KeyServers servers;
  servers.anthropic = good.url() + "/";
  EXPECT_EQ(check("anthropic", secret, servers), json::parse(R"({"valid": true})"));
  EXPECT_TRUE(good.asked.starts_with("GET /v1/models HTTP/1.1\r\n")) << good.asked;
  EXPECT_NE(good.asked.find(std::string("x-api-key: ") + secret + "\r\n"), std::string::npos);
  EXPECT_NE(good.asked.find("anthropic-version: 2023-06-01\r\n"), std::string::npos);
  Company refuses(401);
  servers.anthropic = refuses.url();
  EXPECT_EQ(check("anthropic", secret, servers), json::parse(R"({"valid": false, "error": "Invalid API key"})"));
  Company broken(529);
  servers.anthropic = broken.url();
  EXPECT_EQ(check("anthropic", secret, servers),
            json::parse(R"({"valid": false, "error": "API returned status 529"})"));
}

TEST_F(PlatformRoutesTest, AKeyOfAnotherFormIsNotSent) {
  Company company(200);
  KeyServers servers{company.url(), company.url(), company.url(), company.url()};
  EXPECT_EQ(check("anthropic", "sk-x", servers).at("error"), "Invalid format. Anthropic keys start with 'sk-ant-'");
  EXPECT_EQ(check("github", "x", servers).at("error"),
            "Invalid format. GitHub PATs start with 'ghp_' or 'github_pat_'");
  EXPECT_EQ(company.asked, "");
}

TEST_F(PlatformRoutesTest, TheKeyInUseIsTriedWhenNoneIsSent) {
  Company company(200, R"({"login": "octocat"})");
  PlatformOptions with;
  with.fallbacks = {{"github", "ghp_from-the-environment"}};
  with.servers = {company.url(), company.url(), company.url(), company.url()};
  PlatformService other(with, settings, house.house.fleet, client);
  http::Router table;
  table.add(routes(other, rotation));
  std::swap(router, table);
  const auto test = [this](const std::string& name, const std::string& body,
                           const agents::CallerPtr& caller = AgentHouse::admin()) {
    return ask(Method::post, "/api/settings/api-keys/" + name + "/test", body, caller);
  };

  const auto none = test("anthropic", "{}");
  EXPECT_EQ(none.status, 400U) << none.bytes();
  EXPECT_EQ(body_of(none).at("detail"), "api_key: No key is stored. Send the one that is to be tried");
  EXPECT_EQ(company.asked, "");

  ASSERT_EQ(ask(Method::put, "/api/settings/api-keys/anthropic", key(secret)).status, 200U);
  std::string said;
  for (const auto* body : {"{}", "", R"({"api_key": null})"}) {
    company.asked.clear();
    const auto made = test("anthropic", body);
    EXPECT_EQ(made.status, 200U) << made.bytes();
    EXPECT_EQ(body_of(made), json::parse(R"({"valid": true})"));
    EXPECT_NE(company.asked.find(std::string("x-api-key: ") + secret + "\r\n"), std::string::npos) << body;
    said += made.bytes();
  }
  company.asked.clear();
  EXPECT_EQ(body_of(test("github", "{}")).at("username"), "octocat");
  EXPECT_NE(company.asked.find("ghp_from-the-environment"), std::string::npos) << company.asked;

  company.asked.clear();
  EXPECT_EQ(body_of(test("anthropic", key(""))).at("valid"), false) << "what is sent counts, also when it is empty";
  EXPECT_EQ(test("anthropic", R"({"api_key": 1})").status, 422U);
  Caller system = *AgentHouse::admin();
  system.scope = Scope::system_key;
  EXPECT_EQ(test("anthropic", "{}", std::make_shared<const Caller>(system)).status, 403U);
  EXPECT_EQ(company.asked, "");
  EXPECT_EQ(said.find("planted"), std::string::npos) << said;
  const std::lock_guard lock(mutex);
  EXPECT_EQ(logged.find("planted"), std::string::npos) << logged;
  EXPECT_EQ(logged.find("from-the-environment"), std::string::npos) << logged;
}

TEST_F(PlatformRoutesTest, NobodyToAsk) {
  std::string url;
  {
    const Company gone(200);
    url = gone.url();
  }
  KeyServers servers{url, url, url, url};
  const auto answer = check("anthropic", secret, servers);
  EXPECT_EQ(answer.at("valid"), false);
  EXPECT_TRUE(answer.at("error").as_string().starts_with("Error testing key: ")) << answer;
  EXPECT_TRUE(check("github", "ghp_x", servers).at("error").as_string().starts_with("Error testing token: "));
}

TEST_F(PlatformRoutesTest, AClassicTokenShowsItsScopes) {
  Company github(200, R"({"login": "octocat"})", "X-OAuth-Scopes: repo,  user,\r\n");
  KeyServers servers;
  servers.github = github.url();
  EXPECT_EQ(check("github", "ghp_abc", servers),
            json::parse(R"({"valid": true, "username": "octocat", "token_type": "classic", "has_repo_access": true,
                           "scopes": ["repo", "user"]})"));
  Company narrow(200, R"({"login": "octocat"})", "X-OAuth-Scopes: gist\r\n");
  servers.github = narrow.url();
  EXPECT_EQ(check("github", "ghp_abc", servers).at("has_repo_access"), false);
}

TEST_F(PlatformRoutesTest, AFineGrainedTokenIsTriedOnRepositories) {
  Company github(200, R"({"login": "octocat"})");
  KeyServers servers;
  servers.github = github.url();
  EXPECT_EQ(check("github", "github_pat_abc", servers),
            json::parse(R"({"valid": true, "username": "octocat", "token_type": "fine-grained", "has_repo_access": true,
                           "scopes": ["fine-grained-pat"]})"));
  EXPECT_NE(github.asked.find("GET /user/repos?per_page=1 HTTP/1.1"), std::string::npos) << github.asked;
  Company refuses(401, R"({"message": "Bad credentials"})");
  servers.github = refuses.url();
  EXPECT_EQ(check("github", "github_pat_abc", servers).at("error"), "Invalid Personal Access Token");
}

TEST_F(PlatformRoutesTest, GoogleAndOpenAiAreAskedForTheirModels) {
  Company google(400, R"({"error": {"details": [{"reason": "API_KEY_INVALID"}]}})");
  Company openai(200);
  KeyServers servers;
  servers.google = google.url();
  servers.openai = openai.url();
  EXPECT_EQ(check("google", "AIzaSyX", servers).at("error"), "Invalid API key");
  EXPECT_NE(google.asked.find("x-goog-api-key: AIzaSyX\r\n"), std::string::npos);
  EXPECT_EQ(google.asked.find("key="), std::string::npos) << "never in the address";
  EXPECT_EQ(check("openai", "sk-x", servers).at("valid"), true);
  EXPECT_NE(openai.asked.find("Authorization: Bearer sk-x\r\n"), std::string::npos);
}

}  // namespace
}  // namespace trinity::platform
