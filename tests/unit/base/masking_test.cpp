#include "base/masking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/clock.h"

namespace trinity {
namespace {

struct Row {
  std::string given;
  std::string shown;
};

std::string with_lines(std::string text) {
  constexpr std::string_view sign = "⏎";
  for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign, at))
    text.replace(at, sign.size(), "\n");
  return text;
}

/// The table that server and UI both keep to.
std::vector<Row> table() {
  std::ifstream file(MASKING_TABLE);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.size() < 2) continue;
    auto text = with_lines(line.substr(2));
    if (line.front() == '<') rows.push_back({text, text});
    if (line.front() == '>' && !rows.empty()) rows.back().shown = text;
  }
  return rows;
}

TEST(Masking, KeepsToTheTable) {
  const auto rows = table();
  ASSERT_GT(rows.size(), 50U);
  for (const auto& row : rows) {
    EXPECT_EQ(masked(row.given), row.shown);
    EXPECT_EQ(masked(row.shown), row.shown) << "what is hidden is not hidden again";
  }
  const auto hides = [](const Row& row) { return row.given != row.shown; };
  EXPECT_GT(std::count_if(rows.begin(), rows.end(), hides), 30);
}

TEST(Masking, TakesAnyBytes) {
  EXPECT_EQ(masked(""), "");
  const std::string bytes("\0\xff\xc3 TOKEN=\xff\xfe\xfd\xfc\xfb\xfa\0", 17);
  EXPECT_EQ(masked(bytes), std::string("\0\xff\xc3 TOKEN=", 10) + std::string(secret_mask));
}

TEST(Masking, TakesTimeThatGrowsWithTheLengthOnly) {
  for (const std::string_view part : {"eyJaaaaaaaaaaaa-", "eyJaaaaaaaaaaaa.", "xoxb-", "xoxb-1-", "sk-ant-", "ghp_",
                                      "TOKEN=", "\"secret\": \"", "://a:", "?token", "authorization: ", "bearer a",
                                      "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "sk-", "a", "-"}) {
    std::string text;
    while (text.size() < 500'000) text += part;
    const auto began = steady_now();
    (void)masked(text);
    EXPECT_LT(steady_now() - began, std::chrono::seconds(5)) << part;
  }
}

}  // namespace
}  // namespace trinity
