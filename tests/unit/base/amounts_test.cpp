#include "base/amounts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace trinity {
namespace {

constexpr std::int64_t mega = 1024 * 1024;

TEST(ParseMemory, FollowsTheTable) {
  const std::vector<std::pair<std::string, std::optional<std::int64_t>>> table{
      {"4g", 4096 * mega},
      {"4G", 4096 * mega},
      {"512m", 512 * mega},
      {"1.5g", 1536 * mega},
      {"1073741824", 1024 * mega},
      {"1073741824b", 1024 * mega},
      {"10240k", 10 * mega},
      {"1t", 1024 * 1024 * mega},
      {"64t", 64 * 1024 * 1024 * mega},
      {"6m", 6 * mega},
      {"5m", std::nullopt},
      {"65t", std::nullopt},
      {"0", std::nullopt},
      {"", std::nullopt},
      {"g", std::nullopt},
      {".", std::nullopt},
      {".g", std::nullopt},
      {"1.2.3g", std::nullopt},
      {"-4g", std::nullopt},
      {"+4g", std::nullopt},
      {" 4g", std::nullopt},
      {"4 g", std::nullopt},
      {"4gb", std::nullopt},
      {"4gi", std::nullopt},
      {"4x", std::nullopt},
      {"1e9", std::nullopt},
      {"0x40000000", std::nullopt},
      {"inf", std::nullopt},
      {"nan", std::nullopt},
      {"999999999999999999999999", std::nullopt},
      {std::string("4\0g", 3), std::nullopt},
  };
  for (const auto& [text, wanted] : table) EXPECT_EQ(parse_memory(text), wanted) << "'" << text << "'";
}

TEST(ParseCpuQuota, FollowsTheTable) {
  const std::vector<std::pair<std::string, std::optional<std::int64_t>>> table{
      {"2", 200'000},        {"0.5", 50'000},       {"1.25", 125'000},     {"64", 6'400'000},
      {"4096", 409'600'000}, {"0.001", 1'000},      {"0.01", 1'000},       {"4097", std::nullopt},
      {"0", std::nullopt},   {"0.0", std::nullopt}, {"-1", std::nullopt},  {"", std::nullopt},
      {"two", std::nullopt}, {"2 ", std::nullopt},  {"1e2", std::nullopt}, {"2c", std::nullopt},
  };
  for (const auto& [text, wanted] : table) EXPECT_EQ(parse_cpu_quota(text), wanted) << "'" << text << "'";
}

}  // namespace
}  // namespace trinity
