// Chat turns and tasks through a program that stands in for the real `claude`: it notes how it was called and prints
// what its message asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <csignal>

#include "unit/agentd/agent_fixture.h"
#include "unit/agentd/reading.h"

namespace trinity::agentd {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Variables of this process for the time of a test: agentd takes its own from there.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* before = ::getenv(name_.c_str())) before_ = before;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_.c_str(), before_->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

constexpr const char* kProgram = R"(#!/bin/bash
message=$(cat)
echo "$*" >> calls
case "$message" in
  *wait*) echo '{"type":"system","subtype":"init","session_id":"s-wait","model":"m"}'
          echo '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"sleep 300"}}]}}'
          sleep 300 & echo $! > child; wait ;;
  *stubborn*) trap '' INT; echo $$ > child; while :; do sleep 0.1; done ;;
  *fail*) echo "it broke" >&2; exit 3 ;;
  *quiet*) exit 0 ;;
  *)
    case "$*" in *s-old*) echo 'No conversation found with session ID: s-old' >&2; exit 1 ;; esac
    session=s-$(cat calls | wc -l)
    echo '{"type":"system","subtype":"init","session_id":"'$session'","model":"m"}'
    echo '{"type":"assistant","message":{"usage":{"input_tokens":100,"cache_read_input_tokens":900,"output_tokens":10},"content":[{"type":"tool_use","id":"t-'$session'","name":"Read","input":{"file_path":"/home/developer/a/b.txt"}}]}}'
    echo '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t-'$session'","content":"inside"}]}}'
    echo '{"type":"result","subtype":"success","is_error":false,"result":"re: '$message'","session_id":"'$session'","total_cost_usd":0.5,"num_turns":2,"duration_ms":7,"usage":{"input_tokens":200,"output_tokens":20},"modelUsage":{"m":{"outputTokens":20,"contextWindow":100000}}}' ;;
esac
)";

class TurnsTest : public AgentTest {
 protected:
  TurnsTest()
      : path_("PATH", (files_.path() / "bin").string() + ":" + ::getenv("PATH")), key_("ANTHROPIC_API_KEY", "k") {
    const auto program = files_.write("bin/claude", kProgram);
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }
  http::ClientResponse task(std::string body) { return call(http::Method::post, "/api/task", std::move(body)); }
  http::ClientResponse terminate(const std::string& id) {
    return call(http::Method::post, "/api/executions/" + id + "/terminate");
  }
  boost::json::value session() { return json_of(get("/api/chat/session")); }
  std::string calls() { return text_of(home_.path() / "calls"); }
  bool child_runs() {
    const auto text = text_of(home_.path() / "child");
    if (text.empty()) return false;
    const auto stat = text_of("/proc/" + std::to_string(std::stoi(text)) + "/stat");
    return !stat.empty() && stat.find(") Z") == std::string::npos;
  }

  Variable path_;
  Variable key_;
};

TEST_F(TurnsTest, ChatGoesOnWithItsOwnConversation) {
  start();
  const auto first = chat(R"({"message":"one"})");
  ASSERT_EQ(first.status, 200U) << first.body;
  const auto answer = json_of(first);
  EXPECT_EQ(answer.at("response"), "re: one");
  EXPECT_EQ(answer.at_pointer("/metadata/input_tokens"), 1000);
  EXPECT_EQ(answer.at_pointer("/metadata/output_tokens"), 20);
  EXPECT_EQ(answer.at_pointer("/metadata/cost_usd"), 0.5);
  EXPECT_EQ(answer.at_pointer("/metadata/session_id"), "s-1");
  EXPECT_EQ(answer.at("execution_log").as_array().size(), 4U);
  EXPECT_EQ(answer.at("execution_log_simplified").as_array().size(), 2U);
  // A task in between is not part of it.
  ASSERT_EQ(task(R"({"message":"beside"})").status, 200U);
  ASSERT_EQ(chat(R"({"message":"two"})").status, 200U);
  EXPECT_THAT(calls(), HasSubstr("--resume s-1\n"));
  EXPECT_THAT(calls(), Not(HasSubstr("--resume s-2")));
  const auto card = session();
  EXPECT_EQ(card.at("message_count"), 4);
  EXPECT_EQ(card.at("total_cost_usd"), 0.5);  // the program reports the total of its conversation
  EXPECT_EQ(card.at("context_tokens"), 1010);
  EXPECT_EQ(card.at("context_window"), 100'000);
  EXPECT_EQ(card.at("context_percent").to_number<double>(), 1.0);
  const auto history = json_of(get("/api/chat/history")).as_array();
  ASSERT_EQ(history.size(), 4U);
  EXPECT_EQ(history[0].at("role"), "user");
  EXPECT_EQ(history[3].at("content"), "re: two");
}

TEST_F(TurnsTest, TheConversationSurvivesARestartAndEndsWithAReset) {
  start();
  ASSERT_EQ(chat(R"({"message":"one"})").status, 200U);
  agent_->stop();
  start();
  ASSERT_TRUE(comes_true([&] { return session().at("message_count") == 2; }));
  ASSERT_EQ(chat(R"({"message":"two"})").status, 200U);
  EXPECT_THAT(calls(), HasSubstr("--resume s-1\n"));
  const auto state = home_.path() / ".trinity/agentd-state.json";
  EXPECT_EQ(std::filesystem::status(state).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto reset = json_of(call(http::Method::del, "/api/chat/history"));
  EXPECT_EQ(reset.at("session_reset"), true);
  EXPECT_EQ(reset.at_pointer("/session/message_count"), 0);
  ASSERT_EQ(chat(R"({"message":"three"})").status, 200U);
  EXPECT_FALSE(calls().ends_with("--resume s-2\n"));
  EXPECT_EQ(json_of(get("/api/chat/history")).as_array().size(), 2U);
}

TEST_F(TurnsTest, AConversationThatTheProgramForgotIsBegunAnew) {
  home_.write(".trinity/agentd-state.json",
              R"({"runtime":"claude-code","conversation":{"id":"s-old"},"message_count":6,"history":7})");
  start();
  const auto answer = chat(R"({"message":"one"})");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_THAT(calls(), HasSubstr("--resume s-old\n"));
  EXPECT_EQ(session().at("message_count"), 8);
}

TEST_F(TurnsTest, FailuresNameTheirCauseAndLeaveNoMessage) {
  start();
  auto answer = chat(R"({"message":"fail"})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(json_of(answer).at("detail"), "Claude Code execution failed: it broke ");
  answer = chat(R"({"message":"quiet"})");
  EXPECT_EQ(json_of(answer).at("detail"), "Claude Code returned empty response");
  answer = task(R"({"message":"fail"})");
  EXPECT_EQ(json_of(answer).at("detail"), "Task execution failed: it broke ");
  answer = task(R"({"message":"quiet"})");
  EXPECT_EQ(json_of(answer).at("detail"), "Task returned empty response");
  EXPECT_EQ(session().at("session_started"), false);
  EXPECT_TRUE(json_of(get("/api/chat/history")).as_array().empty());
}

TEST_F(TurnsTest, WithoutKeyASignInByTerminalIsEnough) {
  const Variable none("ANTHROPIC_API_KEY", "");
  start();
  const auto answer = chat(R"({"message":"one"})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(answer.body, R"({"detail":"ANTHROPIC_API_KEY not configured in agent container"})");
  home_.write(".claude/.credentials.json", "{}");
  EXPECT_EQ(chat(R"({"message":"one"})").status, 200U);
}

TEST_F(TurnsTest, AProgramThatIsInstalledLaterIsFound) {
  const auto program = files_.path() / "bin/claude";
  const auto away = files_.path() / "away";
  std::filesystem::rename(program, away);
  const Variable only("PATH", (files_.path() / "bin").string() + ":/usr/bin:/bin");
  start();
  EXPECT_EQ(chat(R"({"message":"one"})").status, 503U);
  EXPECT_EQ(health().at("runtime_available"), false);
  std::filesystem::rename(away, program);
  EXPECT_EQ(chat(R"({"message":"one"})").status, 200U);
  EXPECT_EQ(health().at("runtime_available"), true);
  EXPECT_EQ(json_of(get("/api/agent/info")).at("claude_version"), "available");
}

TEST_F(TurnsTest, TasksTakeModelToolsPromptAndTurns) {
  config_.model = "opus";
  start();
  const auto answer = task(
      R"({"message":"x","allowed_tools":["Read"],"system_prompt":"Be brief","max_turns":3,"execution_id":"run-1"})");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  const auto json = json_of(answer);
  EXPECT_EQ(json.at("session_id"), "s-1");
  EXPECT_EQ(json.at_pointer("/metadata/execution_id"), "run-1");
  EXPECT_FALSE(json.as_object().contains("session"));
  EXPECT_THAT(calls(), HasSubstr("--model opus --tools Read --allowedTools Read --disallowedTools mcp__* "
                                 "--append-system-prompt Be brief --max-turns 3"));
  ASSERT_EQ(task(R"({"message":"x","model":"haiku"})").status, 200U);
  EXPECT_THAT(calls(), HasSubstr("--model haiku"));
  EXPECT_EQ(session().at("message_count"), 0);
  EXPECT_EQ(session().at("model"), "opus");
}

TEST_F(TurnsTest, BadTasksNameTheField) {
  start();
  const std::pair<const char*, const char*> cases[] = {
      {R"({"message":"x","allowed_tools":["--help"]})", R"("allowed_tools",0)"},
      {R"({"message":"x","allowed_tools":["a,b"]})", R"("allowed_tools",0)"},
      {R"({"message":"x","allowed_tools":"Read"})", "allowed_tools"},
      {R"({"message":"x","max_turns":0})", "max_turns"},
      {R"({"message":"x","timeout_seconds":-1})", "timeout_seconds"},
      {R"({"message":"x","system_prompt":"\u0000"})", "system_prompt"},
      {R"({"message":"x","model":"-m"})", "model"},
  };
  for (const auto& [body, field] : cases) {
    const auto answer = task(body);
    EXPECT_EQ(answer.status, 422U) << body;
    EXPECT_THAT(answer.body, HasSubstr(field)) << body;
  }
}

TEST_F(TurnsTest, RunningRunsAreListedAndTerminated) {
  start();
  const auto run = begin("/api/task", R"({"message":"wait \u00e9 for it","execution_id":"run-1"})");
  ASSERT_TRUE(comes_true([&] { return get("/api/executions/run-1/status").status == 200U && child_runs(); }));
  const auto list = json_of(get("/api/executions/running")).at("executions").as_array();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].at("execution_id"), "run-1");
  EXPECT_EQ(list[0].at_pointer("/metadata/type"), "task");
  EXPECT_EQ(list[0].at_pointer("/metadata/message_preview"), "wait \u00e9 for it");
  EXPECT_TRUE(list[0].at("started_at").as_string().ends_with("Z"));
  const auto status = json_of(get("/api/executions/run-1/status"));
  EXPECT_EQ(status.at("running"), true);
  EXPECT_TRUE(status.at("returncode").is_null());
  EXPECT_EQ(task(R"({"message":"x","execution_id":"run-1"})").status, 409U);
  ASSERT_TRUE(comes_true([&] { return json_of(get("/api/activity")).at("status") == "running"; }));
  EXPECT_EQ(json_of(get("/api/activity")).at_pointer("/active_tool/input_summary"), "sleep 300");

  const auto ended = json_of(terminate("run-1"));
  EXPECT_EQ(ended.at("status"), "terminated");
  EXPECT_EQ(ended.at("signal"), "SIGINT");
  const auto answer = await(run);
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(json_of(answer).at("detail"), "Execution terminated");
  EXPECT_EQ(json_of(answer).at("execution_log").as_array().size(), 3U);
  EXPECT_TRUE(comes_true([&] { return !child_runs(); })) << "its children end with it";
  EXPECT_EQ(get("/api/executions/run-1/status").status, 404U);
  EXPECT_EQ(terminate("run-1").status, 404U);
  const auto activity = json_of(get("/api/activity"));
  EXPECT_EQ(activity.at("status"), "idle");
  EXPECT_EQ(activity.at_pointer("/timeline/0/success"), false);
  EXPECT_EQ(activity.at_pointer("/timeline/0/execution_id"), "run-1");
}

TEST_F(TurnsTest, AStubbornProgramIsKilled) {
  start();
  const auto run = begin("/api/task", R"({"message":"stubborn","execution_id":"run-1"})");
  ASSERT_TRUE(comes_true([&] { return child_runs(); }));
  const auto since = steady_now();
  const auto ended = json_of(terminate("run-1"));
  EXPECT_GE(steady_now() - since, std::chrono::seconds(5));
  EXPECT_LT(steady_now() - since, std::chrono::seconds(7));
  EXPECT_EQ(ended.at("status"), "terminated");
  EXPECT_EQ(ended.at("signal"), "SIGKILL");
  EXPECT_EQ(ended.at("returncode"), -SIGKILL);
  EXPECT_EQ(await(run).status, 500U);
}

TEST_F(TurnsTest, AWaitingChatGivesUpItsPlace) {
  start();
  const auto first = begin("/api/chat", R"({"message":"wait","execution_id":"run-1"})");
  ASSERT_TRUE(comes_true([&] { return child_runs(); }));
  const auto second = begin("/api/chat", R"({"message":"x","execution_id":"run-2"})");
  ASSERT_TRUE(comes_true([&] { return terminate("run-2").status == 200U; }));
  const auto answer = await(second);
  EXPECT_EQ(answer.status, 500U);
  EXPECT_THAT(answer.body, HasSubstr("Execution terminated"));
  EXPECT_EQ(terminate("run-1").status, 200U);
  EXPECT_EQ(await(first).status, 500U);
  EXPECT_THAT(calls(), Not(HasSubstr("--resume")));
}

TEST_F(TurnsTest, TasksHaveATimeLimitThatEndsEverything) {
  start();
  const auto answer = task(R"({"message":"wait","timeout_seconds":1})");
  EXPECT_EQ(answer.status, 504U);
  EXPECT_EQ(json_of(answer).at("detail"), "Task execution timed out after 1 seconds");
  EXPECT_TRUE(comes_true([&] { return !child_runs(); }));
}

TEST_F(TurnsTest, TooManyTasksAreRefused) {
  config_.most_tasks = 1;
  start();
  const auto run = begin("/api/task", R"({"message":"wait","execution_id":"run-1"})");
  ASSERT_TRUE(comes_true([&] { return child_runs(); }));
  const auto answer = task(R"({"message":"x"})");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body, R"({"detail":"Too many parallel tasks"})");
  EXPECT_TRUE(answer.headers.find("Retry-After"));
  EXPECT_EQ(chat(R"({"message":"x"})").status, 200U) << "a chat runs beside tasks";
  EXPECT_EQ(terminate("run-1").status, 200U);
  (void)await(run);
}

TEST_F(TurnsTest, ModelsAreChosenAndChecked) {
  start();
  EXPECT_EQ(json_of(get("/api/model")).at("model"), "sonnet");
  EXPECT_EQ(call(http::Method::put, "/api/model", R"({"model":"opus"})").status, 200U);
  EXPECT_EQ(json_of(get("/api/model")).at("model"), "opus");
  const auto bad = call(http::Method::put, "/api/model", R"({"model":"gpt"})");
  EXPECT_EQ(bad.status, 400U);
  EXPECT_THAT(bad.body, HasSubstr("Invalid Claude model: gpt."));
  ASSERT_EQ(chat(R"({"message":"x"})").status, 200U);
  EXPECT_THAT(calls(), HasSubstr("--model opus"));
  ASSERT_EQ(chat(R"({"message":"x","model":"haiku"})").status, 200U);
  EXPECT_EQ(json_of(get("/api/model")).at("model"), "haiku");
}

TEST_F(TurnsTest, ActivityTellsEveryCall) {
  start();
  ASSERT_EQ(chat(R"({"message":"x"})").status, 200U);
  ASSERT_EQ(task(R"({"message":"x"})").status, 200U);
  const auto activity = json_of(get("/api/activity"));
  EXPECT_EQ(activity.at("status"), "idle");
  EXPECT_TRUE(activity.at("active_tool").is_null());
  EXPECT_EQ(activity.at_pointer("/tool_counts/Read"), 2);
  EXPECT_EQ(activity.at_pointer("/totals/calls"), 2);
  EXPECT_EQ(activity.at_pointer("/timeline/0/id"), "t-s-2");
  EXPECT_EQ(activity.at_pointer("/timeline/0/input_summary"), ".../a/b.txt");
  EXPECT_EQ(activity.at_pointer("/timeline/0/output_summary"), "inside");
  const auto call_ = json_of(get("/api/activity/t-s-1"));
  EXPECT_EQ(call_.at("output"), "inside");
  EXPECT_EQ(call_.at_pointer("/input/file_path"), "/home/developer/a/b.txt");
  const auto none = get("/api/activity/nothing");
  EXPECT_EQ(none.status, 404U);
  EXPECT_EQ(none.body, R"({"detail":"Tool call nothing not found"})");
  EXPECT_EQ(json_of(call(http::Method::del, "/api/activity")).at("status"), "cleared");
  EXPECT_TRUE(json_of(get("/api/activity")).at("timeline").as_array().empty());
  EXPECT_EQ(session().at("message_count"), 2);
}

}  // namespace
}  // namespace trinity::agentd
