// Every route that is served, with every kind of caller, over a real connection; and the description against the table.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "app/server.h"
#include "auth/api_keys.h"
#include "auth/tokens.h"
#include "db/database.h"
#include "db/migrations.h"
#include "unit/db/temp_dir.h"
#include "unit/http/harness.h"

namespace trinity::app {
namespace {

using http::Access;
using namespace std::chrono_literals;

constexpr const char* secret = "a key for tests, long enough to be one";
constexpr std::int64_t ann = 100;
constexpr std::int64_t root = 101;

/// What a caller is to a route of each policy.
enum class Kind { nobody, user, admin, agent };

struct Caller {
  std::string name;
  Kind kind;
  std::string authorization;  ///< empty: no such header
};

struct Answer {
  unsigned status = 0;
  std::string text;  ///< head and body
};

/// Does for itself what the policy leaves open: without credentials these answer 401.
const std::set<std::string> self_checking{"GET /api/auth/validate", "POST /api/auth/session", "GET /api/telemetry/host",
                                          "GET /api/telemetry/containers"};

/// A bearer counts on these too, beside the cookies that a page sends.
const std::set<std::string> bearer_or_cookie{"GET /api/telemetry/host", "GET /api/telemetry/containers"};

/// Whoever adds a route for anyone has to say so here.
const std::set<std::string> for_anyone{"GET /api/auth/mode",
                                       "GET /api/auth/validate",
                                       "POST /api/auth/session",
                                       "DELETE /api/auth/session",
                                       "POST /token",
                                       "POST /api/token",
                                       "GET /api/setup/status",
                                       "POST /api/setup/admin-password",
                                       "GET /api/version",
                                       "GET /api/telemetry/host",
                                       "GET /api/telemetry/containers",
                                       "GET /health",
                                       "GET /openapi.json",
                                       "GET /docs",
                                       "GET /redoc",
                                       "GET /docs/viewer.js",
                                       "GET /docs/viewer.css",
                                       "GET /ws"};

/// Served for operators and browsers; no part of the contract that clients are made from.
const std::set<std::string> not_described{"GET /openapi.json",    "GET /docs",    "GET /redoc", "GET /docs/viewer.js",
                                          "GET /docs/viewer.css", "GET /metrics", "GET /ws"};

std::string label(const http::Route& route) {
  return std::string(http::name_of(route.method)) + ' ' + route.path;
}

std::string token(const std::string& key, std::optional<std::string> subject, std::chrono::hours life,
                  auth::TokenUse use = auth::TokenUse::access) {
  auth::Claims claims;
  claims.subject = std::move(subject);
  claims.mode = "admin";
  claims.use = use;
  claims.expires_at = std::chrono::floor<std::chrono::seconds>(now() + life);
  return "Bearer " + auth::TokenSigner(key).sign(claims);
}

/// A whole server without an engine, on a port of its own. One for all tests of the file: starting it takes a while.
class RoutesTest : public testing::Test {
 protected:
  struct House {
    House() {
      Config config;
      config.home = dir / "home";
      config.database = dir / "home" / "trinity.db";
      config.web_dir = dir / "web";
      config.templates_dir = dir / "templates";
      config.port = 0;
      config.threads = 2;
      config.secret_key = secret;
      config.engine = "unix://" + (dir / "no-engine.sock").string();
      config.drain_seconds = 5;
      std::filesystem::create_directories(config.home);
      std::filesystem::create_directories(config.templates_dir);
      fill(config.database);
      server = std::make_unique<Server>(config);
      server->start();
    }
    ~House() { server->stop(); }
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    void fill(const std::filesystem::path& file) {
      BlockingPool pool(1);
      BackgroundCall call("test");
      {
        db::Database database(file, pool, 1);
        db::migrate(database);
        auto job = [this](db::Session& session) { add_rows(session); };
        database.write_now(call.call(), std::move(job));
      }
      pool.join();
    }
    void add_rows(db::Session& session) {
      const auto user = [&](std::int64_t id, const std::string& name, const std::string& role) {
        session
            .query("INSERT INTO users (id, username, role, created_at, updated_at) VALUES (:a, :b, :c, 't', 't')", id,
                   name, role)
            .run();
      };
      user(ann, "ann", "user");
      user(root, "root", "admin");
      const auto key = [&](const std::string& text, std::int64_t owner, const std::string& scope, int active) {
        session
            .query(
                "INSERT INTO mcp_api_keys (id, name, key_prefix, key_hash, created_at, is_active, user_id, scope) "
                "VALUES (:a, 'n', 'p', :b, 't', :c, :d, :e)",
                text, auth::key_digest(text), active, owner, scope)
            .run();
      };
      key(keys[0], ann, "user", 1);
      key(keys[1], ann, "user", 0);
      key(keys[2], root, "user", 1);
      (void)auth::KeyRows::insert_for_agent(session, keys[3], "worker", root);
    }

    test::TempDir dir;
    std::array<std::string, 4> keys{auth::new_key_text(), auth::new_key_text(), auth::new_key_text(),
                                    auth::new_key_text()};
    std::unique_ptr<Server> server;
  };

  static void SetUpTestSuite() { house = std::make_unique<House>(); }
  static void TearDownTestSuite() { house.reset(); }

  static std::vector<Caller> callers() {
    const auto& keys = house->keys;
    return {{"no token", Kind::nobody, ""},
            {"another scheme", Kind::nobody, "Basic YW5uOmFubg=="},
            {"an empty token", Kind::nobody, "Bearer "},
            {"no token at all", Kind::nobody, "Bearer ../../etc/passwd"},
            {"expired", Kind::nobody, token(secret, "root", -1h)},
            {"forged", Kind::nobody, token("another key, just as long as it is", "root", 1h)},
            {"session token as bearer", Kind::nobody, token(secret, "root", 1h, auth::TokenUse::session)},
            {"user who is gone", Kind::nobody, token(secret, "nobody", 1h)},
            {"token without a user", Kind::nobody, token(secret, std::nullopt, 1h)},
            {"unknown key", Kind::nobody, "Bearer " + auth::new_key_text()},
            {"withdrawn key", Kind::nobody, "Bearer " + keys[1]},
            {"user", Kind::user, token(secret, "ann", 1h)},
            {"user's key", Kind::user, "Bearer " + keys[0]},
            {"admin", Kind::admin, token(secret, "root", 1h)},
            {"admin's key", Kind::admin, "Bearer " + keys[2]},
            {"key of an admin's agent", Kind::agent, "Bearer " + keys[3]}};
  }

  static Answer ask(const http::Route& route, const std::string& authorization) {
    auto path = route.path;
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{'))
      path.replace(at, path.find('}') - at + 1, "no-such-one");
    std::string text = std::string(http::name_of(route.method)) + ' ' + path + " HTTP/1.1\r\nHost: x\r\n";
    if (!authorization.empty()) text += "Authorization: " + authorization + "\r\n";
    text += "Content-Length: 0\r\nConnection: close\r\n\r\n";
    http::RawSocket socket(house->server->port());
    socket.send(text);
    Answer answer;
    answer.text = socket.read_all();
    if (answer.text.size() > 12) answer.status = static_cast<unsigned>(std::stoul(answer.text.substr(9, 3)));
    return answer;
  }

  static void check(const http::Route& route, const Caller& caller, const Answer& answer) {
    SCOPED_TRACE(label(route) + " as " + caller.name + ": " + answer.text.substr(0, 400));
    EXPECT_GE(answer.status, 200U);
    EXPECT_NE(answer.status, 500U);
    const bool refused = answer.status == 401 || answer.status == 403;
    if (route.access == Access::anyone) {
      EXPECT_TRUE(!refused || self_checking.contains(label(route)));
      return;
    }
    if (caller.kind == Kind::nobody) {
      EXPECT_EQ(answer.status, 401U);
      EXPECT_NE(answer.text.find("WWW-Authenticate: Bearer\r\n"), std::string::npos);
    } else if (route.access == Access::admin && caller.kind != Kind::admin) {
      EXPECT_EQ(answer.status, 403U);
    } else if (route.access == Access::agent_reader || route.access == Access::agent_owner) {
      // There is no such agent. An administrator is told so; others may hear of a missing right first.
      const bool told = answer.status == 404 || (answer.status == 403 && caller.kind != Kind::admin);
      EXPECT_TRUE(told);
    } else if (caller.kind == Kind::agent) {
      EXPECT_NE(answer.status, 401U) << "known, though the service may refuse it";
    } else {
      EXPECT_FALSE(refused);
    }
  }

  static std::unique_ptr<House> house;
};
std::unique_ptr<RoutesTest::House> RoutesTest::house;

TEST_F(RoutesTest, EveryRouteWithEveryKindOfCaller) {
  const auto known = callers();
  const auto& routes = house->server->router().routes();
  EXPECT_GT(routes.size(), 20U);
  for (const auto& route : routes) {
    for (const auto& caller : known) check(route, caller, ask(route, caller.authorization));
  }
}

TEST_F(RoutesTest, WhatIsForAnyoneIsListedHere) {
  std::set<std::string> found;
  for (const auto& route : house->server->router().routes()) {
    if (route.access == Access::anyone) found.insert(label(route));
  }
  EXPECT_EQ(found, for_anyone);
}

TEST_F(RoutesTest, DescriptionNamesExactlyWhatIsServed) {
  std::set<std::string> served;
  for (const auto& route : house->server->router().routes()) {
    auto name = label(route);
    if (not_described.contains(name)) continue;
    if (const auto rest = name.find("...}"); rest != std::string::npos) name.erase(rest, 3);
    served.insert(std::move(name));
  }
  const http::Route description{http::Method::get, "/openapi.json", Access::anyone, nullptr};
  const auto text = ask(description, "").text;
  const auto described = boost::json::parse(text.substr(text.find("\r\n\r\n") + 4)).as_object();
  std::set<std::string> named;
  for (const auto& [path, item] : described.at("paths").as_object()) {
    for (const auto* method : {"get", "put", "post", "delete", "patch"}) {
      if (!item.as_object().contains(method)) continue;
      std::string upper(method);
      std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      named.insert(upper + ' ' + std::string(path));
    }
  }
  EXPECT_EQ(served, named);
}

TEST_F(RoutesTest, DescriptionSaysWhoMayCall) {
  const http::Route asked{http::Method::get, "/openapi.json", Access::anyone, nullptr};
  const auto text = ask(asked, "").text;
  const auto described = boost::json::parse(text.substr(text.find("\r\n\r\n") + 4)).as_object();
  for (const auto& route : house->server->router().routes()) {
    if (not_described.contains(label(route))) continue;
    auto path = route.path;
    if (const auto rest = path.find("...}"); rest != std::string::npos) path.erase(rest, 3);
    std::string method(http::name_of(route.method));
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    const auto& operation = described.at("paths").at(path).at(method).as_object();
    const auto* own = operation.if_contains("security");
    const auto& security = (own != nullptr ? *own : described.at("security")).as_array();
    const bool bearer =
        std::ranges::any_of(security, [](const boost::json::value& one) { return one.as_object().contains("bearer"); });
    EXPECT_EQ(bearer, route.access != Access::anyone || bearer_or_cookie.contains(label(route))) << label(route);
  }
}

TEST_F(RoutesTest, MetricsCountWhatWasServed) {
  const http::Route metrics{http::Method::get, "/metrics", Access::admin, nullptr};
  const http::Route health{http::Method::get, "/health", Access::anyone, nullptr};
  EXPECT_EQ(ask(health, "").status, 200U);
  const auto answer = ask(metrics, token(secret, "root", 1h));
  EXPECT_EQ(answer.status, 200U);
  for (const auto* part : {"Content-Type: text/plain; version=0.0.4",
                           "trinity_http_requests_total{method=\"GET\",route=\"/health\",status=\"2xx\"} ",
                           "trinity_engine_up 0\n", "trinity_live_sockets 0\n", "process_resident_memory_bytes "}) {
    EXPECT_NE(answer.text.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(answer.text.find("no-such-one"), std::string::npos) << "names of objects are no labels";
}

}  // namespace
}  // namespace trinity::app
