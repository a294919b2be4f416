#include "agents/names.h"

#include <gtest/gtest.h>

#include <random>

#include "base/errors.h"

namespace trinity::agents {
namespace {

TEST(SanitiseName, FollowsTheTable) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"invalid name with spaces!", "invalid-name-with-spaces"},
      {"Research Bot", "research-bot"},
      {"bot", "bot"},
      {"bot_2", "bot_2"},
      {"a.b", "a.b"},
      {"a..b", "a..b"},
      {"--__..bot", "bot"},
      {"-1bot", "1bot"},
      {"a---b", "a-b"},
      {"a- -b", "a-b"},
      {"a-", "a"},
      {"a!!!", "a"},
      {"a.", "a"},
      {"a.-.-", "a"},
      {"ÄpfelBot", "pfelbot"},
      {"bät", "b-t"},
      {"../../etc/passwd", "etc-passwd"},
      {"a/b\\c", "a-b-c"},
      {std::string("a\0b", 3), "a-b"},
      {"a\nb", "a-b"},
      {"", ""},
      {"!!!", ""},
      {"---", ""},
      {"._-", ""},
      {"🤖", ""},
  };
  for (const auto& [raw, wanted] : table) EXPECT_EQ(sanitise_name(raw), wanted) << raw;
}

TEST(SanitiseName, GivesANameThatStaysAsItIs) {
  std::mt19937 random(7);
  const std::string alphabet = "aZ09_.- !/\\\xc3\xa4\n";
  for (int i = 0; i < 20'000; ++i) {
    std::string raw;
    const auto length = random() % 12;
    for (unsigned c = 0; c < length; ++c)
      raw += random() % 8 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    const auto name = sanitise_name(raw);
    ASSERT_EQ(sanitise_name(name), name) << raw;
    if (name.empty()) continue;
    ASSERT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-"), std::string::npos) << name;
    ASSERT_TRUE(std::isalnum(static_cast<unsigned char>(name.front()))) << name;
    ASSERT_NE(name.back(), '-');
    ASSERT_NE(name.back(), '.');
    ASSERT_EQ(name.find("--"), std::string::npos);
  }
}

std::string refusal(const std::string& name) {
  try {
    check_name(name);
  } catch (const BadRequest& e) {
    return e.what();
  }
  return {};
}

TEST(CheckName, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(""), "Invalid agent name - must contain at least one alphanumeric character");
  EXPECT_EQ(refusal(std::string(50, 'a')), "");
  EXPECT_NE(refusal(std::string(51, 'a')), "");
  EXPECT_EQ(refusal("bot_2"), "");
  EXPECT_EQ(refusal("statistics"), "");
}

TEST(CheckName, AddressesOfTheApiAreReserved) {
  for (const auto* name : {"context-stats", "execution-stats", "autonomy-status", "deploy-local", "activities",
                           "attention", "trinity-system"})
    EXPECT_NE(refusal(name).find(name), std::string::npos) << name;
}

}  // namespace
}  // namespace trinity::agents
