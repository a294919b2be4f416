#include "http/origin.h"

#include <gtest/gtest.h>

#include <optional>

namespace trinity::http {
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

struct Fields {
  std::optional<std::string> origin;
  std::optional<std::string> host;
  std::optional<std::string> forwarded_host;
};

struct Case {
  const char* what;
  Fields fields;
  bool counts;
};

Headers headers_of(const Fields& fields) {
  Headers made;
  if (fields.origin) made.add("Origin", *fields.origin);
  if (fields.host) made.add("Host", *fields.host);
  if (fields.forwarded_host) made.add("X-Forwarded-Host", *fields.forwarded_host);
  return made;
}

TEST(Origin, WhichPagesAreOurs) {
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
      {"port of the forwarded one", {"https://page.example", "internal:8000", "Page.example:443, inner"}, true},
      {"no scheme", {"a.example", "a.example", {}}, false},
      {"null", {"null", "null", {}}, false},
      {"empty", {"", "a.example", {}}, false},
      {"no host at all", {"https://", "", {}}, false},
      {"nothing to compare", {"https://a.example", {}, {}}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(same_origin(headers_of(c.fields), allowed), c.counts) << c.what;
}

}  // namespace
}  // namespace trinity::http
