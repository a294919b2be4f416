#include "http/etag.h"

#include <gtest/gtest.h>

namespace trinity::http {
namespace {

struct Case {
  const char* what;
  std::vector<std::string> fields;  ///< values of If-None-Match
  const char* tag;
  bool known;
};

const Case cases[] = {
    {"no field", {}, "\"a\"", false},
    {"empty field", {""}, "\"a\"", false},
    {"same", {"\"a\""}, "\"a\"", true},
    {"other", {"\"b\""}, "\"a\"", false},
    {"case counts", {"\"A\""}, "\"a\"", false},
    {"any", {"*"}, "\"a\"", true},
    {"any with blanks", {"  * "}, "\"a\"", true},
    {"any only alone", {"\"b\", *"}, "\"a\"", false},
    {"a tag named like it", {"\"*\""}, "\"a\"", false},
    {"weak against strong", {"W/\"a\""}, "\"a\"", true},
    {"strong against weak", {"\"a\""}, "W/\"a\"", true},
    {"weak against weak", {"W/\"a\""}, "W/\"a\"", true},
    {"small w is no mark", {"w/\"a\""}, "\"a\"", false},
    {"last of a list", {"\"b\", W/\"c\" ,\"a\""}, "\"a\"", true},
    {"empty elements", {", ,\"b\",,\"a\","}, "\"a\"", true},
    {"comma within a tag", {"\"b,\"a\"\""}, "\"a\"", false},
    {"whole tag with a comma", {"\"b,a\""}, "\"b,a\"", true},
    {"part of a longer one", {"\"ab\""}, "\"a\"", false},
    {"without quotes", {"a"}, "\"a\"", false},
    {"quote left open", {"\"a"}, "\"a\"", false},
    {"before the break", {"\"a\", oops"}, "\"a\"", true},
    {"behind the break", {"oops, \"a\""}, "\"a\"", false},
    {"the second field", {"\"b\"", "\"a\""}, "\"a\"", true},
};

TEST(ETag, KnownTags) {
  for (const auto& c : cases) {
    Headers asked;
    for (const auto& field : c.fields) asked.add("if-none-match", field);
    EXPECT_EQ(is_known(asked, c.tag), c.known) << c.what;
  }
}

TEST(ETag, StrongTagsNameBytesAndForm) {
  EXPECT_EQ(strong_tag(0xab), "\"00000000000000ab\"");
  EXPECT_EQ(strong_tag(0xab, "gz"), packed_tag(strong_tag(0xab)));
  EXPECT_EQ(packed_tag("W/\"a\""), "W/\"a\"");
  EXPECT_NE(digest("a"), digest("b"));
  EXPECT_NE(digest(""), digest(std::string_view("\0", 1)));
}

TEST(ETag, KnowsWhichFormTheClientHas) {
  Headers plain;
  plain.add("If-None-Match", "\"a\"");
  EXPECT_EQ(known_form(plain, "\"a\""), "\"a\"");
  Headers packed;
  packed.add("If-None-Match", "\"b\", \"a-gz\"");
  EXPECT_EQ(known_form(packed, "\"a\""), "\"a-gz\"");
  EXPECT_EQ(known_form(packed, "\"c\""), "");
}

}  // namespace
}  // namespace trinity::http
