// What the real command lines print, against what we make of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "agentd/runtime/claude_lines.h"
#include "agentd/runtime/codex_lines.h"
#include "agentd/runtime/gemini_lines.h"
#include "unit/agentd/reading.h"

namespace trinity::agentd {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Expected {
  const char* sample;
  const char* answer;
  bool failed;
  const char* cause;  ///< a part of it
  int tools;
  std::int64_t input_tokens;
  std::int64_t output_tokens;
  std::int64_t context_tokens;
  double cost;                       ///< negative: none is told
  std::vector<std::string> shown{};  ///< the types of the transcript's lines; empty: not looked at
};

Read read_sample(const std::string& name) {
  const auto lines = sample(name);
  if (name.starts_with("claude")) {
    ClaudeLines reader;
    return read(reader, lines);
  }
  if (name.starts_with("gemini")) {
    GeminiLines reader("gemini-2.5-flash");
    return read(reader, lines);
  }
  CodexLines reader("stub-model", {});
  return read(reader, lines);
}

class Samples : public testing::TestWithParam<Expected> {};

TEST_P(Samples, AreUnderstood) {
  const auto& expected = GetParam();
  const auto made = read_sample(expected.sample);
  EXPECT_EQ(made.record.answer(), expected.answer);
  EXPECT_EQ(made.record.failed(), expected.failed);
  EXPECT_THAT(made.record.cause(), HasSubstr(expected.cause));
  const auto& metadata = made.record.metadata();
  EXPECT_EQ(metadata.tool_count, expected.tools);
  EXPECT_EQ(metadata.input_tokens, expected.input_tokens);
  EXPECT_EQ(metadata.output_tokens, expected.output_tokens);
  EXPECT_EQ(made.record.context_tokens().value_or(0), expected.context_tokens);
  EXPECT_NEAR(metadata.cost_usd.value_or(-1), expected.cost, 1e-9);
  EXPECT_TRUE(metadata.session_id.has_value());
  const auto log = boost::json::parse(made.transcript.json());
  std::vector<std::string> types;
  for (const auto& line : log.as_array()) types.emplace_back(line.at("type").as_string());
  if (!expected.shown.empty()) {
    EXPECT_EQ(types, expected.shown);
  }
}

const std::vector<std::string> kPlain{"system", "assistant", "result"};
const std::vector<std::string> kTool{"system", "assistant", "user", "assistant", "result"};

INSTANTIATE_TEST_SUITE_P(
    Claude, Samples,
    testing::Values(
        Expected{"claude-plain", "The answer is 4.", false, "", 0, 2112, 17, 2113, 0.001288, kPlain},
        Expected{"claude-tool", "done", false, "", 1, 2112, 34, 2113, 0.002576, kTool},
        // The total of the conversation is twice as much: this is what the second turn cost.
        Expected{"claude-resumed", "The answer is 4.", false, "", 0, 2112, 17, 2113, 0.001288, kPlain},
        Expected{"claude-retry",
                 "The answer is 4.",
                 false,
                 "",
                 0,
                 2112,
                 17,
                 2113,
                 0.001288,
                 {"system", "system", "assistant", "result"}},
        Expected{"claude-api-error", "API Error: 400 The request was refused", true,
                 "API Error: 400 The request was refused", 0, 0, 0, 0, 0},
        Expected{"claude-turn-limit", "", true, "Reached maximum number of turns (1)", 1, 2112, 17, 2113, 0.001288},
        Expected{"claude-interrupted", "The answ", true, "", 0, 2112, 0, 2113, 0.001008},
        Expected{"claude-unknown-session", "", true, "No conversation found with session ID", 0, 0, 0, 0, 0}));
INSTANTIATE_TEST_SUITE_P(
    Gemini, Samples,
    testing::Values(Expected{"gemini-plain", "The answer is 4.", false, "", 0, 2112, 17, 2129, 0.000676, kPlain},
                    Expected{"gemini-resumed", "The answer is 4.", false, "", 0, 2112, 17, 2129, 0.000676, kPlain},
                    Expected{"gemini-tool", "done", false, "", 1, 4224, 34, 4258, 0.001352, kTool},
                    Expected{
                        "gemini-api-error", "", true, "The request was refused", 0, 0, 0, 0, 0, {"system", "result"}},
                    Expected{"gemini-turn-limit",
                             "",
                             true,
                             "Reached max session turns",
                             1,
                             2112,
                             17,
                             2129,
                             0.000676,
                             {"system", "assistant", "user", "result"}}));
INSTANTIATE_TEST_SUITE_P(
    Codex, Samples,
    testing::Values(Expected{"codex-plain", "The answer is 4.", false, "", 0, 2112, 17, 2129, -1, kPlain},
                    Expected{"codex-tool", "done", false, "", 1, 4224, 34, 4258, -1, kTool},
                    Expected{
                        "codex-api-error", "", true, "The request was refused", 0, 0, 0, 0, -1, {"system", "result"}}));

TEST(Samples, TurnLimitsAreTold) {
  EXPECT_TRUE(read_sample("claude-turn-limit").record.turn_limit());
  EXPECT_TRUE(read_sample("gemini-turn-limit").record.turn_limit());
  EXPECT_FALSE(read_sample("claude-api-error").record.turn_limit());
}

TEST(Samples, ToolsHaveNamesInputsAndOutputs) {
  const std::pair<const char*, const char*> cases[] = {
      {"claude-tool", "Bash"}, {"gemini-tool", "run_shell_command"}, {"codex-tool", "Bash"}};
  for (const auto& [name, tool] : cases) {
    const auto made = read_sample(name);
    const auto starts = made.all<event::ToolStart>();
    const auto ends = made.all<event::ToolEnd>();
    ASSERT_EQ(starts.size(), 1U) << name;
    ASSERT_EQ(ends.size(), 1U) << name;
    EXPECT_EQ(starts[0].name, tool);
    EXPECT_EQ(starts[0].id, ends[0].id);
    EXPECT_THAT(std::string(starts[0].input.at("command").as_string()), HasSubstr("echo from-the-tool")) << name;
    EXPECT_THAT(ends[0].output, StartsWith("from-the-tool")) << name;
    EXPECT_FALSE(ends[0].failed);
    const auto& entries = made.record.tools();
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[1].tool, tool);
    EXPECT_EQ(entries[1].success, true);
    EXPECT_TRUE(entries[1].duration_ms.has_value());
  }
}

TEST(Samples, ClaudesLinesAreShownUnchanged) {
  std::string joined = "[";
  for (const auto& line : sample("claude-tool")) {
    if (line.empty()) continue;
    if (joined.size() > 1) joined += ',';
    joined += line;
  }
  EXPECT_EQ(read_sample("claude-tool").transcript.json(), joined + "]");
}

std::string told(const std::vector<Piece>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += (piece.begins ? "|" : "+") + piece.text;
  return text;
}

TEST(Samples, PiecesOfMessagesAreToldAndLeaveNoLines) {
  const auto made = read_sample("claude-partial");
  EXPECT_EQ(told(made.pieces), "||+The answ+er is 4.");
  EXPECT_EQ(made.record.answer(), "The answer is 4.");
  const auto log = boost::json::parse(made.transcript.json()).as_array();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[1].at("type"), "assistant");
  const auto tool = read_sample("claude-partial-tool");
  EXPECT_EQ(told(tool.pieces), "|||+do+ne") << "what a tool is to do is no text";
  EXPECT_EQ(boost::json::parse(tool.transcript.json()).as_array().size(), 5U);
  EXPECT_EQ(told(read_sample("gemini-plain").pieces), "|The answ+er is 4.");
}

TEST(Samples, WindowIsThatOfTheMainModel) {
  EXPECT_EQ(read_sample("claude-plain").record.metadata().context_window, 1'000'000);
}

TEST(Samples, ResumedCodexTellsTotalsOfTheThread) {
  CodexLines reader("m", {2112, 0, 2000, 17});
  const auto made = read(reader, sample("codex-resumed"));
  EXPECT_EQ(made.record.metadata().input_tokens, 2112);
  EXPECT_EQ(made.record.metadata().output_tokens, 17);
  EXPECT_EQ(made.record.metadata().cache_read_tokens, 2000);
  EXPECT_EQ(reader.tokens_reported().input, 4224);
}

TEST(Samples, ResumedClaudeWithoutTheNewerFieldGivesTheDifference) {
  ClaudeLines reader(0.25);
  const auto made = read(reader, std::vector<std::string>{R"({"type":"result","total_cost_usd":0.75,"result":"x"})"});
  EXPECT_EQ(made.record.metadata().cost_usd, 0.5);
  EXPECT_EQ(reader.cost_reported(), 0.75);
}

}  // namespace
}  // namespace trinity::agentd
