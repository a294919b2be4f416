#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/quantity.h"

namespace trinity::cli {
namespace {

struct TableTest : testing::Test {
  std::ostringstream out;
  std::istringstream in;
  Terminal terminal{.out = out, .err = out, .in = in};

  void person(std::size_t columns) {
    terminal.person_reads = true;
    terminal.extent = [columns] { return Extent{columns, 24}; };
  }
};

TEST_F(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({{"NAME"}, {"CPU", Table::Align::right}});
  table.add({{"a"}, {"100.0 %"}});
  table.add({{"longer"}, {"1.0 %"}});
  EXPECT_EQ(table.text(terminal), "NAME        CPU\na       100.0 %\nlonger    1.0 %\n");
}

TEST_F(TableTest, AnEmptyCellIsADashAndLinesHaveNoBlanksAtTheirEnd) {
  Table table({{"A"}, {"B"}, {"C"}});
  table.add({{"x"}, {""}});
  EXPECT_EQ(table.text(terminal), "A  B  C\nx  -  -\n");
}

TEST_F(TableTest, ColoursTakeNoWidth) {
  terminal.colour = true;
  Table table({{"S"}, {"N"}});
  table.add({{"up", Colour::green}, {"1"}});
  EXPECT_EQ(table.lines(terminal).back(), "\x1b[32mup\x1b[0m  1\n");
  terminal.colour = false;
  EXPECT_EQ(table.lines(terminal).back(), "up  1\n");
}

TEST_F(TableTest, TheWidestTextIsCutWhereTheTerminalIsNarrow) {
  person(30);
  Table table({{"NAME"}, {"TEMPLATE"}, {"CPU", Table::Align::right}});
  table.add({{"an-agent-with-a-long-name"}, {"demo-worker"}, {"1234567.8 %"}});
  for (const auto& line : table.lines(terminal)) EXPECT_LE(display_width(line) - 1, 35U) << line;
  EXPECT_NE(table.text(terminal).find("1234567.8 %"), std::string::npos) << "figures stay whole";
  EXPECT_NE(table.text(terminal).find("…"), std::string::npos);
}

TEST_F(TableTest, NothingIsCutForScripts) {
  person(10);
  terminal.person_reads = false;
  Table table({{"NAME"}});
  table.add({{"an-agent-with-a-long-name"}});
  EXPECT_NE(table.text(terminal).find("an-agent-with-a-long-name"), std::string::npos);
}

TEST_F(TableTest, ACellCannotDriveTheTerminal) {
  terminal.colour = true;
  Table table({{"N"}});
  table.add({{"a\x1b[2J\x1b]0;title\ab\tc\nd"}});
  EXPECT_EQ(table.lines(terminal).back(), "ab cd\n");
}

TEST(DisplayWidth, CountsWhatATerminalShows) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("Zürich"), 6U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("\xff\xfe"), 2U) << "bytes that are no text";
  EXPECT_EQ(display_width(""), 0U);
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdef", 4), "abc…");
  EXPECT_EQ(shortened("日本語", 4), "日…");
  EXPECT_EQ(shortened("abc", 0), "");
}

TEST(Quantity, IsShortAndRounded) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.0 KiB");
  EXPECT_EQ(bytes_text(1536LL * 1024 * 1024), "1.5 GiB");
  EXPECT_EQ(bytes_text(1024LL * 1024 * 1024 - 1), "1.0 GiB") << "not 1024 MiB";
  EXPECT_EQ(duration_text(std::chrono::seconds(-5)), "0s");
  EXPECT_EQ(duration_text(std::chrono::seconds(59)), "59s");
  EXPECT_EQ(duration_text(std::chrono::seconds(3600 + 20 * 60)), "1h 20m");
  EXPECT_EQ(duration_text(std::chrono::hours(6 * 24 + 4)), "6d 4h");
  EXPECT_EQ(percent_text(3.44), "3.4 %");
}

}  // namespace
}  // namespace trinity::cli
