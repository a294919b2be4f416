#include "base/mail_address.h"

#include <gtest/gtest.h>

namespace trinity {
namespace {

TEST(MailAddress, WhatMailCouldBeSentTo) {
  for (const auto* text : {"ann@example.com", "Ann.Lee+agents@Sub.Example.co.uk", "root@localhost", "o'neil@x.org",
                           "1@2.3", "j\xc3\xbcrgen@example.de", "a_b-c%d@ex-ample.com"}) {
    EXPECT_TRUE(is_mail_address(text)) << text;
  }
}

TEST(MailAddress, WhatIsNone) {
  for (const auto* text : {"",
                           "ann",
                           "@example.com",
                           "ann@",
                           "ann@@example.com",
                           "ann@exa mple.com",
                           " ann@example.com",
                           "ann@example.com ",
                           "ann@example.com\n",
                           "a nn@example.com",
                           "ann@.example.com",
                           "ann@example..com",
                           "ann@example.com.",
                           "ann@-example.com",
                           "ann@example-.com",
                           ".ann@example.com",
                           "ann.@example.com",
                           "a..b@example.com",
                           "ann/bob@example.com",
                           "<ann@example.com>",
                           "\"ann\"@example.com",
                           "ann@[127.0.0.1]",
                           "ann@example.com,bob@example.com",
                           "ann;bob@example.com",
                           "a\\b@example.com",
                           "ann@example_x.com"}) {
    EXPECT_FALSE(is_mail_address(text)) << text;
  }
  EXPECT_FALSE(is_mail_address(std::string_view("a\0b@example.com", 15)));
}

TEST(MailAddress, IsBounded) {
  const std::string host = std::string(60, 'h') + '.' + std::string(60, 'h') + '.' + std::string(60, 'h');
  EXPECT_TRUE(is_mail_address(std::string(64, 'a') + "@x"));
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@x"));
  EXPECT_TRUE(is_mail_address("a@" + std::string(63, 'h')));
  EXPECT_FALSE(is_mail_address("a@" + std::string(64, 'h')));
  EXPECT_TRUE(is_mail_address(std::string(64, 'a') + '@' + host)) << "247";
  EXPECT_FALSE(is_mail_address(std::string(64, 'a') + '@' + host + ".1234567")) << "255";
}

TEST(MailAddress, ComparesInLowerCase) {
  EXPECT_EQ(lower_case("Ann@EXAMPLE.com"), "ann@example.com");
  EXPECT_EQ(lower_case("J\xc3\x9cRGEN@x"), "j\xc3\x9crgen@x") << "letters beyond ASCII stay";
}

}  // namespace
}  // namespace trinity
