#include "live/origin.h"

#include <gtest/gtest.h>

#include "live/routes.h"

namespace trinity::live {
namespace {

TEST(Origin, HostNames) {
  EXPECT_EQ(host_name("https://Example.com:8443/x"), "example.com");
  EXPECT_EQ(host_name("example.com:80"), "example.com");
  EXPECT_EQ(host_name("example.com"), "example.com");
  EXPECT_EQ(host_name("http://[::1]:8000"), "[::1]");
  EXPECT_EQ(host_name("[::1]"), "[::1]");
  EXPECT_EQ(host_name("http://me@evil.example:1"), "evil.example");
  EXPECT_EQ(host_name(""), "");
  EXPECT_EQ(host_name("https://"), "");
}

struct Case {
  const char* what;
  OriginFields fields;
  bool counts;
};

TEST(Origin, WhenCookiesCount) {
  const std::vector<std::string> allowed{"http://localhost:3000"};
  const Case cases[] = {
      {"no origin", {{}, "a.example", {}}, true},
      {"same host", {"https://a.example", "a.example:8000", {}}, true},
      {"ports and scheme do not count", {"http://A.example:1", "a.example:2", {}}, true},
      {"behind a proxy", {"https://a.example", "10.0.0.1", "a.example, b.example"}, true},
      {"on the list", {"http://localhost:3000", "a.example", {}}, true},
      {"listed with another port", {"http://localhost:3001", "a.example", {}}, false},
      {"foreign", {"https://evil.example", "a.example", {}}, false},
      {"second of the forwarded ones", {"https://b.example", "10.0.0.1", "a.example, b.example"}, false},
      {"suffix", {"https://a.example.evil", "a.example", {}}, false},
      {"null", {"null", "null", {}}, false},
      {"empty", {"", "a.example", {}}, false},
      {"no host at all", {"https://", "", {}}, false},
      {"nothing to compare", {"https://a.example", {}, {}}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(cookies_count(c.fields, allowed), c.counts) << c.what;
}

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
