#include "executions/answer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace trinity::executions {
namespace {

namespace json = boost::json;

/// Of a task with this record.
Verdict verdict_of(unsigned status, std::string_view body, std::string_view id) {
  return executions::verdict_of(status, body, Reading{RunKind::task, task_execution(id)});
}

constexpr const char* whole = R"({"response":"12 issues","execution_log":[{"type":"system"},{"type":"result"}],
  "metadata":{"cost_usd":0.002,"input_tokens":9100,"output_tokens":40,"context_window":1000000},
  "session_id":"s","timestamp":"t"})";

TEST(Answer, ASuccessFillsTheRecord) {
  const auto made = verdict_of(200, whole, "id-1");
  EXPECT_EQ(made.status, 200U);
  const auto& ending = made.ending;
  EXPECT_TRUE(ending.success);
  EXPECT_EQ(ending.response, "12 issues");
  EXPECT_EQ(ending.error, std::nullopt);
  EXPECT_EQ(ending.context_used, 9100) << "what was generated is no context";
  EXPECT_EQ(ending.context_max, 1'000'000);
  EXPECT_EQ(ending.cost, 0.002);
  EXPECT_EQ(ending.execution_log, R"([{"type":"system"},{"type":"result"}])");
  EXPECT_EQ(ending.tool_calls, "[]");
}

TEST(Answer, WhatARunLeavesToAPersonIsRead) {
  EXPECT_EQ(verdict_of(200, R"({"response":"Done. Shall I go on?"})", "r").ending.wish, "Asks: Shall I go on?");
  EXPECT_EQ(verdict_of(200, R"({"response":"Done.","execution_log":[
      {"type":"result","permission_denials":[{"tool_name":"Bash"}]}]})",
                       "r")
                .ending.wish,
            "Was not permitted to use Bash");
  EXPECT_EQ(verdict_of(200, R"({"response":"Done.","execution_log":7})", "r").ending.wish, "");
  EXPECT_EQ(verdict_of(500, R"({"detail":"What?"})", "r").ending.wish, "") << "it failed";
}

TEST(Answer, TheClientGetsTheAgentsBodyAndTheRecordsId) {
  const auto body = json::parse(verdict_of(200, whole, "id-1").body).as_object();
  auto expected = json::parse(whole).as_object();
  expected["execution"] = json::object{{"task_execution_id", "id-1"}};
  EXPECT_EQ(body, expected);
  EXPECT_EQ(verdict_of(200, " { } \n", "x").body, R"( { "execution":{"task_execution_id":"x"}})");
  EXPECT_EQ(verdict_of(200, R"({"response":"}"})", "x").body,
            R"({"response":"}","execution":{"task_execution_id":"x"}})");
}

struct Odd {
  const char* what;
  const char* body;
};

TEST(Answer, OddFiguresNeverTurnASuccessIntoAFailure) {
  const Odd cases[] = {
      {"nothing at all", "{}"},
      {"nulls", R"({"response":null,"metadata":null,"execution_log":null})"},
      {"zeros", R"({"response":"r","metadata":{"input_tokens":0,"context_window":0,"cost_usd":0}})"},
      {"negative", R"({"metadata":{"input_tokens":-5,"context_window":-1,"cost_usd":-1}})"},
      {"texts", R"({"metadata":{"input_tokens":"many","context_window":[],"cost_usd":{}}})"},
      {"huge", R"({"metadata":{"input_tokens":1e300,"context_window":1e19,"cost_usd":1e308}})"},
      {"a log that is none", R"({"execution_log":"text"})"},
      {"odd lines", R"({"execution_log":[1,null,"x",{"message":5},{"message":{"content":[3]}}]})"},
  };
  for (const auto& odd : cases) {
    const auto made = verdict_of(200, odd.body, "id");
    EXPECT_TRUE(made.ending.success) << odd.what;
    EXPECT_EQ(made.status, 200U) << odd.what;
    EXPECT_TRUE(made.ending.response.has_value()) << odd.what;
    EXPECT_TRUE(made.ending.context_max.has_value()) << odd.what;
    EXPECT_NO_THROW((void)json::parse(made.body)) << odd.what << ": " << made.body;
  }
  EXPECT_EQ(verdict_of(200, cases[2].body, "id").ending.context_used, std::nullopt);
  EXPECT_EQ(verdict_of(200, cases[2].body, "id").ending.context_max, 200'000);
}

TEST(Answer, WhatIsNoJsonObjectIsAFailureWithAReason) {
  for (const auto* body : {"", "hello", "[]", "{\"response\":", "null", "\xff\xfe"}) {
    const auto made = verdict_of(200, body, "id");
    EXPECT_FALSE(made.ending.success) << body;
    EXPECT_EQ(made.status, 503U) << body;
    EXPECT_EQ(made.ending.error, "The agent's answer is not a JSON object") << body;
  }
}

TEST(Answer, AFailureKeepsTheAgentsReason) {
  EXPECT_EQ(verdict_of(500, R"({"detail":"no key"})", "id").ending.error, "no key");
  EXPECT_EQ(verdict_of(400, R"({"detail":[{"loc":["body"]}]})", "id").ending.error, R"([{"loc":["body"]}])");
  EXPECT_EQ(verdict_of(502, "<html>", "id").ending.error, "<html>");
  EXPECT_EQ(verdict_of(502, "", "id").ending.error, "The agent answered with status 502");
  EXPECT_EQ(verdict_of(502, std::string(900, 'y'), "id").ending.error->size(), 500U);
  EXPECT_EQ(verdict_of(500, R"({"detail":null})", "id").ending.error, "The agent answered with status 500");
  EXPECT_EQ(verdict_of(500, R"({"detail":"Execution terminated"})", "id").ending.error, terminated);
  EXPECT_EQ(verdict_of(500, "{}", "id").status, 503U);
  EXPECT_EQ(verdict_of(504, R"({"detail":"Task execution timed out after 7 seconds"})", "id").status, 504U);
  EXPECT_EQ(verdict_of(500, R"({"detail":")" + std::string(100'000, 'x') + "\"}", "id").ending.error->size(), 65'536U);
}

TEST(Answer, WhatAFailedRunSpentIsNotLost) {
  const auto made = verdict_of(
      500, R"({"detail":"broke","metadata":{"cost_usd":0.5,"input_tokens":7},"execution_log":[{"a":1}]})", "i");
  EXPECT_FALSE(made.ending.success);
  EXPECT_EQ(made.ending.cost, 0.5);
  EXPECT_EQ(made.ending.context_used, 7);
  EXPECT_EQ(made.ending.execution_log, R"([{"a":1}])");
  EXPECT_EQ(made.ending.response, std::nullopt);
}

TEST(Answer, ToolCallsComeFromTheTranscriptOrAsSent) {
  const auto* log = R"({"execution_log":[
    {"type":"assistant","timestamp":"t1","message":{"content":[{"type":"text","text":"x"},
      {"type":"tool_use","id":"a","name":"Bash","input":{"command":"ls"}}]}},
    {"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"a","content":"out","is_error":true},
      {"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"p"},{"type":"text","text":"q"}]}]}}]})";
  const auto calls = json::parse(*verdict_of(200, log, "id").ending.tool_calls).as_array();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].at("type"), "tool_use");
  EXPECT_EQ(calls[0].at("tool"), "Bash");
  EXPECT_EQ(calls[0].at("input").at("command"), "ls");
  EXPECT_EQ(calls[0].at("timestamp"), "t1");
  EXPECT_EQ(calls[1].at("tool"), "Bash");
  EXPECT_EQ(calls[1].at("output"), "out");
  EXPECT_EQ(calls[1].at("success"), false);
  EXPECT_EQ(calls[2].at("tool"), "Unknown");
  EXPECT_EQ(calls[2].at("output"), "pq");
  EXPECT_EQ(calls[2].at("success"), true);
  const auto sent = verdict_of(200, R"({"execution_log":[{}],"execution_log_simplified":[{"id":"z"}]})", "id");
  EXPECT_EQ(sent.ending.tool_calls, R"([{"id":"z"}])");
}

}  // namespace
}  // namespace trinity::executions
