#include "agentd/transcript.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "agentd/lines.h"

namespace trinity::agentd {
namespace {

using std::chrono::milliseconds;

Transcript of(std::initializer_list<std::string_view> lines, bool failed = false) {
  Transcript transcript;
  auto time = Time{};
  for (const auto line : lines) {
    transcript.line(line, false, time);
    time += milliseconds(10);
  }
  transcript.finish(milliseconds(1234), failed);
  return transcript;
}

boost::json::array log_of(const Transcript& transcript) {
  return boost::json::parse(transcript.log_json()).get_array();
}

TEST(Transcript, PlainTextIsTheAnswer) {
  const auto transcript = of({"first", "", "third", ""});
  EXPECT_EQ(transcript.answer(), "first\n\nthird");
  const auto log = log_of(transcript);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].at("type"), "assistant");
  EXPECT_EQ(log[0].at_pointer("/message/content/0/text"), "first\n\nthird");
  EXPECT_EQ(log[1].at("type"), "result");
  EXPECT_EQ(log[1].at("duration_ms"), 1234);
  EXPECT_EQ(log[1].at("is_error"), false);
  EXPECT_EQ(transcript.metadata().duration_ms, 1234);
  EXPECT_EQ(transcript.metadata().num_turns, 1);
}

TEST(Transcript, BytesThatAreNoTextDoNotBreakTheLog) {
  const auto transcript = of({"a\xff\xfe\xc3", std::string_view("\0\x1b[0m", 5)});
  EXPECT_EQ(log_of(transcript).size(), 2U);
}

TEST(Transcript, JsonLinesAreKeptUnchanged) {
  const std::string line = R"({"type":"assistant","message":{"content":[{"type":"text","text":"four"}]},"x":[1,2]})";
  const auto transcript = of({R"({"type":"system","subtype":"init","session_id":"s1"})", line,
                              R"({"type":"result","result":"4","total_cost_usd":0.5,"duration_ms":7,"num_turns":2,)"
                              R"("usage":{"input_tokens":12,"output_tokens":5,"cache_read_input_tokens":9000}})"});
  EXPECT_EQ(transcript.answer(), "4");
  EXPECT_NE(transcript.log_json().find(line), std::string::npos);
  EXPECT_EQ(log_of(transcript).size(), 3U);
  const auto& metadata = transcript.metadata();
  EXPECT_EQ(metadata.session_id, "s1");
  EXPECT_EQ(metadata.cost_usd, 0.5);
  EXPECT_EQ(metadata.duration_ms, 7);
  EXPECT_EQ(metadata.num_turns, 2);
  EXPECT_EQ(metadata.input_tokens, 9012);
  EXPECT_EQ(metadata.cache_read_tokens, 9000);
  EXPECT_EQ(metadata.output_tokens, 5);
}

TEST(Transcript, TextAndEventsMix) {
  const auto transcript =
      of({"before", R"({"type":"assistant","message":{"content":[{"type":"text","text":"middle"}]}})", "after"});
  EXPECT_EQ(transcript.answer(), "before\nmiddle\nafter");
  EXPECT_EQ(log_of(transcript).size(), 3U);
}

TEST(Transcript, ToolCallsAndTheirResults) {
  const auto transcript = of({
      R"({"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Read","input":{"path":"a"}}]}})",
      R"({"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"out"}]}]}})",
      R"({"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t9","is_error":true,"content":"no"}]}})",
      R"({"type":"assistant","message":{"content":[{"type":"tool_use"}]}})",
  });
  const auto& tools = transcript.tools();
  ASSERT_EQ(tools.size(), 4U);
  EXPECT_EQ(tools[0].tool, "Read");
  EXPECT_EQ(tools[0].input->at("path"), "a");
  EXPECT_EQ(tools[1].tool, "Read");
  EXPECT_EQ(tools[1].output, "out");
  EXPECT_EQ(tools[1].success, true);
  EXPECT_EQ(tools[1].duration_ms, 10);
  EXPECT_EQ(tools[2].tool, "Unknown");
  EXPECT_EQ(tools[2].success, false);
  EXPECT_FALSE(tools[2].duration_ms);
  EXPECT_EQ(tools[3].tool, "Unknown");
  EXPECT_FALSE(tools[3].id.empty());
  EXPECT_EQ(transcript.metadata().tool_count, 2);
}

TEST(Transcript, AnyValueInAnyFieldIsTaken) {
  for (const auto* value :
       {"null", "true", "7", "-1e999", "\"x\"", "[]", "{}", "[null]", "[[{}]]", "{\"content\":7}"}) {
    for (const auto* type : {"assistant", "user", "result", "system", "init", "error", "new"}) {
      for (const auto* field : {"message", "result", "usage", "total_cost_usd", "session_id", "is_error", "subtype",
                                "num_turns", "parent_tool_use_id"}) {
        const auto line = std::string(R"({"type":")") + type + R"(",")" + field + "\":" + value + "}";
        const auto block = std::string(R"({"type":")") + type + R"(","message":{"content":[)" + value +
                           R"(,{"type":"tool_use","input":)" + value + R"(,"id":)" + value +
                           R"(},{"type":"tool_result","content":)" + value + "}]}}";
        const auto transcript = of({line, block, "end"});
        EXPECT_TRUE(transcript.answer().ends_with("end") || std::string_view(type) == "result") << line;
        EXPECT_NO_THROW((void)log_of(transcript)) << line;
      }
    }
  }
}

TEST(Transcript, SubAgentsTextIsNotTheAnswer) {
  const auto transcript = of({
      R"({"type":"assistant","parent_tool_use_id":"t1","message":{"content":[{"type":"text","text":"inner"}]}})",
      R"({"type":"assistant","parent_tool_use_id":null,"message":{"content":[{"type":"text","text":"outer"}]}})",
      R"({"type":"user","message":{"content":[{"type":"text","text":"question"}]}})",
  });
  EXPECT_EQ(transcript.answer(), "outer");
}

TEST(Transcript, ResultSaysThatItFailed) {
  const auto transcript = of({R"({"type":"result","is_error":true,"result":"No credit left"})"});
  EXPECT_TRUE(transcript.failed());
  EXPECT_EQ(transcript.failure(), "No credit left");
}

TEST(Transcript, DeepJsonIsText) {
  const auto deep = R"({"type":"assistant","x":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
  EXPECT_EQ(of({deep}).answer(), deep);
}

TEST(Transcript, WhatDoesNotFitIsDroppedAndSaid) {
  Transcript transcript(200);
  for (int i = 0; i < 100; ++i) transcript.line(R"({"type":"system","subtype":"tick"})", false, Time{});
  transcript.finish(milliseconds(1), false);
  const auto log = log_of(transcript);
  EXPECT_LT(log.size(), 10U);
  EXPECT_EQ(log.back().at("subtype"), "truncated");
  EXPECT_EQ(log.back().at("dropped_lines"), 100 - static_cast<int>(log.size()) + 1);
}

struct Line {
  std::string text;
  bool cut;
  bool operator==(const Line&) const = default;
};

std::vector<Line> cut_up(std::string_view bytes, std::size_t piece, std::size_t most) {
  std::vector<Line> lines;
  Lines cutter([&](std::string_view line, bool cut) { lines.push_back({std::string(line), cut}); }, most);
  for (std::size_t i = 0; i < bytes.size(); i += piece) cutter.feed(bytes.substr(i, piece));
  cutter.finish();
  return lines;
}

TEST(Lines, AreTheSameHoweverTheyArrive) {
  const std::vector<Line> expected{{"one", false}, {"", false}, {"three", false}, {"four-i", true}, {"five", false}};
  for (std::size_t piece = 1; piece < 40; ++piece) {
    EXPECT_EQ(cut_up("one\n\nthree\r\nfour-is-long\nfive", piece, 6), expected) << piece;
  }
}

TEST(Lines, NothingIsNoLine) {
  EXPECT_TRUE(cut_up("", 1, 5).empty());
  EXPECT_EQ(cut_up("a\n", 1, 5).size(), 1U);
}

}  // namespace
}  // namespace trinity::agentd
