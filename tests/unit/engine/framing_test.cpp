#include "engine/framing.h"

#include <gtest/gtest.h>

namespace trinity::engine {
namespace {

using Stream = LogPiece::Stream;

std::string frame(char stream, std::string_view text) {
  std::string made{stream, 0, 0, 0};
  for (const unsigned shift : {24U, 16U, 8U, 0U}) made += static_cast<char>(text.size() >> shift & 0xFF);
  return made.append(text);
}

std::vector<LogPiece> read(std::string_view bytes, std::size_t portion, std::size_t max_frame = 1024) {
  LogFramer framer(max_frame);
  std::vector<LogPiece> pieces;
  for (std::size_t i = 0; i < bytes.size(); i += portion) framer.feed(bytes.substr(i, portion), pieces);
  framer.finish(pieces);
  return pieces;
}

TEST(LogFramer, TakesFramesApartWhateverThePortions) {
  const auto bytes = frame(1, "out\n") + frame(2, "err\n") + frame(1, "") + frame(0, "in\n");
  for (std::size_t portion = 1; portion <= bytes.size(); ++portion) {
    const auto pieces = read(bytes, portion);
    ASSERT_EQ(pieces.size(), 3U) << portion;
    EXPECT_EQ(pieces[0].stream, Stream::out);
    EXPECT_EQ(pieces[0].bytes, "out\n");
    EXPECT_EQ(pieces[1].stream, Stream::err);
    EXPECT_EQ(pieces[1].bytes, "err\n");
    EXPECT_EQ(pieces[2].stream, Stream::out);
    EXPECT_EQ(pieces[2].bytes, "in\n");
  }
}

TEST(LogFramer, KeepsFrameBytesThatLookLikeHeads) {
  const auto inner = frame(2, "x");
  const auto pieces = read(frame(1, inner + inner), 3);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].bytes, inner + inner);
}

TEST(LogFramer, CutsFramesOverTheBound) {
  for (std::size_t portion : {1U, 7U, 1000U}) {
    const auto pieces = read(frame(2, std::string(40, 'a')) + frame(1, "next"), portion, 16);
    ASSERT_EQ(pieces.size(), 2U) << portion;
    EXPECT_EQ(pieces[0].bytes, std::string(16, 'a'));
    EXPECT_EQ(pieces[0].stream, Stream::err);
    EXPECT_EQ(pieces[1].bytes, "next");
  }
}

TEST(LogFramer, AHugeLengthTakesNoMemory) {
  LogFramer framer(8);
  std::vector<LogPiece> pieces;
  framer.feed(std::string_view("\x01\0\0\0\xFF\xFF\xFF\xFF", 8), pieces);
  for (int i = 0; i < 1000; ++i) framer.feed(std::string(1024, 'b'), pieces);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].bytes, std::string(8, 'b'));
}

TEST(LogFramer, ATerminalsBytesArePlain) {
  for (std::size_t portion : {1U, 5U, 100U}) {
    const auto pieces = read("hello\r\nworld\r\n", portion);
    EXPECT_EQ(log_text(pieces), "hello\r\nworld\r\n") << portion;
    for (const auto& piece : pieces) EXPECT_EQ(piece.stream, Stream::out);
  }
  EXPECT_EQ(log_text(read(std::string_view("\x01\0x", 3), 1)), std::string_view("\x01\0x", 3));
}

TEST(LogFramer, ABrokenHeadLaterOnLosesNothing) {
  EXPECT_EQ(log_text(read(frame(1, "ok\n") + "broken", 4)), "ok\nbroken");
}

TEST(LogFramer, GivesWhatIsLeftAtTheEnd) {
  const auto bytes = frame(2, "unfinished");
  const auto pieces = read(bytes.substr(0, 12), 100);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].bytes, "unfi");
  EXPECT_EQ(pieces[0].stream, Stream::err);
  EXPECT_TRUE(read(bytes.substr(0, 5), 100).empty());
  EXPECT_TRUE(read("", 1).empty());
}

TEST(LogText, ReplacesWhatIsNotUtf8) {
  struct Row {
    std::string bytes;
    std::string expected;
  };
  const std::string bad = "\xEF\xBF\xBD";
  const Row rows[] = {
      {"plain", "plain"},
      {"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80", "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"a\xFFz", "a" + bad + "z"},
      {"\x80", bad},
      {"\xC0\xAF", bad + bad},                      // overlong
      {"\xE0\x9F\xBF", bad + bad + bad},            // overlong
      {"\xED\xA0\x80", bad + bad + bad},            // surrogate
      {"\xF4\x90\x80\x80", bad + bad + bad + bad},  // above the last character
      {"\xF5", bad},
      {"\xE2\x82", bad},  // cut off
      {"\xE2\x82(", bad + "("},
      {"\xF0\x9F\x98\x80\xF0\x9F", "\xF0\x9F\x98\x80" + bad},
      {std::string("a\0b", 3), std::string("a\0b", 3)},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(log_text({{Stream::out, row.bytes}}), row.expected) << row.bytes;
}

TEST(LogText, JoinsCharactersThatTheEngineCut) {
  EXPECT_EQ(log_text({{Stream::out, "\xE2\x82"}, {Stream::out, "\xAC\n"}}), "\xE2\x82\xAC\n");
}

TEST(LogTail, KeepsEverythingWithinItsBound) {
  LogTail tail(6);
  tail.add({Stream::out, "abc"});
  tail.add({Stream::err, "def"});
  const auto pieces = tail.take();
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].stream, Stream::err);
  EXPECT_EQ(log_text(pieces), "abcdef");
  EXPECT_TRUE(tail.take().empty());
}

TEST(LogTail, LeavesOutTheOldest) {
  struct Row {
    std::vector<std::string> pieces;
    std::size_t bound;
    std::string expected;
  };
  const Row rows[] = {
      {{"1\n", "2\n", "3\n"}, 4, "2\n3\n"},  {{"1\n", "2\n", "3\n"}, 5, "2\n3\n"},
      {{"1\n2\n3\n"}, 5, "2\n3\n"},          {{"1\n2\n3\n"}, 4, "2\n3\n"},
      {{"no line end at all"}, 6, "at all"}, {{"1\n2\n", std::string(100, 'x')}, 10, std::string(10, 'x')},
      {{"long line\n"}, 5, "line\n"},
  };
  for (const auto& row : rows) {
    LogTail tail(row.bound);
    for (const auto& bytes : row.pieces) tail.add({Stream::out, bytes});
    EXPECT_EQ(log_text(tail.take()), row.expected) << row.pieces[0] << row.bound;
  }
}

TEST(LineSplitter, CutsLinesWhateverThePortions) {
  const std::string bytes = "{\"a\":1}\r\n\n{\"b\":2}\nrest";
  for (std::size_t portion = 1; portion <= bytes.size(); ++portion) {
    LineSplitter splitter;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < bytes.size(); i += portion) {
      splitter.feed(std::string_view(bytes).substr(i, portion), lines);
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"})) << portion;
    splitter.finish(lines);
    EXPECT_EQ(lines.back(), "rest");
    EXPECT_EQ(lines.size(), 3U);
  }
}

TEST(LineSplitter, DropsOverlongLines) {
  for (std::size_t portion : {1U, 4U, 100U}) {
    const std::string bytes = "ok\n" + std::string(20, 'x') + "\nalso ok\n" + std::string(10, 'y') + "\n";
    LineSplitter splitter(10);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < bytes.size(); i += portion) {
      splitter.feed(std::string_view(bytes).substr(i, portion), lines);
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"ok", "also ok", std::string(10, 'y')}));
    EXPECT_EQ(splitter.dropped(), 1U);
  }
}

}  // namespace
}  // namespace trinity::engine
