// /metrics of a whole server that runs without an engine.
#include <gtest/gtest.h>

#include "app/server.h"
#include "support/exposition.h"
#include "unit/db/temp_dir.h"
#include "unit/http/harness.h"

namespace trinity::app {
namespace {

class MetricsOfAServer : public testing::Test {
 protected:
  std::unique_ptr<Server> start(bool open) {
    Config config;
    config.home = dir / "home";
    config.database = dir / "home" / "trinity.db";
    config.web_dir = dir / "web";
    config.templates_dir = dir / "templates";
    config.port = 0;
    config.threads = 2;
    config.metrics_open = open;
    config.engine = "unix://" + (dir / "no-engine.sock").string();
    auto server = std::make_unique<Server>(config);
    server->start();
    return server;
  }
  static std::string ask(const Server& server, const std::string& line) {
    http::RawSocket socket(server.port());
    socket.send(line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return socket.read_all();
  }
  static test::Exposition scrape(const Server& server) {
    const auto answer = ask(server, "GET /metrics");
    EXPECT_EQ(answer.substr(9, 3), "200");
    return test::read_exposition(answer.substr(answer.find("\r\n\r\n") + 4));
  }

  test::TempDir dir;
};

TEST_F(MetricsOfAServer, AreForAdministratorsUnlessOpened) {
  {
    const auto server = start(false);
    EXPECT_EQ(ask(*server, "GET /metrics").substr(9, 3), "401");
    server->stop();
  }
  const auto server = start(true);
  EXPECT_EQ(ask(*server, "GET /metrics").substr(9, 3), "200");
  server->stop();
}

TEST_F(MetricsOfAServer, AreWellFormedAndKnowEveryPart) {
  const auto server = start(true);
  const auto read = scrape(*server);
  for (const auto& fault : read.faults) ADD_FAILURE() << fault;
  const auto statements = read.values("trinity_sql_statement_duration_seconds", "statement");
  EXPECT_TRUE(statements.contains("select users")) << "made by the start, not by a request";
  const auto calls = read.values("trinity_engine_call_duration_seconds", "call");
  EXPECT_FALSE(calls.empty()) << "made by the fleet, not by a request";
  EXPECT_EQ(read.values("trinity_engine_call_failures_total", "fault"), std::set<std::string>{"unreachable"});
  EXPECT_EQ(read.value("trinity_engine_up"), 0);
  EXPECT_EQ(read.value("trinity_live_sockets"), 0);
  EXPECT_EQ(read.value("trinity_http_connections"), 1);
  server->stop();
}

TEST_F(MetricsOfAServer, LabelsStayFewWhateverIsAskedFor) {
  const auto server = start(true);
  const auto routes = server->router().routes().size();
  for (int i = 0; i < 120; ++i) {
    const auto n = std::to_string(i);
    (void)ask(*server, "GET /api/made-up/" + n);
    (void)ask(*server, "POST /api/agents/name-" + n + "/start");
    (void)ask(*server, "METHOD" + n + " /health");
    (void)ask(*server, "GET /file-" + n + ".js?x=" + n);
    (void)ask(*server, "DELETE /x" + n + "?\"\\\n");
  }
  const auto read = scrape(*server);
  for (const auto& fault : read.faults) ADD_FAILURE() << fault;
  std::set<std::string> allowed{"web", "none"};
  for (const auto& route : server->router().routes()) allowed.insert(route.path);
  for (const auto& route : read.values("trinity_http_requests_total", "route"))
    EXPECT_TRUE(allowed.contains(route)) << route;
  EXPECT_LE(read.families.at("trinity_http_requests_total").samples.size(), (routes + 2) * 5);
  EXPECT_GE(read.value("trinity_http_requests_total",
                       {{"method", "POST"}, {"route", "/api/agents/{agent_name}/start"}, {"status", "4xx"}}),
            120);
  EXPECT_LE(read.values("trinity_sql_statement_duration_seconds", "statement").size(), 40U);
  server->stop();
}

}  // namespace
}  // namespace trinity::app
