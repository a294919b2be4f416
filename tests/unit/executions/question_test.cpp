#include "executions/question.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "executions/ends.h"

namespace trinity::executions {
namespace {

namespace json = boost::json;

struct Case {
  const char* answer;
  const char* question;
};

TEST(Question, HoldsNoSecrets) {
  EXPECT_EQ(question_in("Is A_TOKEN=abcdefgh right?").find("abcdefgh"), std::string::npos);
}

TEST(Question, IsTheLastSentenceOfAnAnswer) {
  const Case cases[] = {
      {"", ""},
      {"Done.", ""},
      {"?", "?"},
      {"Which branch should I use?", "Which branch should I use?"},
      {"I looked around. Which branch should I use?", "Which branch should I use?"},
      {"Did it work? Yes.", ""},
      {"Is v1.2 right? Or v1.3?", "Or v1.3?"},
      {"First line.\n\nShall I go on?\n", "Shall I go on?"},
      {"**Shall I go on?**", "Shall I go on?"},
      {"> Shall I go on? ", "Shall I go on?"},
      {"She asked \"Shall I go on?\"", "She asked \"Shall I go on?"},
      {"(Shall I go on?)", "Shall I go on?"},
      {"\xe7\xbb\xa7\xe7\xbb\xad\xe5\x90\x97\xef\xbc\x9f", "\xe7\xbb\xa7\xe7\xbb\xad\xe5\x90\x97\xef\xbc\x9f"},
      {"Which one?\n\n1. The old one\n2. The new one", "Which one?"},
      {"Which one?\n- The old one\n- The new one.\n", "Which one?"},
      {"What I did:\n- One thing\n- Another thing", ""},
      {"What I did?\nThis:\n- One thing", ""},
      {"a) One\nb) Two", ""},
      {"- One\n- Two?", "Two?"},
      {"See https://example.org/?q=1", ""},
      {"Use `x ? y : z`.", ""},
  };
  for (const auto& [answer, question] : cases) EXPECT_EQ(question_in(answer), question) << answer;
}

TEST(Question, IsOneLineOfBoundedLength) {
  const auto found = question_in("Shall I " + std::string(5'000, 'x') + "\tgo on?");
  EXPECT_LE(found.size(), longest_question + 3);
  std::string wide;
  for (int i = 0; i < 3'000; ++i) wide += "\xc3\xa9";
  const auto cut = question_in(wide + "?");
  EXPECT_FALSE(cut.empty());
  EXPECT_EQ(to_utf8(cut), cut);
}

std::string wish(const char* lines, const char* answer = "Done.") {
  return wish_of(json::parse(lines).as_array(), answer);
}

TEST(Wish, ComesFromTheLastCallTheDenialsOrTheAnswer) {
  EXPECT_EQ(wish("[]"), "");
  EXPECT_EQ(wish("[]", "Shall I?"), "Asks: Shall I?");
  const auto* asked = R"([{"type":"assistant","message":{"content":[{"type":"text","text":"a"},
      {"type":"tool_use","id":"1","name":"AskUserQuestion","input":{"questions":[{"question":"Which one?"}]}}]}},
      {"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"1"}]}},
      {"type":"assistant","message":{"content":[{"type":"text","text":"I wait."}]}},
      {"type":"result","permission_denials":[{"tool_name":"AskUserQuestion"}]}])";
  EXPECT_EQ(wish(asked, "I wait."), "Asks: Which one?");
  EXPECT_EQ(wish(R"([{"type":"assistant","message":{"content":[{"type":"tool_use","name":"ExitPlanMode"}]}}])"),
            "Wants its plan to be approved");
  EXPECT_EQ(wish(R"([{"type":"assistant","message":{"content":[{"type":"tool_use","name":"AskUserQuestion"}]}}])"),
            "Asks a question");
}

TEST(Wish, AQuestionThatWasFollowedByWorkIsNotTheEnd) {
  EXPECT_EQ(wish(R"([{"type":"assistant","message":{"content":[{"type":"tool_use","name":"AskUserQuestion"}]}},
      {"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash"}]}}])"),
            "");
}

TEST(Wish, NamesWhatWasNotPermitted) {
  EXPECT_EQ(wish(R"([{"type":"result","permission_denials":[]}])"), "");
  EXPECT_EQ(wish(R"([{"type":"result","permission_denials":[{"tool_name":"Bash"},{"tool_name":"Write"},
      {"tool_name":"Bash"}]}])"),
            "Was not permitted to use Bash, Write");
  EXPECT_EQ(wish(R"([{"type":"result","permission_denials":[{"tool_name":"A"},{"tool_name":"B"},{"tool_name":"C"},
      {"tool_name":"D"}]}])"),
            "Was not permitted to use A, B, C and others");
}

TEST(Wish, TakesAnyJson) {
  for (const auto* lines :
       {"[1,null,\"a\",[],{}]", R"([{"type":"result","permission_denials":{}}])",
        R"([{"type":"result","permission_denials":[1,{"tool_name":2}]}])", R"([{"type":"assistant","message":1}])",
        R"([{"type":"assistant","message":{"content":[1,{"type":"tool_use"}]}}])",
        R"([{"type":"assistant","message":{"content":{"type":"tool_use"}}}])"})
    EXPECT_EQ(wish(lines), "") << lines;
  EXPECT_EQ(wish(R"([{"type":"assistant","message":{"content":[{"type":"tool_use","name":"AskUserQuestion",
      "input":{"questions":[{"question":7}]}}]}}])"),
            "Asks a question");
}

TEST(EndedByPerson, ByTheReasonInTheRecord) {
  for (const auto* wanted :
       {"Execution terminated by user", "Request was removed from the agent's queue",
        "The caller went away while the request waited", "Agent is not running",
        "Agent not reachable: the agent was stopped", "Agent not reachable: the agent was deleted",
        "All runs are stopped by admin since 2026-01-14 10:09 UTC; an administrator can resume them",
        "The daily budget of agent 'bot' is used up (1.00 of 1.00 USD). New runs start at 00:00 UTC."})
    EXPECT_TRUE(ended_by_person(wanted)) << wanted;
  for (const auto* failure :
       {"", "Execution terminated", "Agent not reachable: its container ended",
        "Agent not reachable: its container ran out of memory", "Agent not reachable: its daemon does not answer",
        "Task execution timed out after 5 seconds", "Server restarted during execution", "Agent queue wait timed out",
        "API Error: 400 The request was refused"})
    EXPECT_FALSE(ended_by_person(failure)) << failure;
}

}  // namespace
}  // namespace trinity::executions
