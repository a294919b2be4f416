#include "executions/transcript.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace trinity::executions {
namespace {

TEST(Transcript, AnyBytesComeBack) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>((i * 31) ^ (i >> 5));
  for (const auto& text : {std::string(), std::string("[]"), std::string(255, 'a'), std::string(256, 'a'), bytes}) {
    EXPECT_EQ(unpack(pack(text)), text) << text.size();
  }
  EXPECT_EQ(pack("[]").encoding, "plain");
  EXPECT_EQ(pack(bytes).encoding, "gzip");
  EXPECT_LT(pack(std::string(100'000, 'a')).bytes.size(), 1'000U);
}

TEST(Transcript, WhatIsBrokenIsSaidToBe) {
  auto packed = pack(std::string(10'000, 'a'));
  auto wrong_size = packed;
  wrong_size.size = 9'999;
  EXPECT_THROW((void)unpack(wrong_size), Internal);
  wrong_size.size = 10'001;
  EXPECT_THROW((void)unpack(wrong_size), Internal);
  wrong_size.size = -1;
  EXPECT_THROW((void)unpack(wrong_size), Internal);
  auto cut = packed;
  cut.bytes.resize(cut.bytes.size() / 2);
  EXPECT_THROW((void)unpack(cut), Internal);
  packed.encoding = "zstd";
  EXPECT_THROW((void)unpack(packed), Internal);
}

}  // namespace
}  // namespace trinity::executions
