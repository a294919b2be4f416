#include "logs/lines.h"

#include <gtest/gtest.h>

#include "engine/framing.h"
#include "logs/stamp.h"

namespace trinity::logs {
namespace {

using engine::LogPiece;

constexpr std::int64_t second = 1'000'000'000;
const std::string at_one = "1970-01-01T00:00:01.000000002Z ";

std::vector<Line> assemble(const std::vector<LogPiece>& pieces, bool ended = true) {
  LineAssembler assembler;
  std::vector<Line> lines;
  for (const auto& piece : pieces) assembler.feed(piece, lines);
  if (ended) assembler.finish(lines);
  return lines;
}

std::vector<std::string> texts(const std::vector<Line>& lines) {
  std::vector<std::string> all;
  for (const auto& line : lines) all.push_back(line.text);
  return all;
}

TEST(Stamp, IsReadOffTheFront) {
  struct Row {
    std::string text;
    std::int64_t nano;
    std::size_t length;
  };
  const std::vector<Row> rows{
      {"1970-01-01T00:00:01.000000002Z hello", second + 2, 31},
      {"1970-01-01T00:00:01.120345678Z ", second + 120'345'678, 31},
      {"1970-01-01T00:00:01Z x", second, 21},
      {"1970-01-01T00:00:01.5Z x", second + second / 2, 23},
      {"1970-01-01T00:00:01.1234567Z x", second + 123'456'700, 29},
      {"1970-01-01T00:00:01.12345678Z x", second + 123'456'780, 30},
      {"1970-01-01T02:00:01.000000007+02:00 x", second + 7, 36},
  };
  for (const auto& row : rows) {
    const auto stamp = stamp_of(row.text);
    ASSERT_TRUE(stamp) << row.text;
    EXPECT_EQ(stamp->nano, row.nano) << row.text;
    EXPECT_EQ(stamp->length, row.length) << row.text;
  }
}

TEST(Stamp, IsNothingElse) {
  for (const std::string text :
       {"", " ", "hello world", "1970-01-01 00:00:01.000000002Z x", "1970-01-01T00:00:01.000000002Z",
        "1970-13-01T00:00:01.000000002Z x", "2026-01-15T09:30:05.120345678Zx", "1970-01-01T00:00:xx.000000002Z x"}) {
    EXPECT_FALSE(stamp_of(text)) << text;
  }
}

TEST(Stamp, IsWrittenWithNineDigits) {
  EXPECT_EQ(stamp_text(second + 2), "1970-01-01T00:00:01.000000002Z");
  EXPECT_EQ(stamp_text(2 * second), "1970-01-01T00:00:02.000000000Z");
  const auto text = stamp_text(1'768'469'405'120'345'678);
  EXPECT_EQ(text, "2026-01-15T09:30:05.120345678Z");
  EXPECT_EQ(stamp_of(text + " ")->nano, 1'768'469'405'120'345'678);
}

TEST(Lines, EntriesBecomeLines) {
  const auto lines = assemble({{Stream::out, at_one + "hello\n"},
                               {Stream::err, at_one + "\x1b[31mred\x1b[0m\r\n"},
                               {Stream::out, at_one + "\n"},
                               {Stream::out, "no time\n"},
                               {Stream::out, at_one + "two\nin one\n"},
                               {Stream::out, at_one + "unfinished"}});
  EXPECT_EQ(texts(lines),
            (std::vector<std::string>{"hello", "\x1b[31mred\x1b[0m", "", "no time", "two", "in one", "unfinished"}));
  EXPECT_EQ(lines[0].at_nano, second + 2);
  EXPECT_EQ(lines[0].stream, Stream::out);
  EXPECT_EQ(lines[1].stream, Stream::err);
  EXPECT_EQ(lines[3].at_nano, 0);
  EXPECT_EQ(lines[5].at_nano, second + 2);
}

TEST(Lines, PartsAreJoinedStreamByStream) {
  const auto lines = assemble({{Stream::out, at_one + "a"},
                               {Stream::err, at_one + "x"},
                               {Stream::out, "1970-01-01T00:00:09.000000000Z b"},
                               {Stream::err, at_one + "y\n"},
                               {Stream::out, at_one + "c\n"}});
  EXPECT_EQ(texts(lines), (std::vector<std::string>{"xy", "abc"}));
  EXPECT_EQ(lines[1].at_nano, second + 2) << "the time of its first part";
}

TEST(Lines, UnfinishedOnesWaitOrAreForgotten) {
  LineAssembler assembler;
  std::vector<Line> lines;
  assembler.feed({Stream::out, at_one + "half"}, lines);
  EXPECT_TRUE(lines.empty());
  assembler.clear();
  assembler.feed({Stream::out, at_one + "whole\n"}, lines);
  EXPECT_EQ(texts(lines), (std::vector<std::string>{"whole"}));
  assembler.finish(lines);
  EXPECT_EQ(lines.size(), 1U);
}

TEST(Lines, ATerminalSendsAnyPortions) {
  const std::string all = at_one + "first\r\n" + at_one + "second\r\n" + at_one + "\r\n" + at_one + "rest";
  for (std::size_t portion = 1; portion <= all.size(); ++portion) {
    std::vector<LogPiece> pieces;
    for (std::size_t i = 0; i < all.size(); i += portion) pieces.push_back({Stream::out, all.substr(i, portion), true});
    const auto lines = assemble(pieces);
    ASSERT_EQ(texts(lines), (std::vector<std::string>{"first", "second", "", "rest"})) << portion;
    for (const auto& line : lines) EXPECT_EQ(line.at_nano, second + 2);
  }
}

TEST(Lines, LongOnesAreCutAndTheRestIsCounted) {
  struct Row {
    std::size_t length;
    std::uint64_t cut;
  };
  for (const auto& [length, cut] : std::vector<Row>{{max_line - 1, 0},
                                                    {max_line, 0},
                                                    {max_line + 1, 1},
                                                    {max_line + 100, 100},
                                                    {1'000'000, 1'000'000 - max_line}}) {
    std::vector<LogPiece> pieces;
    for (std::size_t i = 0; i < length; i += max_line) {
      pieces.push_back({Stream::out, at_one + std::string(std::min(max_line, length - i), 'x')});
    }
    pieces.push_back({Stream::out, at_one + "\n"});
    const auto lines = assemble(pieces);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].text.size(), std::min(length, max_line));
    EXPECT_EQ(lines[0].cut, cut) << length;
    // The same from a terminal, where the time stands once.
    const auto plain = assemble({{Stream::out, at_one + std::string(length, 'x') + "\r\n", true}});
    ASSERT_EQ(plain.size(), 1U);
    EXPECT_EQ(plain[0].text.size(), std::min(length, max_line));
    EXPECT_LE(plain[0].cut, cut == 0 ? 0 : cut + 1) << length;
    EXPECT_GE(plain[0].cut, cut) << length;
  }
}

TEST(Lines, AreUtf8WhateverWasWritten) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(texts(assemble({{Stream::out, at_one + "a\xFFz\n"}})), (std::vector<std::string>{"a" + replacement + "z"}));
  // A character that the engine cut in two is whole again.
  EXPECT_EQ(texts(assemble({{Stream::out, at_one + "\xE2\x82"}, {Stream::out, at_one + "\xAC\n"}})),
            (std::vector<std::string>{"\xE2\x82\xAC"}));
  // One that our bound would cut goes with what is left out.
  const auto lines =
      assemble({{Stream::out, at_one + std::string(max_line - 1, 'x')}, {Stream::out, "\xE2\x82\xAC\n"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text, std::string(max_line - 1, 'x'));
  EXPECT_EQ(lines[0].cut, 3U);
  // Repaired text is longer than the bytes, and still bounded.
  const auto broken = assemble({{Stream::out, at_one + std::string(max_line, '\xFF') + "\n"}});
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_LE(broken[0].text.size(), max_line);
  EXPECT_GT(broken[0].cut, 0U);
  EXPECT_TRUE(broken[0].text.ends_with(replacement));
  EXPECT_EQ(assemble({{Stream::out, at_one + std::string(max_line, '\x80') + "\n"}}).at(0).text.size() % 3, 0U);
}

TEST(Lines, AnyBytesInAnyPortionsGiveBoundedLines) {
  std::uint32_t state = 7;
  const auto next = [&] { return state = state * 1'664'525 + 1'013'904'223; };
  for (int round = 0; round < 40; ++round) {
    engine::LogFramer framer;
    LineAssembler assembler;
    std::vector<Line> lines;
    for (int i = 0; i < 20; ++i) {
      std::string bytes;
      const auto length = next() >> 18;
      while (bytes.size() < length) bytes += static_cast<char>((next() >> 24) % 7 == 0 ? '\n' : next() >> 24);
      std::vector<LogPiece> pieces;
      framer.feed(bytes, pieces);
      for (const auto& piece : pieces) assembler.feed(piece, lines);
    }
    assembler.finish(lines);
    for (const auto& line : lines) {
      ASSERT_LE(line.text.size(), max_line);
      ASSERT_EQ(line.text.find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace trinity::logs
