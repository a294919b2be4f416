#include "platform/keys.h"

#include <gtest/gtest.h>

#include "platform/ops.h"
#include "settings/values.h"

namespace trinity::platform {
namespace {

const KeyKind& kind(std::string_view name) {
  const auto* const found = key_kind(name);
  if (found == nullptr) throw std::logic_error("no such key");
  return *found;
}

TEST(PlatformKeys, AreAllSecretSettings) {
  EXPECT_EQ(key_kinds().size(), 4U);
  for (const auto& one : key_kinds()) {
    EXPECT_TRUE(settings::is_secret(one.setting)) << one.name;
    EXPECT_EQ(key_kind_of_setting(one.setting), &one);
  }
  EXPECT_EQ(key_kind("none"), nullptr);
  EXPECT_EQ(key_kind_of_setting("trinity_prompt"), nullptr);
}

TEST(PlatformKeys, AreToldByTheirBegin) {
  EXPECT_TRUE(is_well_formed(kind("anthropic"), "sk-ant-api03-x"));
  EXPECT_TRUE(is_well_formed(kind("github"), "ghp_x"));
  EXPECT_TRUE(is_well_formed(kind("github"), "github_pat_x"));
  EXPECT_TRUE(is_well_formed(kind("google"), "AIzaSyX"));
  EXPECT_TRUE(is_well_formed(kind("openai"), "sk-proj-x"));
  EXPECT_FALSE(is_well_formed(kind("openai"), "sk-ant-api03-x"));
  EXPECT_FALSE(is_well_formed(kind("anthropic"), "sk-proj-x"));
  EXPECT_FALSE(is_well_formed(kind("github"), "gho_x"));
  for (const auto& one : key_kinds()) EXPECT_FALSE(is_well_formed(one, "")) << one.name;
}

TEST(PlatformKeys, HoldNothingThatAHeaderCannot) {
  for (const auto* bad : {"sk-ant-a b", "sk-ant-a\nX-More: y", "sk-ant-\x01", "sk-ant-\xC3\xA4"})
    EXPECT_FALSE(is_well_formed(kind("anthropic"), bad)) << bad;
  EXPECT_FALSE(is_well_formed(kind("anthropic"), "sk-ant-" + std::string(2'000, 'x')));
}

TEST(PlatformKeys, AreStrippedAndMasked) {
  EXPECT_EQ(stripped("  sk-ant-x \r\n"), "sk-ant-x");
  EXPECT_EQ(stripped(" \t "), "");
  EXPECT_EQ(masked("sk-ant-1234"), "...1234");
  EXPECT_EQ(masked("12345678"), "...5678");
  EXPECT_EQ(masked("1234567"), "****");
  EXPECT_EQ(masked(""), "****");
}

TEST(OpsSettings, DefaultsAreValid) {
  EXPECT_EQ(ops_keys().size(), 9U);
  for (const auto& key : ops_keys()) EXPECT_FALSE(ops_fault(key, key.fallback)) << key.key;
  EXPECT_TRUE(thresholds_agree(settings::Values()));
}

TEST(OpsSettings, AreChecked) {
  struct Case {
    std::string_view key;
    std::vector<std::string_view> good;
    std::vector<std::string_view> bad;
  };
  const Case all[] = {
      {"ops_context_warning_threshold", {"0", "100", "72.5"}, {"", "-1", "101", "x", "75%", "1e1", "nan", "inf", " 5"}},
      {"ops_idle_timeout_minutes", {"1", "30"}, {"0", "-1", "1.5", "", "99999999999", "x"}},
      {"ops_cost_limit_daily_usd", {"0", "50.0", "12.34"}, {"-0.01", "", "x", "1e400"}},
      {"ssh_access_enabled", {"true", "FALSE", "1", "0", "Yes", "no"}, {"", "on", "maybe"}},
  };
  for (const auto& [name, good, bad] : all) {
    for (const auto text : good) EXPECT_FALSE(ops_fault(*ops_key(name), text)) << name << " = " << text;
    for (const auto text : bad) EXPECT_TRUE(ops_fault(*ops_key(name), text)) << name << " = " << text;
  }
}

TEST(OpsSettings, OddOldValuesCountAsDefaults) {
  const settings::Values values({{"ops_context_warning_threshold", "many"}, {"ops_cost_limit_daily_usd", "7"}});
  EXPECT_EQ(ops_value(*ops_key("ops_context_warning_threshold"), values), "75");
  EXPECT_EQ(ops_value(*ops_key("ops_cost_limit_daily_usd"), values), "7");
  EXPECT_EQ(ops_value(*ops_key("ssh_access_enabled"), values), "false");
}

}  // namespace
}  // namespace trinity::platform
