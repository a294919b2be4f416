#include "json/shorten.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace trinity::json {
namespace {

TEST(Shortened, SmallOnesStayAsTheyAre) {
  EXPECT_EQ(shortened(R"({"a":"b"})", 100), R"({"a":"b"})");
}

TEST(Shortened, LongStringsLoseTheirEnds) {
  boost::json::object entry{{"type", "user"}, {"short", "stays"}, {"long", std::string(10'000, 'x')}, {"n", 5}};
  const auto made = shortened(boost::json::serialize(entry), 1'000);
  EXPECT_LE(made.size(), 1'000U);
  const auto read = boost::json::parse(made);
  EXPECT_EQ(read.at("type"), "user");
  EXPECT_EQ(read.at("short"), "stays");
  EXPECT_EQ(read.at("n"), 5);
  EXPECT_TRUE(read.at("long").as_string().starts_with(std::string(250, 'x')));
  EXPECT_TRUE(read.at("long").as_string().ends_with("… [9750 bytes more]"));
}

TEST(Shortened, ManyStringsAreCutShorter) {
  boost::json::array many;
  for (int i = 0; i < 10; ++i) many.push_back(boost::json::string(std::string(1'000, 'y')));
  const auto made = shortened(boost::json::serialize(many), 1'000);
  EXPECT_LE(made.size(), 1'000U);
  EXPECT_EQ(boost::json::parse(made).as_array().size(), 10U);
}

TEST(Shortened, WhatIsNotLongBecauseOfStringsIsLeftOut) {
  boost::json::array many(5'000, boost::json::value(1));
  EXPECT_EQ(shortened(boost::json::serialize(many), 1'000), R"({"type":"system","subtype":"left_out","bytes":10001})");
}

TEST(Shortened, NoCharacterAndNoEscapeIsSplit) {
  for (const std::string unit : {"\\n", "\\\\", "\\\"", "\\u00e9", "\\ud83d\\ude00", "é", "€", "😀", "a\\u0000"}) {
    std::string text = "[\"";
    while (text.size() < 3'000) text += unit;
    text += "\",\"end\"]";
    for (std::size_t most = 400; most < 450; ++most) {
      const auto made = shortened(text, most);
      boost::system::error_code fault;
      const auto read = boost::json::parse(made, fault);
      ASSERT_FALSE(fault) << unit << " " << most << " " << made;
      EXPECT_EQ(read.at(1), "end");
    }
  }
}

}  // namespace
}  // namespace trinity::json
