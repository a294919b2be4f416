#include "runfeeds/run_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::runfeeds::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunLogTest : public ::testing::Test {
 protected:
  Told take(int ms, bool all = false) { return told(log.take(at(milliseconds(ms)), all)); }
  boost::json::object snapshot() { return boost::json::parse("{" + log.snapshot() + "}").as_object(); }
  static int count(const boost::json::object& data) { return static_cast<int>(data.at("entries").as_array().size()); }

  RunLog log{"bot", "run"};
};

TEST_F(RunLogTest, EntriesComeAtOnceAndThenFourTimesASecond) {
  log.append(entries(0, 2));
  const auto first = take(1000);
  ASSERT_THAT(names(first), ElementsAre("execution_log_append"));
  EXPECT_EQ(
      boost::json::serialize(first[0].second),
      R"({"name":"bot","execution_id":"run","index":0,"entries":[{"type":"assistant","n":0},{"type":"assistant","n":1}]})");
  log.append(entries(2, 1));
  EXPECT_THAT(take(1100), IsEmpty());
  ASSERT_TRUE(log.next(at(milliseconds(1100))));
  EXPECT_EQ(*log.next(at(milliseconds(1100))), at(milliseconds(1250)).steady);
  log.append(entries(3, 1));
  const auto second = take(1250);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].second.at("index"), 2);
  EXPECT_EQ(count(second[0].second), 2);
  EXPECT_FALSE(log.next(at(milliseconds(1250))));
}

TEST_F(RunLogTest, AFirstPieceOfTextGoesAtOnceAndLaterOnesInPaces) {
  log.write(0, "He", "2026-01-10T10:30:00.000Z");
  const auto first = take(0);
  ASSERT_THAT(names(first), ElementsAre("execution_text"));
  EXPECT_EQ(first[0].second.at("at"), 0);
  EXPECT_EQ(first[0].second.at("text"), "He");
  EXPECT_EQ(first[0].second.at("read_at"), "2026-01-10T10:30:00.000Z");
  log.write(2, "ll", "2026-01-10T10:30:00.010Z");
  EXPECT_THAT(take(20), IsEmpty());
  log.write(4, "o", "2026-01-10T10:30:00.020Z");
  EXPECT_EQ(*log.next(at(milliseconds(20))), at(milliseconds(50)).steady);
  const auto second = take(50);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].second.at("at"), 2);
  EXPECT_EQ(second[0].second.at("text"), "llo");
  EXPECT_EQ(second[0].second.at("read_at"), "2026-01-10T10:30:00.010Z") << "that of the piece that waited longest";
}

TEST_F(RunLogTest, TextStaysBehindTheEntriesBeforeItAndDrawsThemOut) {
  log.append(entries(0, 1));
  EXPECT_EQ(take(0).size(), 1U);
  log.write(0, "abc", "");
  EXPECT_EQ(take(100).size(), 1U);
  log.end_text();
  log.append(entries(1, 1));
  const auto over = take(110);
  ASSERT_THAT(names(over), ElementsAre("execution_log_append", "execution_text"))
      << "the text goes when its entry is there, and that is now";
  EXPECT_EQ(over[1].second.at("text"), "");
  EXPECT_EQ(over[1].second.at("at"), 0);
  log.append(entries(2, 1));
  EXPECT_THAT(take(115), IsEmpty());
  log.write(0, "next", "");
  EXPECT_THAT(names(take(120)), ElementsAre("execution_log_append")) << "the text itself waits for its own pace";
  EXPECT_THAT(names(take(150)), ElementsAre("execution_text"));
}

TEST_F(RunLogTest, NoTextMakesEntriesComeMoreThanFourTimesASecond) {
  int appends = 0;
  for (int ms = 0; ms < 1000; ms += 10) {
    log.append(entries(ms / 10, 1));
    log.write(0, "text " + std::to_string(ms), "");
    for (const auto& [name, data] : take(ms)) appends += name == "execution_log_append" ? 1 : 0;
  }
  EXPECT_EQ(appends, 4);
  EXPECT_FALSE(take(1010).empty());
}

TEST_F(RunLogTest, FramesAreBoundedAndAFloodIsTakenAsAWhole) {
  const auto big = R"({"x":")" + std::string(30'000, 'x') + "\"}";
  log.append({big, big, big});
  const auto framed = take(0);
  ASSERT_EQ(framed.size(), 2U);
  EXPECT_EQ(count(framed[0].second), 2);
  EXPECT_EQ(framed[1].second.at("index"), 2);
  log.append(std::vector<std::string>(20, big));
  EXPECT_THAT(names(take(300)), ElementsAre("(whole)"));
  log.append(std::vector<std::string>(100, big));
  EXPECT_THAT(names(take(600)), ElementsAre("(whole)"));
  const auto snap = snapshot();
  EXPECT_EQ(snap.at("log_total"), 123);
  const auto shown = snap.at("log").as_array().size();
  EXPECT_EQ(snap.at("log_from"), 123 - static_cast<int>(shown));
  EXPECT_LE(log.snapshot().size(), 1024U * 1024 + 200);
  EXPECT_GT(shown, 30U);
}

TEST_F(RunLogTest, SnapshotsHoldWhatWasToldAndNothingElse) {
  log.append(entries(0, 1));
  log.write(0, "abc", "");
  EXPECT_EQ(take(0).size(), 2U);
  log.append(entries(1, 1));
  log.write(3, "def", "");
  auto snap = snapshot();
  EXPECT_EQ(snap.at("log").as_array().size(), 1U);
  EXPECT_EQ(snap.at("log_total"), 1);
  EXPECT_EQ(snap.at("partial"), "abc");
  EXPECT_EQ(take(300).size(), 2U);
  snap = snapshot();
  EXPECT_EQ(snap.at("log").as_array().size(), 2U);
  EXPECT_EQ(snap.at("partial"), "abcdef");
}

TEST_F(RunLogTest, EntriesThatBeginAnewAreTakenAsAWhole) {
  log.append(entries(0, 3));
  EXPECT_EQ(take(0).size(), 1U);
  log.clear();
  log.append(entries(7, 1));
  EXPECT_THAT(names(take(300)), ElementsAre("(whole)"));
  EXPECT_EQ(snapshot().at("log_total"), 1);
  log.replace(entries(0, 4), 10);
  EXPECT_THAT(names(take(600)), ElementsAre("(whole)"));
  EXPECT_EQ(snapshot().at("log_from"), 6);
}

TEST_F(RunLogTest, TheEndWaitsForNoPace) {
  log.append(entries(0, 1));
  EXPECT_EQ(take(0).size(), 1U);
  log.append(entries(1, 1));
  log.write(0, "x", "");
  EXPECT_EQ(take(1, true).size(), 2U);
}

TEST_F(RunLogTest, TextIsBounded) {
  log.write(0, std::string(1'500'000, 'x'), "");
  log.write(1'500'000, std::string(1'500'000, 'x'), "");
  EXPECT_EQ(take(0).size(), 1U);
  EXPECT_EQ(snapshot().at("partial").as_string().size(), 1'500'000U);
}

}  // namespace
}  // namespace trinity::runfeeds::testing
