#include "executions/call_headers.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/masking.h"
#include "executions/preview.h"

namespace trinity::executions {
namespace {

CallHeaders from(std::initializer_list<std::pair<const char*, const char*>> fields) {
  http::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return call_headers(headers);
}

TEST(CallHeaders, WhatTheySay) {
  EXPECT_EQ(from({}).source_agent, "");
  EXPECT_FALSE(from({}).via_mcp);
  EXPECT_FALSE(from({}).asynchronous);
  EXPECT_EQ(from({}).key, std::nullopt);
  EXPECT_EQ(from({{"X-Source-Agent", "a"}}).source_agent, "a");
  EXPECT_TRUE(from({{"X-Via-MCP", "false"}}).via_mcp) << "any value counts";
  EXPECT_FALSE(from({{"X-Via-MCP", ""}}).via_mcp);
  EXPECT_TRUE(from({{"Prefer", "respond-async"}}).asynchronous);
  EXPECT_TRUE(from({{"prefer", "wait=5, Respond-Async ; x=1"}}).asynchronous);
  EXPECT_FALSE(from({{"Prefer", "respond-asynchronously, return=minimal"}}).asynchronous);
  EXPECT_EQ(from({{"Idempotency-Key", "a-1"}}).key, "a-1");
}

TEST(CallHeaders, KeysAreVisibleCharacters) {
  for (const auto* bad : {"", "a b", "\xc3\xa4", "tab\t"}) {
    EXPECT_THROW((void)from({{"Idempotency-Key", bad}}), Unprocessable) << bad;
  }
  EXPECT_THROW((void)from({{"Idempotency-Key", std::string(129, 'x').c_str()}}), Unprocessable);
  EXPECT_EQ(from({{"Idempotency-Key", std::string(128, 'x').c_str()}}).key->size(), 128U);
}

TEST(Preview, NeverSplitsACharacter) {
  EXPECT_EQ(first_characters("abc", 2), "ab");
  EXPECT_EQ(first_characters("abc", 3), "abc");
  EXPECT_EQ(first_characters("\xc3\xa4\xc3\xb6x", 2), "\xc3\xa4\xc3\xb6");
  EXPECT_EQ(first_characters("", 5), "");
  EXPECT_EQ(first_characters(std::string(300, 'x')).size(), 100U);
}

TEST(Preview, HidesSecretsBeforeItCuts) {
  const std::string secret = "ghp_" + std::string(36, 'a');
  EXPECT_EQ(shown_characters("Use " + secret + " now"), "Use ghp_aa" + std::string(secret_mask) + " now");
  const auto cut = shown_characters(std::string(85, 'x') + " " + secret);
  EXPECT_EQ(cut, std::string(85, 'x') + " ghp_aa" + std::string(secret_mask));
  EXPECT_EQ(shown_characters(std::string(300, 'x')).size(), 100U);
}

}  // namespace
}  // namespace trinity::executions
