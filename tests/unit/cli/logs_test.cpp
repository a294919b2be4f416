#include "cli/log_printer.h"
#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string line(int number) {
  return fmt::format(R"({{"ts":"2026-01-15T09:30:{:02}.5Z","stream":"stdout","text":"line {}"}})", number, number);
}

/// Fields of a frame's data: lines `first` to `last`, both included.
std::string data(int first, int last, int dropped = 0, const char* follow = "f1", const char* more = "") {
  std::string lines;
  for (int i = first; i <= last; ++i) lines += (lines.empty() ? "" : ",") + line(i);
  return fmt::format(
      R"({{"name":"bot","follow":"{}","first":{},"dropped":{},"lines":[{}],"cursor":"1","state":"following"{}}})",
      follow, first, dropped, lines, more);
}

struct LogsTest : ProgramTest {
  LogsTest() { sign_in(); }

  static json::object snapshot(const std::string& of, int seq = 100, const char* type = "subscribed") {
    return frame(fmt::format(R"({{"type":"{}","topic":"agent:bot:logs","seq":{},"sampled_at":null,"snapshot":{}}})",
                             type, seq, of));
  }
  static json::object append(const std::string& of, int seq) {
    return frame(fmt::format(R"({{"event":"agent_logs_append","topic":"agent:bot:logs","seq":{},"ts":"x","data":{}}})",
                             seq, of));
  }
  /// Follows what the sockets say; the script's end is a fault with code 1.
  void follow(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"agents", "logs", "bot", "-f"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(trinityctl(arguments), 1);
    EXPECT_THAT(err, HasSubstr("end of script"));
  }
};

TEST_F(LogsTest, PrintsTheLastLinesOnce) {
  server.answer("GET /api/agents/bot/logs?tail=100", 200, R"({"logs":"one\n\ntwo\n"})");
  EXPECT_EQ(trinityctl({"agents", "logs", "bot"}), 0);
  EXPECT_EQ(out, "one\n\ntwo\n");
  EXPECT_EQ(trinityctl({"agents", "logs", "bot", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(R"({"logs":"one\n\ntwo\n"})"));
  EXPECT_EQ(trinityctl({"agents", "logs", "bot", "--times"}), 2);
  server.answer("GET /api/agents/bot/logs?tail=5", 200, R"({"logs":""})");
  EXPECT_EQ(trinityctl({"agents", "logs", "bot", "-n", "5"}), 0);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("not printed anything"));
}

TEST_F(LogsTest, TerminalsGetNothingThatDrivesThem) {
  server.answer("GET /api/agents/bot/logs?tail=100", 200, R"({"logs":"\u001b[31mred\u001b[0m\u001b[2J\n"})");
  EXPECT_EQ(trinityctl({"agents", "logs", "bot"}), 0);
  EXPECT_EQ(out, "\x1b[31mred\x1b[0m\x1b[2J\n") << "a pipe gets what the agent printed";
  person_reads = true;
  EXPECT_EQ(trinityctl({"agents", "logs", "bot"}), 0);
  EXPECT_EQ(out, "\x1b[31mred\x1b[0m\x1b[0m\n");
  EXPECT_EQ(trinityctl({"agents", "logs", "bot", "--no-color"}), 0);
  EXPECT_EQ(out, "red\n");
}

TEST_F(LogsTest, FollowsWithTheWantedTail) {
  server.sockets = {{snapshot(data(1, 2)), append(data(3, 4), 101)}};
  follow({"-n", "50"});
  EXPECT_EQ(out, "line 1\nline 2\nline 3\nline 4\n");
  ASSERT_EQ(server.sent.size(), 1U);
  EXPECT_EQ(server.sent[0],
            frame(R"({"type":"subscribe","topics":["agent:bot:logs"],"options":{"agent:bot:logs":{"tail":50}}})"));
}

TEST_F(LogsTest, OfTheFirstLinesOnlySoManyAsWanted) {
  server.sockets = {{snapshot(data(1, 5)), append(data(6, 6), 101)}};
  follow({"-n", "0"});
  EXPECT_EQ(out, "line 6\n");
}

TEST_F(LogsTest, OldLinesMayComeAfterAnEmptySnapshot) {
  const std::string empty = R"({"name":"bot","follow":"f0","first":0,"dropped":0,"lines":[],"state":"connecting"})";
  server.sockets = {{snapshot(empty), append(data(8, 12, 7), 101), append(data(13, 13), 102)},
                    {snapshot(empty), snapshot(data(11, 12), 101, "resync"), append(data(13, 13), 102)}};
  follow({"-n", "2"});
  EXPECT_EQ(out, "line 11\nline 12\nline 13\n");
  EXPECT_EQ(err, "trinityctl: end of script\n") << "what was there before is not missing";
  follow({"-n", "2"});
  EXPECT_EQ(out, "line 11\nline 12\nline 13\n");
}

TEST_F(LogsTest, LinesAreJsonObjectsOrHaveTheirTime) {
  const std::string cut = R"({"name":"bot","follow":"f1","first":1,"dropped":0,"state":"following","lines":[
    {"ts":"2026-01-15T09:30:01.5Z","stream":"stderr","text":"long","cut":7}]})";
  server.sockets = {{snapshot(cut)}, {snapshot(cut)}};
  follow({"--json"});
  EXPECT_EQ(json::parse(out),
            json::parse(R"({"ts":"2026-01-15T09:30:01.5Z","stream":"stderr","text":"long","cut":7})"));
  follow({"--times"});
  EXPECT_EQ(out, "2026-01-15T09:30:01.5Z  long ... [7 bytes more]\n");
}

TEST_F(LogsTest, SaysHowManyLinesAreMissing) {
  server.sockets = {{snapshot(data(1, 2)), append(data(6, 6, 3), 101), append(data(8, 8, 1), 102)}};
  follow();
  EXPECT_EQ(out, "line 1\nline 2\nline 6\nline 8\n");
  EXPECT_THAT(err, HasSubstr("... 3 lines skipped ...\n... 1 line skipped ...\n"));
}

TEST_F(LogsTest, GoesOnAfterALostConnection) {
  server.sockets = {
      {snapshot(data(1, 2)), append(data(3, 3), 101), Fault(ExitCode::unreachable, "lost")},
      {frame(R"({"type":"subscribed","topic":"agent:bot:logs","seq":101,"snapshot":null})"), append(data(4, 4), 102)}};
  follow();
  EXPECT_EQ(out, "line 1\nline 2\nline 3\nline 4\n");
  EXPECT_THAT(err, HasSubstr("lost; trying again in 1 s\n"));
  EXPECT_THAT(waits, ElementsAre(1));
  ASSERT_EQ(server.sent.size(), 2U);
  EXPECT_EQ(server.sent[1].at("since"), json::parse(R"({"agent:bot:logs":101})"));
  EXPECT_EQ(server.sent[1].at("options"), json::parse(R"({"agent:bot:logs":{"tail":100}})"));
}

TEST_F(LogsTest, ANewSnapshotRepeatsNothing) {
  server.sockets = {{snapshot(data(1, 3)), snapshot(data(2, 5), 110, "resync"), snapshot(data(9, 9), 120, "resync"),
                     snapshot(data(9, 9), 121, "resync")}};
  follow();
  EXPECT_EQ(out, "line 1\nline 2\nline 3\nline 4\nline 5\nline 9\n");
  EXPECT_THAT(err, HasSubstr("... 3 lines skipped ..."));
}

TEST_F(LogsTest, AnotherCountGoesOnByTimes) {
  server.sockets = {{snapshot(data(1, 3)), snapshot(data(2, 5, 0, "f2"), 200), append(data(6, 6, 0, "f2"), 201),
                     snapshot(data(20, 21, 0, "f3"), 300)}};
  follow();
  EXPECT_EQ(out, "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 20\nline 21\n");
  EXPECT_THAT(err, HasSubstr("... lines may be missing here ..."));
}

TEST_F(LogsTest, TimesOfUnequalFractionsCompareRightly) {
  const auto one = [](const char* follow, const char* ts, const char* text) {
    return fmt::format(R"({{"name":"bot","follow":"{}","first":1,"dropped":0,"state":"following","lines":[
      {{"ts":"2026-01-15T09:30:05.{}","stream":"stdout","text":"{}"}}]}})",
                       follow, ts, text);
  };
  server.sockets = {{snapshot(one("f1", "12Z", "a")), snapshot(one("f2", "119999999Z", "older"), 2),
                     snapshot(one("f3", "120345678Z", "newer"), 3)}};
  follow();
  EXPECT_EQ(out, "a\nnewer\n");
}

TEST_F(LogsTest, ANewContainerBeginsAnew) {
  server.sockets = {{snapshot(data(1, 3)), append(data(1, 2, 0, "f2", R"(,"reset":true)"), 101)}};
  follow();
  EXPECT_EQ(out, "line 1\nline 2\nline 3\nline 1\nline 2\n");
  EXPECT_THAT(err, HasSubstr("... the agent has a new container ..."));
}

TEST_F(LogsTest, SaysOnceThatTheContainerHasEnded) {
  const std::string ended = R"({"name":"bot","follow":"f1","first":4,"dropped":0,"lines":[],"state":"ended"})";
  server.sockets = {{snapshot(data(1, 3)), append(ended, 101), append(ended, 102)}};
  follow();
  EXPECT_EQ(err, "... the agent's container does not run; waiting for its next start ...\ntrinityctl: end of script\n");
}

TEST_F(LogsTest, EndsWithTheSubscription) {
  const auto ended = [](const char* reason) {
    return frame(fmt::format(R"({{"type":"unsubscribed","topic":"agent:bot:logs","reason":"{}"}})", reason));
  };
  const auto refused = [](int status, const char* detail) {
    return frame(fmt::format(R"({{"type":"subscribe_error","topic":"agent:bot:logs","status":{},"detail":"{}"}})",
                             status, detail));
  };
  struct Case {
    json::object frame;
    int code;
    std::string text;
  };
  for (const auto& [last, code, text] : {
           Case{ended("agent_deleted"), 4, "bot: the agent is deleted"},
           Case{ended("access_revoked"), 4, "no longer see"},
           Case{frame(R"({"type":"session_expired"})"), 3, "Sign in with"},
           Case{refused(404, "Agent not found"), 4, "bot: Agent not found"},
           Case{refused(422, "Not a topic name"), 4, "bot: Not a topic name"},
           Case{refused(403, "No access"), 4, "bot: No access"},
           Case{refused(429, "Too many open connections for this user"), 1, "Too many"},
       }) {
    server.sockets = {{last}};
    EXPECT_EQ(trinityctl({"agents", "logs", "bot", "-f"}), code) << text;
    EXPECT_THAT(err, HasSubstr(text));
  }
}

TEST_F(LogsTest, GivesUpOnAServerThatStaysAway) {
  server.sockets = {{snapshot(data(1, 1)), Fault(ExitCode::unreachable, "lost")}};
  EXPECT_EQ(trinityctl({"agents", "logs", "bot", "-f"}), 5);
  EXPECT_THAT(waits, ElementsAre(1, 2, 4, 8, 16, 30, 30, 30, 30, 30));
}

TEST_F(LogsTest, AServerWithoutThatTopicIsAskedAgainAndAgain) {
  server.sockets = {
      {frame(R"({"type":"subscribe_error","topic":"agent:bot:logs","status":404,"detail":"Unknown topic"})")}};
  server.answer("GET /api/agents/bot/logs?tail=1000", 200, R"({"logs":"a\nb\nc\n"})");
  server.answer("GET /api/agents/bot/logs?tail=1000", 200, R"({"logs":"a\nb\nc\nd\n"})");
  server.answer("GET /api/agents/bot/logs?tail=1000", 404, R"({"detail":"Agent not found"})");
  EXPECT_EQ(trinityctl({"agents", "logs", "bot", "-f", "-n", "2"}), 4);
  EXPECT_EQ(out, "b\nc\nd\n");
  EXPECT_THAT(err, HasSubstr("the server does not send this live; asking every 2 s instead\n"));
  EXPECT_THAT(waits, ElementsAre(2, 2));
}

using Lines = std::vector<std::string>;

TEST(LogWindow, TellsNewLinesFromOldOnes) {
  LogWindow window;
  EXPECT_EQ(window.fresh({"a", "b"}), (Lines{"a", "b"}));
  EXPECT_EQ(window.fresh({"a", "b"}), Lines{});
  EXPECT_EQ(window.fresh({"a", "b", "c"}), Lines{"c"});
  EXPECT_EQ(window.fresh({"c", "d"}), Lines{"d"});
  EXPECT_FALSE(window.torn());
  EXPECT_EQ(window.fresh({"x", "y"}), (Lines{"x", "y"}));
  EXPECT_TRUE(window.torn());
}

TEST(LogWindow, EqualLinesCount) {
  LogWindow window;
  static_cast<void>(window.fresh({"tick", "tick"}));
  EXPECT_EQ(window.fresh({"tick", "tick", "tick"}), Lines{"tick"});
  EXPECT_EQ(window.fresh({"tick", "tick", "tock"}), Lines{"tock"});
}

TEST(LogWindow, EmptyAtFirstAndAfterANewContainer) {
  LogWindow window;
  EXPECT_EQ(window.fresh({}), Lines{});
  EXPECT_EQ(window.fresh({"a"}), Lines{"a"});
  EXPECT_EQ(window.fresh({}), Lines{});
  EXPECT_EQ(window.fresh({"b"}), Lines{"b"});
}

TEST(LinesOf, KeepsEmptyLines) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("a\n\nb"), (Lines{"a", "", "b"}));
  EXPECT_EQ(lines_of("a\n"), Lines{"a"});
}

}  // namespace
}  // namespace trinity::cli
