#include "cli/live_feed.h"
#include "cli/stats_view.h"
#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kFigures = R"({"cpu_percent":12.5,"memory_used_bytes":734003200,"memory_limit_bytes":4294967296,
  "memory_percent":17.1,"network_rx_bytes":1024,"network_tx_bytes":2048,"uptime_seconds":90,"status":"running"})";

struct StatsTest : ProgramTest {
  StatsTest() {
    sign_in();
    server.answer("GET /api/agents/bot", 200, R"({"name":"bot","status":"running"})");
    server.answer("GET /api/agents/bot/stats", 200, kFigures);
    server.answer("GET /api/agents/old", 200, R"({"name":"old","status":"stopped"})");
    server.answer("GET /api/agents", 200, R"([{"name":"bot","status":"running"},{"name":"old","status":"stopped"}])");
  }
  static json::object fleet(const std::string& rows, const char* gone = "") {
    return frame(fmt::format(
        R"({{"event":"agents_stats_update","topic":"agents:stats","seq":2,"data":{{"agents":[{}]{}}}}})", rows, gone));
  }
  static json::object fleet_snapshot(const std::string& rows) {
    return frame(
        fmt::format(R"({{"type":"subscribed","topic":"agents:stats","seq":1,"snapshot":{{"agents":[{}]}}}})", rows));
  }
  static std::string row(const std::string& name, double cpu, double memory = 17.1) {
    return fmt::format(
        R"({{"name":"{}","cpu_percent":{},"memory_used_bytes":1048576,"memory_limit_bytes":4194304,"memory_percent":{}}})",
        name, cpu, memory);
  }
};

TEST_F(StatsTest, OneTableOfAllThatRun) {
  EXPECT_EQ(trinityctl({"agents", "stats"}), 0) << err;
  EXPECT_EQ(out,
            "NAME  STATUS      CPU   MEMORY    LIMIT  OF LIMIT  RECEIVED     SENT  UPTIME\n"
            "bot   running  12.5 %  700 MiB  4.0 GiB    17.1 %   1.0 KiB  2.0 KiB      1m\n");
}

TEST_F(StatsTest, AStoppedAgentHasItsStateOnly) {
  EXPECT_EQ(trinityctl({"agents", "stats", "bot", "old"}), 0);
  EXPECT_THAT(out, HasSubstr("\nold   stopped       -"));
  EXPECT_EQ(trinityctl({"agents", "stats", "old", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(R"([{"name":"old","status":"stopped"}])"));
}

TEST_F(StatsTest, JsonIsAList) {
  EXPECT_EQ(trinityctl({"agents", "stats", "--json"}), 0);
  auto wanted = frame(kFigures);
  wanted["name"] = "bot";
  EXPECT_EQ(json::parse(out), json::array{wanted});
}

TEST_F(StatsTest, AnAgentThatGoesMeanwhileIsLeftOut) {
  server.answers["GET /api/agents/bot/stats"] = {};
  server.answer("GET /api/agents/bot/stats", 400, R"({"detail":"Agent is not running"})");
  EXPECT_EQ(trinityctl({"agents", "stats"}), 0);
  EXPECT_THAT(err, HasSubstr("No agent is running"));
  EXPECT_EQ(trinityctl({"agents", "stats", "bot", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(R"([{"name":"bot","status":"stopped"}])"));
  server.answers["GET /api/agents/bot/stats"].front().status = 503;
  EXPECT_EQ(trinityctl({"agents", "stats"}), 1) << "a server that fails is not a fleet at rest";
}

TEST_F(StatsTest, TheFleetIsWatchedByOneTopic) {
  server.sockets = {
      {fleet_snapshot(row("bot", 1) + "," + row("ann", 2)), fleet(row("bot", 3)), fleet("", R"(,"gone":["ann"])")}};
  EXPECT_EQ(trinityctl({"agents", "stats", "-w", "--json"}), 1);
  EXPECT_EQ(
      server.sent,
      std::vector{frame(R"({"type":"subscribe","topics":["agents:stats"],"options":{"agents:stats":{"history":0}}})")});
  std::istringstream lines(out);
  std::vector<std::string> seen;
  for (std::string one; std::getline(lines, one);) {
    const auto object = frame(one);
    seen.push_back(fmt::format("{} {}", text_of(object, "name"), number_of(object, "cpu_percent")));
  }
  EXPECT_THAT(seen, testing::ElementsAre("bot 1", "ann 2", "bot 3"));
}

TEST_F(StatsTest, LinesOfAWatchStayInTheirColumns) {
  server.sockets = {{fleet_snapshot(row("bot", 1)), fleet(row("a-longer-name", 100))}};
  EXPECT_EQ(trinityctl({"agents", "stats", "-w"}), 1);
  EXPECT_EQ(out,
            "NAME                            CPU     MEMORY      LIMIT  OF LIMIT\n"
            "bot                           1.0 %    1.0 MiB    4.0 MiB    17.1 %\n"
            "a-longer-name               100.0 %    1.0 MiB    4.0 MiB    17.1 %\n");
}

TEST_F(StatsTest, ATerminalIsDrawnOver) {
  person_reads = true;
  environment["NO_COLOR"] = "1";
  extent = {80, 5};
  server.sockets = {{fleet_snapshot(""), fleet(row("a", 1) + "," + row("b", 2) + "," + row("c", 2) + "," + row("d", 2) +
                                               "," + row("e", 2))}};
  EXPECT_EQ(trinityctl({"agents", "stats", "-w"}), 1);
  EXPECT_TRUE(out.starts_with("\x1b[2J\x1b[HNo agent is running.\x1b[K\n\x1b[J")) << out;
  const auto second = out.substr(out.rfind("\x1b[H"));
  EXPECT_EQ(std::ranges::count(second, '\n'), 4) << "one line less than the terminal has";
  EXPECT_THAT(second, HasSubstr("and 3 more\x1b[K\n\x1b[J"));
}

TEST_F(StatsTest, MemoryNearTheLimitIsColoured) {
  person_reads = true;
  server.sockets = {{fleet_snapshot(row("a", 1, 80) + "," + row("b", 2, 95))}};
  EXPECT_EQ(trinityctl({"agents", "stats", "-w"}), 1);
  EXPECT_THAT(out, HasSubstr("\x1b[33m80.0 %"));
  EXPECT_THAT(out, HasSubstr("\x1b[31m95.0 %"));
}

TEST_F(StatsTest, NamedAgentsAreMergedFromChanges) {
  const auto changed = frame(
      R"({"event":"agent_stats_update","topic":"agent:bot:stats","seq":2,"data":{"name":"bot","cpu_percent":50.0}})");
  const auto snapshot = frame(fmt::format(R"({{"type":"subscribed","topic":"agent:bot:stats","seq":1,"snapshot":{}}})",
                                          std::string(kFigures).insert(1, R"("history":[[1,2,3]],)")));
  server.sockets = {
      {snapshot, changed, frame(R"({"type":"unsubscribed","topic":"agent:bot:stats","reason":"agent_deleted"})")}};
  EXPECT_EQ(trinityctl({"agents", "stats", "bot", "-w", "--json"}), 4);
  std::istringstream lines(out);
  std::string first;
  std::string second;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_FALSE(frame(first).contains("history"));
  EXPECT_EQ(frame(first).at("cpu_percent"), 12.5);
  EXPECT_EQ(frame(second).at("cpu_percent"), 50.0);
  EXPECT_EQ(frame(second).at("memory_percent"), 17.1) << "what did not change stays";
}

TEST_F(StatsTest, ManyNamesFitIntoTheFramesOfTheServer) {
  std::vector<std::string> arguments{"agents", "stats", "-w"};
  for (int i = 0; i < 64; ++i) arguments.push_back(fmt::format("a{}", i));
  server.sockets = {{Fault(ExitCode::unreachable, "lost")}, {}};
  EXPECT_EQ(trinityctl(arguments), 1);
  ASSERT_EQ(server.sent.size(), 4U) << "two frames per connection";
  for (const auto& sent : server.sent) EXPECT_EQ(sent.at("topics").as_array().size(), 32U);
  arguments.emplace_back("a64");
  EXPECT_EQ(trinityctl(arguments), 2);
  EXPECT_THAT(err, HasSubstr("at most 64"));
}

TEST_F(StatsTest, WithoutTheTopicTheServerIsAskedAgainAndAgain) {
  server.sockets = {
      {frame(R"({"type":"subscribe_error","topic":"agents:stats","status":404,"detail":"Unknown topic"})")}};
  server.answer("GET /api/agents/bot/stats", 200, kFigures);
  server.answer("GET /api/agents/bot/stats", 401, R"({"detail":"Could not validate credentials"})");
  EXPECT_EQ(trinityctl({"agents", "stats", "-w"}), 3);
  EXPECT_THAT(out, HasSubstr("bot"));
  EXPECT_THAT(err, HasSubstr("asking every 5 s instead"));
  EXPECT_EQ(waits, (std::vector{5, 5}));
}

}  // namespace
}  // namespace trinity::cli
