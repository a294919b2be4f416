#include "credentials/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "credentials/guessing.h"

namespace trinity::credentials {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> shown(const std::vector<Pair>& pairs) {
  std::vector<std::string> made;
  for (const auto& pair : pairs) made.push_back(pair.key + "=" + pair.value + "@" + std::to_string(pair.line));
  return made;
}

std::vector<std::string> bulk(std::string_view text) {
  return shown(parse_bulk(text).pairs);
}
std::vector<std::string> hot(std::string_view text) {
  return shown(parse_hot_reload(text));
}

TEST(BulkFormat, LinesOfPairs) {
  EXPECT_THAT(bulk(""), IsEmpty());
  EXPECT_THAT(bulk("# A=1\n\n  \n#B=2"), IsEmpty());
  EXPECT_THAT(bulk("A=1"), ElementsAre("A=1@1"));
  EXPECT_THAT(bulk("\n  A_2 =  x y \r\n\tB='q'\nC=\"d e\"\n"), ElementsAre("A_2=x y@2", "B=q@3", "C=d e@4"));
  EXPECT_THAT(bulk("A=b=c"), ElementsAre("A=b=c@1"));
  EXPECT_THAT(bulk("A=1\nA=1\nA=2"), ElementsAre("A=1@1", "A=1@2", "A=2@3"));
}

TEST(BulkFormat, QuotesAreDroppedOnceAndOnlyInPairs) {
  EXPECT_THAT(bulk("A='x\""), ElementsAre("A='x\"@1"));
  EXPECT_THAT(bulk("A=''x''"), ElementsAre("A='x'@1"));
  EXPECT_THAT(bulk(R"(A="a\"b")"), ElementsAre(R"(A=a\"b@1)"));
  EXPECT_THAT(bulk("A=x # not a comment"), ElementsAre("A=x # not a comment@1"));
  EXPECT_THAT(bulk("A=\"\"\nB=\"\nC=''"), IsEmpty());
}

TEST(BulkFormat, WhatIsPassedOverIsNamed) {
  const auto made = parse_bulk("export A=1\na=1\n1A=1\n_A=1\nA-B=1\nno sign\nEMPTY=\n=x\n# c\n\nOK=1");
  EXPECT_THAT(shown(made.pairs), ElementsAre("OK=1@11"));
  std::vector<std::size_t> lines;
  for (const auto& one : made.ignored) {
    lines.push_back(one.line);
    EXPECT_FALSE(one.reason.empty());
  }
  EXPECT_THAT(lines, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(BulkFormat, ALoneCarriageReturnIsNoLineBreak) {
  EXPECT_THAT(bulk("A=1\rB=2"), ElementsAre("A=1\rB=2@1"));
}

TEST(HotReloadFormat, TakesAnyKeyAndEmptyValues) {
  EXPECT_THAT(hot("a.b c=1\nX=\nY=''"), ElementsAre("a.b c=1@1", "X=@2", "Y=@3"));
  EXPECT_THAT(hot("=1\nnothing\n# A=1\n"), IsEmpty());
}

TEST(HotReloadFormat, ARepeatedKeyKeepsItsPlaceAndHasTheLastValue) {
  EXPECT_THAT(hot("A=1\nB=2\nA=3"), ElementsAre("A=3@3", "B=2@2"));
}

TEST(HotReloadFormat, EveryKindOfLineBreakCounts) {
  EXPECT_THAT(hot("A=1\rB=2\r\nC=3\vD=4\fE=5\xe2\x80\xa8"
                  "F=6\xc2\x85G=7"),
              ElementsAre("A=1@1", "B=2@2", "C=3@3", "D=4@4", "E=5@5", "F=6@6", "G=7@7"));
}

TEST(Guessing, Service) {
  const std::vector<std::pair<const char*, const char*>> table{
      {"HEYGEN_API_KEY", "heygen"}, {"twitter_token", "twitter"}, {"OPENAI_KEY", "openai"}, {"YOUTUBE_X", "youtube"},
      {"OPENAIKEY", "custom"},      {"MY_DB_URL", "my"},          {"PLAIN", "custom"},      {"_X", ""},
      {"OPENAI", "custom"},         {"GOOGLE_API_KEY", "google"}};
  for (const auto& [key, service] : table) EXPECT_EQ(guessed_service(key), service) << key;
}

TEST(Guessing, Type) {
  const std::vector<std::pair<const char*, const char*>> table{
      {"HEYGEN_API_KEY", "api_key"}, {"X_KEY", "api_key"},    {"x_api_key_2", "api_key"},   {"A_TOKEN", "token"},
      {"A_TOKEN_KEY", "api_key"},    {"A_SECRET", "api_key"}, {"A_PASSWORD", "basic_auth"}, {"A_SECRET_TOKEN", "token"},
      {"PLAIN", "api_key"},          {"TOKEN", "api_key"}};
  for (const auto& [key, type] : table) EXPECT_EQ(guessed_type(key), type) << key;
}

TEST(Guessing, TheValueOfASecretWithSeveralNames) {
  const auto value = [](const char* text, const char* name = "N") {
    return main_value(boost::json::parse(text).as_object(), name);
  };
  EXPECT_EQ(value(R"({"x":"1","api_key":"2","token":"3","N":"4"})"), "2");
  EXPECT_EQ(value(R"({"x":"1","api_key":"","token":"3","N":"4"})"), "3");
  EXPECT_EQ(value(R"({"x":"1","N":"4"})"), "4");
  EXPECT_EQ(value(R"({"x":"1","y":"2"})"), "1");
  EXPECT_EQ(value(R"({"x":5})"), "5");
  EXPECT_EQ(value(R"({"x":null,"y":"2"})"), "");
  EXPECT_EQ(value("{}"), "");
}

}  // namespace
}  // namespace trinity::credentials
