#include "yaml/yaml.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace trinity::yaml {
namespace {

namespace json = boost::json;

TEST(PlainScalar, HasTheTypesOfYaml11) {
  const std::vector<std::pair<std::string, json::value>> table{
      {"", nullptr},
      {"~", nullptr},
      {"null", nullptr},
      {"NULL", nullptr},
      {"nULL", "nULL"},
      {"yes", true},
      {"Yes", true},
      {"on", true},
      {"TRUE", true},
      {"no", false},
      {"Off", false},
      {"false", false},
      {"y", "y"},
      {"yEs", "yEs"},
      {"0", 0},
      {"42", 42},
      {"-42", -42},
      {"+42", 42},
      {"1_000", 1000},
      {"010", 8},
      {"0o10", "0o10"},
      {"08", "08"},
      {"0x1F", 31},
      {"-0x10", -16},
      {"0b101", 5},
      {"0x", "0x"},
      {"0x-5", "0x-5"},
      {"--5", "--5"},
      {"1:30", 90},
      {"1:30:00", 5400},
      {"1:60", "1:60"},
      {"01:30", "01:30"},
      {"1:-5", "1:-5"},
      {"a:1", "a:1"},
      {"1.5", 1.5},
      {"-1.5", -1.5},
      {"+.5", 0.5},
      {".5", 0.5},
      {"1.", 1.0},
      {".", "."},
      {"1e3", "1e3"},
      {"1.0e+3", 1000.0},
      {"1.0e3", "1.0e3"},
      {"1.0.0", "1.0.0"},
      {"1-2", "1-2"},
      {".inf", nullptr},
      {"-.INF", nullptr},
      {".nan", nullptr},
      {"1.0e+999", nullptr},
      {"99999999999999999999", "99999999999999999999"},
      {"2026-01-13", "2026-01-13"},
      {"4g", "4g"},
      {"hello world", "hello world"},
  };
  for (const auto& [text, wanted] : table) EXPECT_EQ(plain_scalar(text), wanted) << "'" << text << "'";
}

json::value read(const std::string& text) {
  auto made = to_json(text);
  EXPECT_TRUE(made) << (made ? "" : made.error());
  return made ? *made : json::value("unreadable");
}

TEST(ToJson, ConvertsNestedDocuments) {
  EXPECT_EQ(read("a: 1\nb: [x, 2, {c: yes}]\nd:\n  e: ~\n"),
            json::parse(R"({"a": 1, "b": ["x", 2, {"c": true}], "d": {"e": null}})"));
  EXPECT_EQ(read(""), json::value(nullptr));
  EXPECT_EQ(read("# only a comment\n"), json::value(nullptr));
  EXPECT_EQ(read("text"), json::value("text"));
}

TEST(ToJson, QuotedScalarsAreTexts) {
  EXPECT_EQ(read("a: '5'\nb: \"yes\"\nc: !!str 7\nd: ''\n"),
            json::parse(R"({"a": "5", "b": "yes", "c": "7", "d": ""})"));
  EXPECT_EQ(read("a: |\n  5\n"), json::parse(R"({"a": "5\n"})"));
}

TEST(ToJson, ALaterKeyWinsAndOddKeysAreLeftOut) {
  EXPECT_EQ(read("a: 1\na: 2\n"), json::parse(R"({"a": 2})"));
  EXPECT_EQ(read("? [x]\n: 1\nb: 2\n"), json::parse(R"({"b": 2})"));
}

TEST(ToJson, AliasesAreFollowed) {
  EXPECT_EQ(read("a: &x [1]\nb: *x\n"), json::parse(R"({"a": [1], "b": [1]})"));
}

TEST(ToJson, BytesThatAreNoTextDoNotReachJson) {
  const auto made = to_json("a: \"\\xff\xff\"\n");
  if (made) {
    boost::system::error_code fault;
    (void)json::parse(json::serialize(*made), fault);
    EXPECT_FALSE(fault);
  }
}

TEST(ToJson, BrokenTextsSayWhere) {
  for (const std::string text : {"a: [1", "a: b: c", "\tx: 1", "a: *nobody", "{", "\"open"}) {
    const auto made = to_json(text);
    ASSERT_FALSE(made) << text;
    EXPECT_FALSE(made.error().empty());
    EXPECT_LT(made.error().size(), 300U);
    EXPECT_EQ(made.error().find('\n'), std::string::npos);
  }
}

TEST(ToJson, HostileDocumentsAreRefused) {
  EXPECT_FALSE(to_json(std::string(largest_file + 1, 'a')));
  EXPECT_FALSE(to_json(std::string(100'000, '[')));
  EXPECT_FALSE(to_json(std::string(70, '[') + std::string(70, ']'))) << "70 levels";
  EXPECT_TRUE(to_json(std::string(60, '[') + std::string(60, ']')));
  std::string wide = "[";
  for (int i = 0; i < 120'000; ++i) wide += "1,";
  EXPECT_FALSE(to_json(wide + "1]")) << "too many values";
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto before = std::to_string(i - 1);
    const auto alias = "*a" + before;
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int k = 0; k < 8; ++k) bomb += "," + alias;
    bomb += "]\n";
  }
  EXPECT_FALSE(to_json(bomb)) << "aliases that multiply";
  EXPECT_FALSE(to_json("a: &a [*a]\n")) << "an alias of itself";
}

TEST(ToJson, ALongTextIsNotRepeatedWithoutEnd) {
  const std::string whole(largest_file - 100, 'x');
  EXPECT_TRUE(to_json("a: " + whole + "\n"));
  std::string bomb = "- &a " + std::string(100'000, 'x') + "\n";
  for (int i = 0; i < 60; ++i) bomb += "- *a\n";
  EXPECT_FALSE(to_json(bomb)) << "6 MB out of 100 kB";
  std::string keys = "- &a " + std::string(100'000, 'x') + "\n";
  for (int i = 0; i < 60; ++i) keys += "- *a : 1\n";
  EXPECT_FALSE(to_json(keys)) << "as keys";
}

}  // namespace
}  // namespace trinity::yaml
