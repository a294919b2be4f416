// Lines that no recording has: faults, mixtures, bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>

#include "agentd/lines.h"
#include "agentd/runtime/codex_lines.h"
#include "agentd/runtime/gemini_lines.h"
#include "agentd/runtime/text_lines.h"
#include "unit/agentd/reading.h"

namespace trinity::agentd {
namespace {

using Lines_ = std::vector<std::string>;

Read text(const Lines_& lines) {
  TextLines reader;
  return read(reader, lines);
}

boost::json::array log_of(const Read& made) {
  return boost::json::parse(made.transcript.json()).as_array();
}

TEST(TextLines, PlainTextIsTheAnswer) {
  const auto made = text({"first", "", "third", ""});
  EXPECT_EQ(made.record.answer(), "first\n\nthird");
  const auto log = log_of(made);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].at_pointer("/message/content/0/text"), "first\n\nthird");
  EXPECT_EQ(made.record.metadata().duration_ms, 1234);
  EXPECT_EQ(made.record.metadata().num_turns, 1);
}

TEST(TextLines, BytesThatAreNoTextDoNotBreakTheLog) {
  EXPECT_EQ(log_of(text({"a\xff\xfe\xc3", std::string("\0\x1b[0m", 5)})).size(), 1U);
}

TEST(TextLines, TextAndEventsMix) {
  const auto made =
      text({"before", R"({"type":"assistant","message":{"content":[{"type":"text","text":"middle"}]}})", "after"});
  EXPECT_EQ(made.record.answer(), "before\nmiddle\nafter");
  EXPECT_EQ(log_of(made).size(), 3U);
}

TEST(TextLines, JsonWithoutTypeAndDeepJsonAreText) {
  EXPECT_EQ(text({R"({"a":1})"}).record.answer(), R"({"a":1})");
  const auto deep = R"({"type":"assistant","x":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
  EXPECT_EQ(text({deep}).record.answer(), deep);
}

std::vector<std::string> told(const Read& made) {
  std::vector<std::string> all;
  for (const auto& piece : made.pieces) all.push_back((piece.begins ? "|" : "") + piece.text);
  return all;
}

TEST(TextLines, LinesArePiecesOfTheText) {
  const auto made = text({"one", R"({"type":"system"})", "two", "three"});
  EXPECT_THAT(told(made), testing::ElementsAre("|one\n", "|two\n", "three\n"));
  EXPECT_EQ(log_of(made).size(), 3U);
}

TEST(TextLines, ProgramsMayTellPieces) {
  const auto made = text(
      {R"({"type":"stream_event","event":{"type":"content_block_start","content_block":{"type":"text","text":"a"}}})",
       R"({"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"b"}}})",
       R"({"type":"assistant","message":{"content":[{"type":"text","text":"ab"}]}})"});
  EXPECT_THAT(told(made), testing::ElementsAre("|a", "b"));
  EXPECT_EQ(log_of(made).size(), 1U);
  EXPECT_EQ(made.record.answer(), "ab");
}

TEST(ClaudeLines, OddPiecesAreNone) {
  ClaudeLines reader;
  const auto made = read(
      reader,
      Lines_{
          R"({"type":"stream_event"})", R"({"type":"stream_event","event":5})",
          R"({"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":7}}})",
          R"({"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"x"}}})",
          R"({"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"inner"}},"parent_tool_use_id":"t"})",
          R"({"type":"stream_event","event":{"delta":{"text":"\ud83d"}}})"});
  EXPECT_THAT(told(made), testing::Each(std::string()));
  EXPECT_TRUE(made.transcript.empty());
  EXPECT_TRUE(made.events.empty()) << "half a character is nothing to be noted";
}

TEST(CodexLines, PartsOfAMessageAreToldOnce) {
  CodexLines reader("m", {});
  const auto part = [](std::string_view stage, std::string_view text) {
    return R"({"type":"item.)" + std::string(stage) + R"(","item":{"id":"i","type":"agent_message","text":")" +
           std::string(text) + "\"}}";
  };
  const auto made = read(reader, Lines_{part("started", ""), part("updated", "one"), part("updated", "one two"),
                                        part("updated", "other"), part("completed", "other")});
  EXPECT_THAT(told(made), testing::ElementsAre("|one", " two", "|other"));
  EXPECT_EQ(log_of(made).size(), 1U);
}

TEST(Transcript, LinesAreFoundByTheirNumbers) {
  Transcript transcript(400'000);
  std::vector<std::string> lines;
  const auto add = [&](std::string line) {
    lines.push_back(line);
    transcript.add({std::move(line), {}});
  };
  for (int i = 0; i < 5000; ++i) add(R"({"type":"system","n":)" + std::to_string(i) + "}");
  add(R"({"type":"system","x":")" + std::string(70'000, 'y') + "\"}");
  for (int i = 0; i < 10; ++i) add(R"({"type":"user","n":)" + std::to_string(i) + "}");
  ASSERT_EQ(transcript.lines(), lines.size());
  for (const std::size_t from :
       {std::size_t{0}, std::size_t{1}, std::size_t{2500}, std::size_t{4999}, std::size_t{5000}, std::size_t{5001}}) {
    std::string joined;
    std::size_t at = from;
    while (at < lines.size()) {
      const auto portion = transcript.lines_from(at, 1000);
      ASSERT_GT(portion.count, 0U);
      EXPECT_TRUE(portion.text.size() <= 1000 || portion.count == 1);
      joined += std::string(portion.text) + ",";
      at += portion.count;
    }
    std::string expected;
    for (auto i = from; i < lines.size(); ++i) expected += lines[i] + ",";
    EXPECT_EQ(joined, expected) << from;
  }
  EXPECT_EQ(transcript.lines_from(lines.size(), 1000).count, 0U);
  const auto rest = transcript.rest(5001);
  std::string answer;
  transcript.move_into(answer);
  EXPECT_EQ(transcript.lines_from(0, 1000).count, 0U) << "they stand in the answer";
  EXPECT_EQ(rest.lines_from(5001, 10).text, lines[5001]) << "shared with the one that was moved";
  EXPECT_EQ(rest.lines_from(0, 10).count, 0U);
}

TEST(ClaudeLines, SubAgentsTextAndTokensAreNotTheAgents) {
  ClaudeLines reader;
  const auto made = read(
      reader,
      Lines_{
          R"({"type":"assistant","parent_tool_use_id":"t1","message":{"usage":{"input_tokens":9},"content":[{"type":"text","text":"inner"},{"type":"tool_use","id":"t2","name":"Read","input":{}}]}})",
          R"({"type":"assistant","parent_tool_use_id":null,"message":{"usage":{"input_tokens":5,"output_tokens":2},"content":[{"type":"text","text":"outer"}]}})",
          R"({"type":"user","message":{"content":[{"type":"text","text":"question"}]}})",
      });
  EXPECT_EQ(made.record.answer(), "outer");
  EXPECT_EQ(made.record.metadata().tool_count, 1);
  EXPECT_EQ(made.record.context_tokens(), 7);
}

TEST(ClaudeLines, WhatIsNoJsonIsANoticeAndNoPartOfTheLog) {
  ClaudeLines reader;
  const auto made = read(reader, Lines_{"", "hello", R"([1,2])", R"({"type":"new-kind","x":1})"});
  EXPECT_EQ(made.all<event::Notice>().size(), 2U);
  EXPECT_EQ(log_of(made).size(), 1U);
  EXPECT_EQ(made.record.answer(), "");
}

TEST(ClaudeLines, WindowOfTheModelThatWroteMost) {
  ClaudeLines reader;
  const auto made = read(
      reader,
      Lines_{
          R"({"type":"result","result":"x","modelUsage":{"helper":{"outputTokens":1,"contextWindow":5},"main":{"outputTokens":9,"contextWindow":7}}})"});
  EXPECT_EQ(made.record.metadata().context_window, 7);
}

TEST(GeminiLines, PiecesOfOneMessageAreJoinedAndMessagesAreApart) {
  GeminiLines reader("gemini-3-flash");
  const auto made = read(reader, Lines_{R"({"type":"message","role":"assistant","content":"one ","delta":true})",
                                        R"({"type":"message","role":"assistant","content":"two","delta":true})",
                                        R"({"type":"tool_use","tool_name":"t","tool_id":"1"})",
                                        R"({"type":"message","role":"assistant","content":"three","delta":true})"});
  EXPECT_EQ(made.record.answer(), "one two\nthree");
  ASSERT_EQ(log_of(made).size(), 3U);
  EXPECT_EQ(log_of(made)[0].at_pointer("/message/content/0/text"), "one two");
}

TEST(GeminiLines, PricesGoByTheModel) {
  EXPECT_DOUBLE_EQ(gemini_cost("gemini-3-flash", 1000, 1000), 0.0035);
  EXPECT_DOUBLE_EQ(gemini_cost("Gemini-3-Pro", 1000, 1000), 0.014);
  EXPECT_DOUBLE_EQ(gemini_cost("gemini-2.0-flash-lite", 1000, 1000), 0.000375);
  EXPECT_DOUBLE_EQ(gemini_cost("something-else", 1000, 1000), 0.01125);
}

TEST(GeminiLines, ReportedCostWins) {
  GeminiLines reader("gemini-3-flash");
  const auto made = read(reader, Lines_{R"({"type":"result","status":"success","total_cost_usd":2,"stats":{}})"});
  EXPECT_EQ(made.record.metadata().cost_usd, 2);
}

TEST(CodexLines, CallsThatAreToldOnlyWhenDoneBeginAndEnd) {
  CodexLines reader("m", {});
  const auto made = read(
      reader,
      Lines_{
          R"({"type":"item.completed","item":{"id":"i1","type":"file_change","changes":[{"path":"/a/b.txt","kind":"add"}],"status":"completed"}})",
          R"({"type":"item.started","item":{"id":"i2","type":"mcp_tool_call","server":"mail","tool":"send","arguments":{"to":"x"},"status":"in_progress"}})",
          R"({"type":"item.completed","item":{"id":"i2","type":"mcp_tool_call","server":"mail","tool":"send","error":{"message":"no"},"status":"failed"}})",
          R"({"type":"item.completed","item":{"id":"i3","type":"command_execution","command":"false","aggregated_output":"","exit_code":1,"status":"completed"}})"});
  const auto starts = made.all<event::ToolStart>();
  const auto ends = made.all<event::ToolEnd>();
  ASSERT_EQ(starts.size(), 3U);
  ASSERT_EQ(ends.size(), 3U);
  EXPECT_EQ(starts[0].name, "Edit");
  EXPECT_EQ(starts[0].input.at("file_path"), "/a/b.txt");
  EXPECT_EQ(starts[1].name, "mcp__mail__send");
  EXPECT_EQ(ends[1].output, "no");
  EXPECT_FALSE(ends[0].failed);
  EXPECT_TRUE(ends[1].failed);
  EXPECT_TRUE(ends[2].failed);
}

std::vector<std::unique_ptr<LineReader>> all_readers() {
  std::vector<std::unique_ptr<LineReader>> readers;
  readers.push_back(std::make_unique<ClaudeLines>());
  readers.push_back(std::make_unique<GeminiLines>("gemini-3-flash"));
  readers.push_back(std::make_unique<CodexLines>("m", event::Tokens{}));
  readers.push_back(std::make_unique<TextLines>());
  return readers;
}

/// Every field of every recorded line is replaced by values of every kind in turn; what follows is still understood.
TEST(Readers, AnyValueInAnyFieldIsTaken) {
  const boost::json::value odd[] = {
      nullptr, true, 7, -1.5e300, "x", boost::json::array{nullptr}, boost::json::object{}};
  for (const auto* name : {"claude-tool", "gemini-tool", "codex-tool", "claude-turn-limit"}) {
    for (const auto& line : sample(name)) {
      if (line.empty()) continue;
      const auto whole = boost::json::parse(line).as_object();
      for (const auto& field : whole) {
        for (const auto& value : odd) {
          auto changed = whole;
          changed[field.key()] = value;
          for (const auto& reader : all_readers()) {
            const auto made =
                read(*reader, Lines_{boost::json::serialize(changed),
                                     R"({"type":"assistant","message":{"content":[{"type":"text","text":"end"}]}})"});
            EXPECT_NO_THROW((void)log_of(made));
          }
        }
      }
    }
  }
  TextLines reader;
  EXPECT_TRUE(read(reader, Lines_{R"({"type":"assistant","message":7})", "end"}).record.answer().ends_with("end"));
}

TEST(Readers, ALineThatWasCutIsNoEvent) {
  for (const auto& reader : all_readers()) {
    Reading reading;
    reader->line(R"({"type":"result","result":"x"})", true, reading);
    reader->finish(reading);
    for (const auto& event : reading.events) {
      if (const auto* result = std::get_if<event::Result>(&event)) {
        EXPECT_EQ(result->answer, "");
      }
    }
  }
}

TEST(Transcript, LargestResultsGoFirstAndThenLinesAreCounted) {
  Transcript transcript(300'000);
  const auto result = [](const char* id, std::size_t size) {
    return ShownLine{R"({"type":"user","x":")" + std::string(size, 'x') + "\"}", id};
  };
  transcript.add(result("small", 70'000));
  transcript.add(result("large", 150'000));
  transcript.add({R"({"type":"assistant"})", {}});
  transcript.add(result("new", 100'000));
  auto log = boost::json::parse(transcript.json()).as_array();
  ASSERT_EQ(log.size(), 4U);
  EXPECT_EQ(log[1].at_pointer("/message/content/0/tool_use_id"), "large");
  EXPECT_LE(transcript.size(), 300'002U);
  for (int i = 0; i < 20; ++i) transcript.add({R"({"type":"system","x":")" + std::string(60'000, 'y') + "\"}", {}});
  transcript.finish();
  log = boost::json::parse(transcript.json()).as_array();
  EXPECT_EQ(log.back().at("subtype"), "truncated");
  EXPECT_EQ(log.back().at("dropped_lines").as_int64() + static_cast<std::int64_t>(log.size()) - 5, 20);
}

TEST(Transcript, MovesIntoTheAnswerAndIsEmptyThen) {
  Transcript transcript;
  std::string expected = "[";
  for (int i = 0; i < 20'000; ++i) {
    const auto line = R"({"type":"system","n":)" + std::to_string(i) + "}";
    transcript.add({line, {}});
    expected += (i > 0 ? "," : "") + line;
  }
  std::string out = ">";
  EXPECT_EQ(transcript.size(), expected.size() + 2);
  transcript.move_into(out);
  EXPECT_EQ(out, ">" + expected + "]");
  EXPECT_TRUE(transcript.empty());
  EXPECT_EQ(transcript.json(), "[]");
}

TEST(RunRecord, IsBounded) {
  RunRecord record(200'000);
  const std::string much(100'000, 'x');
  for (int i = 0; i < 12'000; ++i) {
    const auto id = std::to_string(i);
    record.take(event::ToolStart{id, "Read", {{"file_path", "a"}}}, Time{});
    if (i < 100) record.take(event::ToolEnd{id, much, false}, Time{});
    if (i < 100) record.take(event::Text{much}, Time{});
  }
  EXPECT_EQ(record.metadata().tool_count, 12'000);
  EXPECT_LE(record.tools().size(), 2'000U);
  EXPECT_LT(record.answer().size(), std::size_t{4} * 1024 * 1024 + 100);
  EXPECT_TRUE(record.answer().ends_with("beginning.]"));
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
