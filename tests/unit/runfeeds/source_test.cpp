#include "runfeeds/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "base/masking.h"
#include "fixture.h"
#include "runfeeds/rows.h"

namespace trinity::runfeeds::testing {
namespace {

using ::testing::ElementsAre;

TEST(NewestEntries, AreTheLastThatFit) {
  const auto all = newest_entries(R"( [ {"a":[1,{"b":"],}"}]} , {"c":"\"x\\"},{"d":null} ] )", 1'000'000, 1000);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->total, 3U);
  ASSERT_EQ(all->entries.size(), 3U);
  EXPECT_EQ(boost::json::parse(all->entries[1]).at("c"), R"("x\)");
  const auto last = newest_entries(R"([{"a":1},{"b":1},{"c":1}])", 18, 1000);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->total, 3U);
  EXPECT_THAT(last->entries, ElementsAre(R"({"b":1})", R"({"c":1})"));
  const auto large = newest_entries(R"([{"a":")" + std::string(5000, 'x') + "\"}]", 10, 1000);
  ASSERT_TRUE(large);
  EXPECT_EQ(large->entries.size(), 1U) << "one there always is";
  EXPECT_LT(large->entries[0].size(), 1000U);
}

TEST(NewestEntries, OfWhatIsNoTranscriptThereAreNone) {
  for (const auto* text : {"", "x", "{}", "[", "[{]", "[{}", "[1]", "[{},]", "[,{}]", "null", "[\"a\"]"}) {
    EXPECT_FALSE(newest_entries(text, 1000, 1000)) << text;
  }
  const auto empty = newest_entries("[]", 1000, 1000);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->total, 0U);
}

TEST(Rows, TellNoSecrets) {
  auto one = record("r", "failed");
  one.message = "A_TOKEN=abcdefgh";
  one.response = one.message;
  one.error = "no A_TOKEN=abcdefgh";
  const auto told = boost::json::serialize(page_row(one));
  EXPECT_EQ(told.find("abcdefgh"), std::string::npos) << told;
  EXPECT_EQ(page_row(one).at("message").as_string(), "A_TOKEN=" + std::string(secret_mask));
  one.message = std::string(2'030, 'm') + " ghp_" + std::string(36, 'a');
  EXPECT_EQ(boost::json::serialize(page_row(one)).find("ghp_aaa"), std::string::npos) << "also at the cut";
}

TEST(Rows, LeaveOutWhatIsLarge) {
  auto one = record("r", "success");
  one.message = std::string(5000, 'm');
  one.response = std::string(100'000, 'r');
  one.execution_log = "[]";
  one.tool_calls = "[]";
  auto row = list_row(one);
  EXPECT_FALSE(row.contains("execution_log"));
  EXPECT_FALSE(row.contains("tool_calls"));
  EXPECT_FALSE(row.contains("response"));
  EXPECT_EQ(row.at("message").as_string().size(), 2048U);
  EXPECT_EQ(row.at("message_cut"), true);
  EXPECT_EQ(row.at("response_preview").as_string().size(), 500U);
  EXPECT_FALSE(row.contains("execution_id"));
  row = page_row(one);
  EXPECT_EQ(row.at("response").as_string().size(), 64U * 1024);
  EXPECT_EQ(row.at("response_cut"), true);
  row = page_row(record("r"));
  EXPECT_TRUE(row.at("response").is_null());
  EXPECT_TRUE(row.at("response_preview").is_null());
  EXPECT_EQ(row.at("execution_id"), "r");
  EXPECT_FALSE(row.contains("message_cut"));
  one.response = "";
  for (int i = 0; i < 600; ++i) *one.response += "é";
  EXPECT_EQ(list_row(one).at("response_preview").as_string().size(), 1000U);
  EXPECT_EQ(beginning("aé", 2), "a");
}

}  // namespace
}  // namespace trinity::runfeeds::testing
