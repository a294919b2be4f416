#include <csignal>
#include <thread>

#include "cli/interrupts.h"
#include "cli/run_printer.h"
#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kTopic = "execution:bot:r1";

json::object snapshot(const std::string& more = R"("log":[],"log_from":0,"partial":"")",
                      const std::string& status = "running") {
  return frame(fmt::format(
      R"({{"type":"subscribed","topic":"{}","seq":1,"snapshot":{{"name":"bot","execution":{{"id":"r1","status":"{}"}},{}}}}})",
      kTopic, status, more));
}
json::object event(const char* name, const std::string& data) {
  static int seq = 1;
  return frame(fmt::format(R"({{"event":"{}","topic":"{}","seq":{},"ts":"x","data":{}}})", name, kTopic, ++seq, data));
}
json::object text(int at, const std::string& piece) {
  return event("execution_text", json::serialize(json::object{{"at", at}, {"text", piece}}));
}
json::object entry(int index, const std::string& block) {
  return event(
      "execution_log_append",
      fmt::format(R"({{"index":{},"entries":[{{"type":"assistant","message":{{"content":[{}]}}}}]}})", index, block));
}
json::object said(int index, const std::string& what) {
  return entry(index, json::serialize(json::object{{"type", "text"}, {"text", what}}));
}
json::object finished() {
  return event("execution_finished", R"({"id":"r1","status":"success"})");
}

struct RunsTest : ProgramTest {
  RunsTest() {
    sign_in();
    server.answer("POST /api/agents/bot/chat", 202,
                  R"({"execution":{"id":"q1","task_execution_id":"r1","queue_status":"running","was_queued":false}})");
    server.answer("POST /api/agents/bot/task", 202, R"({"execution":{"id":null,"task_execution_id":"r1"}})");
  }
  void ends(const std::string& response, const std::string& status = "success", const std::string& error = "null") {
    server.answer("GET /api/agents/bot/executions/r1", 200,
                  fmt::format(R"({{"id":"r1","status":"{}","response":{},"error":{},"duration_ms":5231,"cost":0.0123,
                      "triggered_by":"manual","message":"hello","started_at":"2026-01-14T10:00:00","context_used":15230,
                      "context_max":200000}})",
                              status, json::serialize(json::value(response)), error));
  }
  void live(std::deque<FakeServer::Read> reads) { server.sockets.push_back(std::move(reads)); }
};

TEST_F(RunsTest, AChatPrintsItsAnswer) {
  live({snapshot(), text(0, "Hel"), finished()});
  ends("Hello\nthere");
  EXPECT_EQ(trinityctl({"chat", "bot", "say", "hello", "--model", "haiku"}), 0) << err;
  EXPECT_EQ(out, "Hello\nthere\n") << "a pipe gets the whole answer and nothing else";
  const auto& call = server.calls.front();
  EXPECT_EQ(json::parse(call.body), (json::object{{"message", "say hello"}, {"model", "haiku"}}));
  ASSERT_EQ(call.headers.size(), 2U);
  EXPECT_EQ(call.headers[0], "Prefer: respond-async");
  EXPECT_THAT(call.headers[1], testing::MatchesRegex("Idempotency-Key: [0-9a-f-]{36}"));
  EXPECT_EQ(server.sent.front().at("topics").at(0), kTopic);
}

TEST_F(RunsTest, ATerminalSeesItAsItIsWritten) {
  person_reads = true;
  live({snapshot(R"("log":[{"type":"system"}],"log_from":0,"partial":"I ")"), text(2, "look."), said(1, "I look."),
        text(0, ""), entry(2, R"({"type":"tool_use","name":"Bash","input":{"command":"ls\u001b[2J -la"}})"),
        text(0, "Two "), text(4, "files\nin it."), said(3, "Two files\nin it."), text(0, ""), finished()});
  ends("Two files\nin it.");
  EXPECT_EQ(trinityctl({"chat", "bot", "look"}), 0);
  EXPECT_EQ(out, "I look.\nTwo files\nin it.\n");
  EXPECT_THAT(err, HasSubstr("* Bash: ls -la"));
}

TEST_F(RunsTest, NothingIsPrintedTwiceAfterALostConnection) {
  person_reads = true;
  live({snapshot(), text(0, "One"), Fault(ExitCode::unreachable, "cut")});
  live({frame(fmt::format(R"({{"type":"resync","topic":"{}","seq":9,"snapshot":{{"execution":{{"status":"running"}},
      "log":[{{"type":"assistant","message":{{"content":[{{"type":"text","text":"One two"}}]}}}}],"log_from":0,
      "partial":"Three"}}}})",
                          kTopic)),
        said(0, "One two"), text(5, " four"), said(1, "Three four"), text(0, ""), finished()});
  ends("Three four");
  EXPECT_EQ(trinityctl({"chat", "bot", "count"}), 0);
  EXPECT_EQ(out, "One two\nThree four\n");
}

TEST_F(RunsTest, WithoutAStreamTheAnswerComesWhole) {
  person_reads = true;
  live({snapshot(), text(0, "Hel"), finished()});
  ends("Hello");
  EXPECT_EQ(trinityctl({"chat", "bot", "say", "--no-stream"}), 0);
  EXPECT_EQ(out, "Hello\n");
}

TEST_F(RunsTest, ARunThatFailsSaysWhy) {
  live({snapshot(R"("log":[],"partial":"")", "failed")});
  ends("", "failed", R"("Execution terminated by user")");
  EXPECT_EQ(trinityctl({"task", "bot", "work"}), 1);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("Execution terminated by user"));
  live({snapshot(R"("log":[],"partial":"")", "failed")});
  EXPECT_EQ(trinityctl({"task", "bot", "work", "--json"}), 1);
  EXPECT_EQ(json::parse(out).at("error"), "Execution terminated by user");
}

TEST_F(RunsTest, WhoWaitsIsTold) {
  server.answers["POST /api/agents/bot/chat"].clear();
  server.answer("POST /api/agents/bot/chat", 202,
                R"({"execution":{"id":"q1","task_execution_id":"r1","queue_status":"queued:2","was_queued":true}})");
  live({snapshot(), finished()});
  ends("done");
  EXPECT_EQ(trinityctl({"chat", "bot", "x"}), 0);
  EXPECT_THAT(err, HasSubstr("number 2 in its line"));
}

TEST_F(RunsTest, RefusalsAreToldInTheServersWords) {
  server.answers["POST /api/agents/bot/chat"].clear();
  server.answer("POST /api/agents/bot/chat", 429, R"({"detail":{"error":"Agent queue is full","queue_length":3}})");
  EXPECT_EQ(trinityctl({"chat", "bot", "x"}), 1);
  EXPECT_THAT(err, HasSubstr("Agent queue is full"));
  server.answer("POST /api/agents/gone/task", 404, R"({"detail":"Agent not found"})");
  EXPECT_EQ(trinityctl({"task", "gone", "x"}), 4);
}

TEST_F(RunsTest, ALostAnswerDoesNotStartItTwice) {
  server.answers.erase("POST /api/agents/bot/task");
  EXPECT_EQ(trinityctl({"task", "bot", "x", "-d"}), 5);
  ASSERT_EQ(server.calls.size(), 2U);
  EXPECT_EQ(server.calls[0].headers, server.calls[1].headers) << "the same key";
  EXPECT_THAT(waits, ElementsAre(1));
}

TEST_F(RunsTest, ServersThatSendNoRunsLiveAreAsked) {
  live({frame(
      fmt::format(R"({{"type":"subscribe_error","topic":"{}","status":404,"detail":"Unknown topic"}})", kTopic))});
  ends("", "running");
  ends("Hello");
  EXPECT_EQ(trinityctl({"chat", "bot", "x"}), 0) << err;
  EXPECT_EQ(out, "Hello\n");
  EXPECT_THAT(waits, ElementsAre(2));
}

TEST_F(RunsTest, MessagesComeFromStandardInputToo) {
  for (const auto& words : {std::vector<std::string>{"chat", "bot"}, {"chat", "bot", "-"}}) {
    live({snapshot(), finished()});
    ends("ok");
    EXPECT_EQ(trinityctl(words, "a\nb\n"), 0);
    EXPECT_EQ(json::parse(server.calls[server.calls.size() - 2].body).at("message"), "a\nb\n");
  }
  EXPECT_EQ(trinityctl({"task", "bot", "-"}, " \n"), 2);
  EXPECT_EQ(trinityctl({"task", "bot", "-"}, std::string(512 * 1024 + 1, 'x')), 2);
  person_types = true;
  EXPECT_EQ(trinityctl({"task", "bot"}), 2) << "nobody would know what to type";
}

TEST_F(RunsTest, AConversationGoesOnAfterATurnThatFailed) {
  person_types = person_reads = true;
  live({snapshot(), text(0, "One"), said(0, "One"), text(0, ""), finished()});
  live({snapshot(R"("log":[],"partial":"")", "failed")});
  live({snapshot(), text(0, "Three"), finished()});
  ends("One");
  ends("", "failed", R"("the model is away")");
  ends("Three");
  EXPECT_EQ(trinityctl({"chat", "bot"}, "first\n\nsecond\nthird"), 0);
  EXPECT_EQ(out, "One\nThree\n");
  EXPECT_THAT(err, HasSubstr("the model is away"));
  EXPECT_EQ(server.count("POST /api/agents/bot/chat"), 3U);
}

TEST_F(RunsTest, ATaskTakesItsOptions) {
  EXPECT_EQ(trinityctl({"task", "bot", "work", "--model", "haiku", "--tools", "Read,Bash", "--max-turns", "3",
                        "--timeout", "60", "--system-prompt", "Be brief", "--detach"}),
            0);
  EXPECT_EQ(out, "r1\n");
  EXPECT_EQ(json::parse(server.calls.back().body), json::parse(R"({"message":"work","model":"haiku",
      "allowed_tools":["Read","Bash"],"system_prompt":"Be brief","max_turns":3,"timeout_seconds":60})"));
  EXPECT_EQ(trinityctl({"task", "bot", "work", "-d", "--json"}), 0);
  EXPECT_EQ(json::parse(out), (json::object{{"id", "r1"}, {"agent_name", "bot"}}));
  for (const auto* bad : {"--max-turns=0", "--timeout=7201", "--timeout=x"})
    EXPECT_EQ(trinityctl({"task", "bot", "work", bad}), 2) << bad;
}

TEST_F(RunsTest, RunsAreListed) {
  const std::string rows = R"([{"id":"r2","status":"running","started_at":"2020-01-14T10:00:00","message":"two\nlines",
      "triggered_by":"agent"},{"id":"r1","status":"failed","started_at":"2020-01-14T10:00:00","message":"x",
      "triggered_by":"manual","duration_ms":61500,"cost":0.5}])";
  server.answer("GET /api/agents/bot/executions?limit=20", 200, rows);
  EXPECT_EQ(trinityctl({"executions", "bot"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("ID "));
  EXPECT_THAT(out, HasSubstr("two lines"));
  EXPECT_THAT(out, HasSubstr("0.5000"));
  EXPECT_THAT(out, HasSubstr("1m"));
  server.answer("GET /api/agents/bot/executions?limit=5&filter_status=failed", 200, rows);
  EXPECT_EQ(trinityctl({"runs", "bot", "-n", "5", "--status", "failed", "--json"}), 0);
  EXPECT_EQ(json::parse(out).as_array().size(), 1U);
  server.answer("GET /api/agents/bot/executions?limit=1", 200, "[]");
  EXPECT_EQ(trinityctl({"executions", "bot", "-n", "1"}), 0);
  EXPECT_EQ(out, "");
  EXPECT_EQ(trinityctl({"executions"}), 2);
  EXPECT_EQ(trinityctl({"executions", "bot", "-n", "501"}), 2);
  EXPECT_EQ(trinityctl({"executions", "bot", "--status", "odd"}), 2);
}

TEST_F(RunsTest, OneRunIsShown) {
  ends("Hello\nthere");
  EXPECT_EQ(trinityctl({"executions", "show", "bot", "r1"}), 0) << err;
  for (const auto* part : {"status   success", "took     5.2s", "cost     0.0123 USD",
                           "context  15230 of 200000 tokens", "\nhello\n", "\nHello\nthere\n"})
    EXPECT_THAT(out, HasSubstr(part));
  EXPECT_THAT(out, Not(HasSubstr("error")));
  EXPECT_EQ(trinityctl({"executions", "show", "bot", "r1", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("id"), "r1");
  live({snapshot(), finished()});
  EXPECT_EQ(trinityctl({"executions", "show", "bot", "r1", "--follow"}), 0);
  EXPECT_EQ(out, "Hello\nthere\n");
  server.answer("GET /api/agents/bot/executions/r1/log", 200,
                R"({"has_log":true,"log":[{"type":"system"},{"type":"result"}]})");
  EXPECT_EQ(trinityctl({"executions", "show", "bot", "r1", "--log"}), 0);
  EXPECT_EQ(out, "{\"type\":\"system\"}\n{\"type\":\"result\"}\n");
  server.answer("GET /api/agents/bot/executions/r2/log", 200,
                R"({"has_log":false,"log":null,"message":"No transcript was stored"})");
  EXPECT_EQ(trinityctl({"executions", "show", "bot", "r2", "--log"}), 1);
  EXPECT_THAT(err, HasSubstr("No transcript was stored"));
}

TEST_F(RunsTest, RunsAreFollowed) {
  const auto told = [](const char* name, const char* status) {
    return frame(fmt::format(R"({{"event":"{}","topic":"agent:bot:executions","seq":2,"data":{{"name":"bot","id":"r1",
        "status":"{}","message":"work","started_at":"2020-01-14T10:00:00"}}}})",
                             name, status));
  };
  live({frame(R"({"type":"subscribed","topic":"agent:bot:executions","seq":1,"snapshot":{"executions":[]}})"),
        told("execution_started", "running"), told("agent_queue_update", "x"), told("execution_finished", "success")});
  EXPECT_EQ(trinityctl({"executions", "bot", "--follow"}), 1);
  EXPECT_EQ(std::ranges::count(out, '\n'), 3) << out;
  EXPECT_THAT(err, HasSubstr("end of script"));
}

TEST_F(RunsTest, TheJournalIsATable) {
  server.answer(
      "GET /api/audit?limit=5&agent=bot&object=credential%3Ak1", 200,
      R"({"next":null,"lost":0,"entries":[{"id":2,"at":"2026-01-15T10:20:30.123456","request_id":"r","user":"ann",
                   "user_id":3,"by":"agent_key","by_agent":"helper","action":"credential_assign",
                   "object_kind":"credential","object_id":"k1","agent":"bot","result":"ok","detail":{"name":"A_KEY"}}]})");
  EXPECT_EQ(trinityctl({"audit", "-n", "5", "--agent", "bot", "--object", "credential:k1"}), 0);
  for (const auto* part : {"2026-01-15T10:20:30", "helper (ann)", "credential_assign", "credential k1", "name=A_KEY"})
    EXPECT_THAT(out, HasSubstr(part));
  server.answer("GET /api/audit?limit=50", 200, R"({"next":null,"lost":0,"entries":[]})");
  EXPECT_EQ(trinityctl({"audit"}), 0);
  EXPECT_EQ(out, "");
  EXPECT_NE(trinityctl({"audit", "-n", "0"}), 0);
}

TEST_F(RunsTest, StoppingOneAndAll) {
  server.answer("POST /api/agents/bot/executions/r1/terminate", 200, R"({"status":"terminated","execution_id":"r1"})");
  EXPECT_EQ(trinityctl({"executions", "stop", "bot", "r1"}), 0);
  EXPECT_EQ(out, "Stopped.\n");
  server.answer("POST /api/ops/runs/stop", 200, R"({"halted":true,"runs_stopped":3,"waiting_dropped":1})");
  EXPECT_EQ(trinityctl({"stop-all", "--reason", "too dear"}), 0);
  EXPECT_EQ(out, "All runs are stopped: 3 ended, 1 that waited were dropped.\n");
  EXPECT_EQ(json::parse(server.calls.back().body), (json::object{{"reason", "too dear"}}));
  EXPECT_EQ(trinityctl({"stop-all", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("runs_stopped"), 3);
  server.answer("POST /api/ops/runs/resume", 200, R"({"halted":false})");
  EXPECT_EQ(trinityctl({"resume-all"}), 0);
  EXPECT_EQ(out, "Runs may start again.\n");
}

TEST_F(RunsTest, TheVaultIsLookedAtAndItsKeyReplaced) {
  server.answer("GET /api/vault", 200,
                R"({"backend":"redis","key_id":"0011","key_source":"file","secrets":12,"older":3})");
  EXPECT_EQ(trinityctl({"vault", "status"}), 0);
  EXPECT_THAT(out,
              HasSubstr("Credentials are in redis. 12 secrets are sealed; the newest key is 0011, from the file."));
  EXPECT_THAT(out, HasSubstr("3 are not under that key yet."));
  EXPECT_EQ(trinityctl({"vault", "status", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("older"), 3);
  server.answer("POST /api/vault/rotate", 200, R"({"key_id":"2233","rewrapped":12})");
  EXPECT_EQ(trinityctl({"vault", "rotate"}), 0);
  EXPECT_EQ(out, "The key is 2233 now; 12 secrets were sealed anew.\n");
  EXPECT_EQ(trinityctl({"vault"}), 2);
}

TEST(Interrupts, TheFirstOneCallsAndTheProgramGoesOn) {
  std::atomic<int> called{0};
  {
    const Interrupts interrupts([&] { ++called; });
    ::kill(::getpid(), SIGINT);
    for (int i = 0; i < 1'000 && called == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(called, 1);
  }
  sigset_t held;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &held);
  EXPECT_EQ(sigismember(&held, SIGINT), 0) << "as it was before";
}

TEST(InterruptsDeathTest, TheSecondOneLeaves) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Interrupts interrupts([] { ::kill(::getpid(), SIGINT); });
        ::kill(::getpid(), SIGINT);
        std::this_thread::sleep_for(std::chrono::seconds(20));
      },
      testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace trinity::cli
