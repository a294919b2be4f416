#include "live/routes.h"

#include <gtest/gtest.h>

namespace trinity::live {
namespace {

class HandshakeOf : public ::testing::Test {
 protected:
  std::string id_ = "test";
  CallCost cost_;
  http::Request request_{Call(&id_, &cost_)};
};

TEST_F(HandshakeOf, QueryBeforeHeader) {
  request_.headers.add("Authorization", "bearer from-header");
  EXPECT_EQ(handshake_of(request_, {}).token, "from-header");
  request_.query.add("token", "from-query");
  EXPECT_EQ(handshake_of(request_, {}).token, "from-query");
}

TEST_F(HandshakeOf, CookiesOfOwnPagesOnly) {
  request_.headers.add("Cookie", "token=t1; trinity_session=s1");
  request_.headers.add("Host", "a.example");
  EXPECT_EQ(handshake_of(request_, {}).token_cookie, "t1");
  EXPECT_EQ(handshake_of(request_, {}).session_cookie, "s1");
  EXPECT_FALSE(handshake_of(request_, {}).token);
  request_.headers.add("Origin", "https://evil.example");
  EXPECT_FALSE(handshake_of(request_, {}).token_cookie);
  EXPECT_FALSE(handshake_of(request_, {}).session_cookie);
  EXPECT_EQ(handshake_of(request_, {"https://evil.example"}).token_cookie, "t1");
}

}  // namespace
}  // namespace trinity::live
