#include "engine/docker_target.h"

#include <gtest/gtest.h>

#include "engine/docker.h"

namespace trinity::engine {
namespace {

TEST(Targets, AreEncoded) {
  EXPECT_EQ(target_of("containers", "agent-a.b_c~d"), "/containers/agent-a.b_c~d");
  EXPECT_EQ(target_of("containers", "a/b?c#d e%\xC3\xBC", "json"), "/containers/a%2Fb%3Fc%23d%20e%25%C3%BC/json");
  EXPECT_EQ(image_target("debian"), "/images/debian/json");
  EXPECT_EQ(image_target("host:5000/a/b:tag"), "/images/host%3A5000/a/b%3Atag/json");
  EXPECT_EQ(with_query("/x", {}), "/x");
  EXPECT_EQ(with_query("/x", {{"a", "1"}, {"b", R"({"l":["k=v&w"]})"}}),
            "/x?a=1&b=%7B%22l%22%3A%5B%22k%3Dv%26w%22%5D%7D");
}

TEST(Targets, RefuseNamesThatLeadElsewhere) {
  for (const auto* name : {"", ".", ".."}) {
    EXPECT_THROW((void)target_of("containers", name), EngineError) << name;
    EXPECT_THROW((void)image_target(name), EngineError) << name;
  }
  EXPECT_THROW((void)image_target("a/../b"), EngineError);
  EXPECT_THROW((void)image_target("a//b"), EngineError);
}

TEST(SinceText, HasNineDigits) {
  EXPECT_EQ(since_text(1'795'489'575'056'842'648), "1795489575.056842648");
  EXPECT_EQ(since_text(1), "0.000000001");
  EXPECT_EQ(since_text(0), "0.000000000");
  EXPECT_EQ(since_text(-5), "0.000000000");
}

TEST(SplitImage, Table) {
  struct Row {
    std::string name;
    std::string base;
    std::string tag;
  };
  const Row rows[] = {{"debian", "debian", "latest"},
                      {"debian:bookworm-slim", "debian", "bookworm-slim"},
                      {"host:5000/a/b", "host:5000/a/b", "latest"},
                      {"host:5000/a/b:1", "host:5000/a/b", "1"},
                      {"a@sha256:0123", "a", "sha256:0123"}};
  for (const auto& row : rows) {
    const auto split = split_image(row.name);
    EXPECT_EQ(split.name, row.base) << row.name;
    EXPECT_EQ(split.tag, row.tag) << row.name;
  }
}

TEST(ParseAddress, Table) {
  EXPECT_EQ(parse_address("unix:///run/docker.sock")->unix_path, "/run/docker.sock");
  EXPECT_EQ(parse_address("/run/docker.sock")->unix_path, "/run/docker.sock");
  const auto tcp = parse_address("tcp://127.0.0.1:2375");
  ASSERT_TRUE(tcp);
  EXPECT_EQ(tcp->address, "127.0.0.1");
  EXPECT_EQ(tcp->port, 2375);
  EXPECT_EQ(tcp->unix_path, "");
  EXPECT_EQ(parse_address("tcp://[::1]:2375")->address, "::1");
  const std::string long_path = "/" + std::string(120, 'x');
  for (const std::string odd :
       {"", "/", "run/docker.sock", "unix://", "unix://run", "tcp://", "tcp://127.0.0.1",
        "tcp://127.0.0.1:", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:23x", "tcp://engine:2375",
        "tcp://::1:2375", "tcp://[127.0.0.1]:1", "http://127.0.0.1:1", long_path.c_str()}) {
    EXPECT_FALSE(parse_address(odd)) << odd;
  }
}

}  // namespace
}  // namespace trinity::engine
