#include "base/ids.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace trinity {
namespace {

using Bytes = std::array<unsigned char, 4>;

TEST(Ids, Encodings) {
  const Bytes bytes{0x00, 0xff, 0x3e, 0xbf};
  EXPECT_EQ(hex(bytes), "00ff3ebf");
  EXPECT_EQ(base64url(bytes), "AP8-vw");
  EXPECT_EQ(base64url(std::span(bytes).first(3)), "AP8-");
  EXPECT_EQ(base64url(std::span(bytes).first(1)), "AA");
  EXPECT_EQ(hex({}), "");
}

TEST(Ids, HaveTheirShapeAndDiffer) {
  EXPECT_EQ(random_base64url(16).size(), 22U);
  EXPECT_EQ(random_hex(8).size(), 16U);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random_uuid());
  EXPECT_EQ(seen.size(), 100U);
  const auto uuid = *seen.begin();
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  for (const auto i : {8, 13, 18, 23}) EXPECT_EQ(uuid[static_cast<std::size_t>(i)], '-');
}

}  // namespace
}  // namespace trinity
