// Who may see the machine's figures: pages ask without a header, so their cookies count here.
#include <gtest/gtest.h>

#include "app/server.h"
#include "auth/tokens.h"
#include "unit/db/temp_dir.h"
#include "unit/http/harness.h"

namespace trinity::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* secret = "a key for tests, long enough to be one";

class TelemetryOfAServer : public testing::Test {
 protected:
  std::unique_ptr<Server> start(bool open) {
    Config config;
    config.home = dir / "home";
    config.database = dir / "home" / "trinity.db";
    config.web_dir = dir / "web";
    config.templates_dir = dir / "templates";
    config.port = 0;
    config.threads = 2;
    config.secret_key = secret;
    config.admin_password = "a password for tests";
    config.telemetry_open = open;
    config.engine = "unix://" + (dir / "no-engine.sock").string();
    auto server = std::make_unique<Server>(config);
    server->start();
    return server;
  }
  static std::string ask(const Server& server, const std::string& fields, const std::string& what = "host") {
    http::RawSocket socket(server.port());
    socket.send("GET /api/telemetry/" + what + " HTTP/1.1\r\nHost: trinity.local:8000\r\n" + fields +
                "Connection: close\r\n\r\n");
    return socket.read_all();
  }
  static std::string status(const Server& server, const std::string& fields, const std::string& what = "host") {
    return ask(server, fields, what).substr(9, 3);
  }
  static std::string token(auth::TokenUse use, std::chrono::hours life = 1h) {
    auth::Claims claims;
    claims.subject = "admin";
    claims.mode = "admin";
    claims.use = use;
    claims.expires_at = std::chrono::floor<std::chrono::seconds>(now() + life);
    return auth::TokenSigner(secret).sign(claims);
  }

  test::TempDir dir;
};

TEST_F(TelemetryOfAServer, CookiesCountLikeABearer) {
  const auto server = start(false);
  const auto access = token(auth::TokenUse::access);
  const auto session = token(auth::TokenUse::session);
  const auto answer = ask(*server, "Cookie: token=" + access + "\r\n");
  EXPECT_EQ(answer.substr(9, 3), "200");
  EXPECT_NE(answer.find(R"("cpu":{"percent":)"), std::string::npos) << answer;
  EXPECT_EQ(status(*server, "Authorization: Bearer " + access + "\r\n"), "200");
  EXPECT_EQ(status(*server, "Cookie: trinity_session=" + session + "\r\n"), "200");
  EXPECT_EQ(status(*server, "Cookie: token=stale; trinity_session=" + session + "\r\n"), "200");
  EXPECT_EQ(status(*server, "Cookie: token=" + access + "\r\nOrigin: http://trinity.local\r\n"), "200");
  // The containers wait for the engine's first answer; who asks is known before.
  EXPECT_EQ(status(*server, "Cookie: token=" + access + "\r\n", "containers"), "503");
  server->stop();
}

TEST_F(TelemetryOfAServer, StrangersAndForeignPagesAreRefused) {
  const auto server = start(false);
  const auto access = token(auth::TokenUse::access);
  const auto session = token(auth::TokenUse::session);
  EXPECT_NE(ask(*server, "").find(R"({"detail":"Not authenticated"})"), std::string::npos);
  EXPECT_EQ(status(*server, ""), "401");
  EXPECT_EQ(status(*server, "", "containers"), "401");
  EXPECT_EQ(status(*server, "Cookie: token=" + access + "\r\nOrigin: http://evil.example\r\n"), "401");
  EXPECT_EQ(status(*server, "Cookie: token=" + token(auth::TokenUse::access, -1h) + "\r\n"), "401");
  // Each cookie is good for what it is only, and a header that is wrong is not mended by a cookie.
  EXPECT_EQ(status(*server, "Cookie: token=" + session + "\r\n"), "401");
  EXPECT_EQ(status(*server, "Cookie: trinity_session=" + access + "\r\n"), "401");
  EXPECT_EQ(status(*server, "Authorization: Bearer x\r\nCookie: token=" + access + "\r\n"), "401");
  server->stop();
}

TEST_F(TelemetryOfAServer, TheOperatorMayOpenIt) {
  const auto server = start(true);
  EXPECT_EQ(status(*server, ""), "200");
  EXPECT_EQ(status(*server, "", "containers"), "503");
  EXPECT_EQ(status(*server, "Authorization: Bearer x\r\n"), "401") << "who shows something is asked who it is";
  server->stop();
}

}  // namespace
}  // namespace trinity::app
