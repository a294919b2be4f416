#include "base/text.h"

#include <gtest/gtest.h>

namespace trinity {
namespace {

TEST(Text, BrokenBytesAreReplaced) {
  EXPECT_EQ(to_utf8("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(to_utf8(""), "");
  EXPECT_EQ(to_utf8("a\xff"
                    "b"),
            "a\xef\xbf\xbd"
            "b");
  for (const std::string broken : {"\xc3", "\xe2\x82", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80"}) {
    const auto made = to_utf8(broken);
    EXPECT_NE(made.find("\xef\xbf\xbd"), std::string::npos);
    EXPECT_EQ(to_utf8(made), made);
  }
}

TEST(Text, PreviewIsOneShortLine) {
  EXPECT_EQ(preview("short"), "short");
  EXPECT_EQ(preview("a\nb\tc"), "a b c");
  const auto cut = preview(std::string(100, 'x'), 10);
  EXPECT_TRUE(cut.ends_with("..."));
  EXPECT_TRUE(cut.starts_with("xxxxx"));
  EXPECT_LE(cut.size(), 13U);
  std::string wide;
  for (int i = 0; i < 20; ++i) wide += "\xc3\xa9";
  EXPECT_EQ(to_utf8(preview(wide, 5)), preview(wide, 5));
}

}  // namespace
}  // namespace trinity
