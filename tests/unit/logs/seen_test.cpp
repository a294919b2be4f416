#include "logs/seen.h"

#include <gtest/gtest.h>

namespace trinity::logs {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t start = 1'768'469'405'000'000'000;

Line line(std::int64_t at_ms, std::string text, Stream stream = Stream::out) {
  return {start + at_ms * ms, stream, std::move(text)};
}

/// The log as the engine gives it again from `seen.since()` on: what of it is taken.
std::vector<std::string> read_again(Seen& seen, const std::vector<Line>& log) {
  const auto since = seen.since();
  std::vector<std::string> taken;
  seen.again();
  for (const auto& one : log) {
    if (one.at_nano < since || !seen.is_new(one)) continue;
    seen.note(one);
    taken.push_back(one.text);
  }
  return taken;
}

TEST(Seen, NothingIsKnownAtFirst) {
  Seen seen;
  EXPECT_EQ(seen.since(), 0);
  EXPECT_EQ(read_again(seen, {line(1, "a"), line(1, "a")}), (std::vector<std::string>{"a", "a"}));
  EXPECT_TRUE(seen.joined()) << "nothing can be missing";
}

TEST(Seen, ALogThatIsReadAgainGoesOn) {
  // Cut after each line in turn, also between two that look the same.
  const std::vector<Line> log{line(0, "a"),  line(0, "a"),   line(0, "b"),   line(50, "c"),  line(49, "d", Stream::err),
                              line(90, "a"), line(300, "e"), line(300, "e"), line(299, "f"), line(900, "g")};
  for (std::size_t cut = 1; cut <= log.size(); ++cut) {
    Seen seen;
    std::vector<std::string> all;
    for (std::size_t i = 0; i < cut; ++i) {
      ASSERT_TRUE(seen.is_new(log[i]));
      seen.note(log[i]);
      all.push_back(log[i].text);
    }
    // Twice: the second time nothing is new.
    const auto rest = read_again(seen, log);
    EXPECT_TRUE(seen.joined());
    all.insert(all.end(), rest.begin(), rest.end());
    ASSERT_EQ(all.size(), log.size()) << "cut after " << cut;
    for (std::size_t i = 0; i < log.size(); ++i) EXPECT_EQ(all[i], log[i].text);
    EXPECT_TRUE(read_again(seen, log).empty());
    EXPECT_TRUE(seen.joined());
  }
}

TEST(Seen, AMissingStretchIsNoticed) {
  Seen seen;
  seen.note(line(0, "a"));
  EXPECT_EQ(read_again(seen, {line(5000, "z")}), (std::vector<std::string>{"z"}));
  EXPECT_FALSE(seen.joined());
  // Once behind the known ones nothing is compared any more.
  EXPECT_TRUE(seen.is_new(line(0, "a")));
}

TEST(Seen, LinesWithoutTimeAreAlwaysNew) {
  Seen seen;
  const Line timeless{0, Stream::out, "x"};
  seen.note(timeless);
  EXPECT_EQ(seen.since(), 0);
  seen.again();
  EXPECT_TRUE(seen.is_new(timeless));
}

TEST(Seen, IsBoundedHoweverFastTheLinesCome) {
  Seen seen;
  std::vector<Line> log;
  for (int i = 0; i < 20'000; ++i) log.push_back({start + i * 100, Stream::out, std::to_string(i % 3)});
  for (std::size_t i = 0; i < 15'000; ++i) seen.note(log[i]);
  EXPECT_GT(seen.since(), log[10'000].at_nano);
  EXPECT_LE(seen.since(), log[14'999].at_nano);
  EXPECT_EQ(read_again(seen, log).size(), 5'000U);
  EXPECT_TRUE(seen.joined());
}

TEST(Seen, ClearForgets) {
  Seen seen;
  seen.note(line(0, "a"));
  seen.clear();
  EXPECT_EQ(seen.since(), 0);
  seen.again();
  EXPECT_TRUE(seen.is_new(line(0, "a")));
}

}  // namespace
}  // namespace trinity::logs
