#include "cli/pressure_text.h"
#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kPressure =
    R"({"name":"bot","status":"running","sampled_at":"2026-01-15T09:30:05.120Z",
  "cpu":{"percent":19.8,"limit_cores":0.2,"throttled_percent":96.0,"throttled_ms_per_s":780.4,"some_avg10":71.2,"full_avg10":null},
  "memory":{"used_bytes":412090368,"limit_bytes":4294967296,"percent":9.6,"high_events":null,"max_events":3,"oom_events":null,
            "oom_kills":1,"some_avg10":0.0,"full_avg10":0.0},
  "disk":{"read_bytes_per_s":0,"write_bytes_per_s":8192,"some_avg10":null,"full_avg10":null},
  "network":{"rx_bytes_per_s":null,"tx_bytes_per_s":null},
  "turn":{"execution_id":"e","started_at":"2026-01-15T09:29:05.120Z","elapsed_ms":125000,"model_wait_ms":12000,
          "tool_wait_ms":46500,"own_ms":1500,"now":"tool","now_since":"2026-01-15T09:29:30.000Z",
          "tool":{"name":"Bash","input_summary":"make \u001b[31mall"}}})";

struct PressureTest : ProgramTest {
  PressureTest() {
    sign_in();
    server.answer("GET /api/agents/bot/pressure", 200, kPressure);
  }
};

TEST_F(PressureTest, AFewLinesForAPerson) {
  EXPECT_EQ(trinityctl({"agents", "pressure", "bot"}), 0) << err;
  EXPECT_EQ(
      out,
      "bot  running\n"
      "CPU      19.8 % of 0.2 cores; held back in 96.0 % of its periods; waiting 71.2 % (all of it -)\n"
      "Memory   393 MiB of 4.0 GiB (9.6 %); at the limit 3 times, 1 processes killed; waiting 0.0 % (all of it 0.0 %)\n"
      "Disk     reads 0 B/s, writes 8.0 KiB/s; waiting - (all of it -)\n"
      "Network  receives -, sends -\n"
      "Turn     2m: model 12.0s, tools 46.5s, start 1.5s; now tool Bash make all\n");
}

TEST_F(PressureTest, WithoutAnythingKnown) {
  const auto text =
      pressure_text(frame(R"({"name":"bot","status":"stopped","cpu":{"percent":null},"memory":5,"turn":null})"));
  EXPECT_THAT(text, HasSubstr("CPU      - of all cores; held back in - of its periods"));
  EXPECT_THAT(text, HasSubstr("Turn     no turn is running\n"));
}

TEST_F(PressureTest, JsonIsWhatTheServerTells) {
  EXPECT_EQ(trinityctl({"agents", "pressure", "bot", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(kPressure));
}

TEST_F(PressureTest, UnknownAgents) {
  server.answer("GET /api/agents/nobody/pressure", 404, R"({"detail":"Agent not found"})");
  EXPECT_EQ(trinityctl({"agents", "pressure", "nobody"}), 4);
  EXPECT_EQ(trinityctl({"agents", "pressure"}), 2);
}

TEST_F(PressureTest, IsWatchedByItsTopic) {
  const auto event = [](const char* kind, const char* member) {
    return frame(fmt::format(R"({{"{}","topic":"agent:bot:pressure","seq":1,"{}":{}}})", kind, member, kPressure));
  };
  server.sockets = {{event(R"(type":"subscribed)", "snapshot"), event(R"(event":"agent_pressure_update)", "data"),
                     frame(R"({"type":"unsubscribed","topic":"agent:bot:pressure","reason":"agent_deleted"})")}};
  EXPECT_EQ(trinityctl({"agents", "pressure", "bot", "-w", "--json"}), 4);
  EXPECT_EQ(std::ranges::count(out, '\n'), 2);
  EXPECT_EQ(json::parse(out.substr(0, out.find('\n'))), json::parse(kPressure));
  EXPECT_EQ(server.sent.front().at("topics"), json::array{"agent:bot:pressure"});
}

TEST_F(PressureTest, AServerWithoutTheTopicIsAskedAgainAndAgain) {
  server.sockets = {
      {frame(R"({"type":"subscribe_error","topic":"agent:bot:pressure","status":404,"detail":"Unknown topic"})")}};
  server.answer("GET /api/agents/bot/pressure", 401, R"({"detail":"Could not validate credentials"})");
  EXPECT_EQ(trinityctl({"agents", "pressure", "bot", "-w"}), 3);
  EXPECT_THAT(err, HasSubstr("asking every 5 s instead"));
  EXPECT_THAT(out, HasSubstr("held back in 96.0 %"));
}

}  // namespace
}  // namespace trinity::cli
