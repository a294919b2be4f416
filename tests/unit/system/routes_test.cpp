#include "system/routes.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <ctime>

#include "unit/db/run_task.h"

namespace trinity::system {
namespace {

std::string get(const std::vector<http::Route>& table, const std::string& path) {
  http::Router router;
  router.add(table);
  const auto match = router.match(http::Method::get, path);
  if (match.route == nullptr) return "no route";
  EXPECT_EQ(match.route->access, http::Access::anyone);
  BackgroundCall background("test");
  return std::string(test::run_task(match.route->handler(http::Request(background.call()))).bytes());
}

TEST(System, VersionHasTheShapeOfTheContract) {
  const SystemInfo info(" 1.2.3\n", "2026-01-13");
  EXPECT_EQ(get(routes(info), "/api/version"),
            R"({"version":"1.2.3","platform":"trinity","components":{"backend":"1.2.3","agent_server":"1.2.3",)"
            R"("base_image":"trinity-agent-base:1.2.3"},"runtimes":["claude-code","gemini-cli"],)"
            R"("build_date":"2026-01-13"})");
}

TEST(System, WhatIsNotKnownReadsUnknown) {
  const SystemInfo info("", "");
  EXPECT_EQ(info.version().version, "unknown");
  EXPECT_EQ(info.version().build_date, "unknown");
}

TEST(System, HealthTellsTheServersLocalTime) {
  ::setenv("TZ", "ABC-02:30", 1);
  ::tzset();
  const auto health = SystemInfo::health(*parse_time("2026-01-13T23:15:30.123456Z"));
  ::unsetenv("TZ");
  ::tzset();
  EXPECT_EQ(health.status, "healthy");
  EXPECT_EQ(health.timestamp, "2026-01-14T01:45:30.123456");
}

TEST(System, HealthIsServed) {
  const SystemInfo info("1", "2");
  EXPECT_TRUE(get(routes(info), "/health").starts_with(R"({"status":"healthy","timestamp":"20)"));
}

}  // namespace
}  // namespace trinity::system
