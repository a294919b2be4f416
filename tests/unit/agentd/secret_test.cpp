#include "agentd/secret.h"

#include <gtest/gtest.h>

#include "agentd/config.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

TEST(Secret, MatchesOnlyItself) {
  const Secret secret("0123456789abcdef\n");
  ASSERT_TRUE(secret.known());
  for (const auto* good : {"Bearer 0123456789abcdef", "bearer 0123456789abcdef", "BEARER 0123456789abcdef"}) {
    EXPECT_TRUE(secret.matches(good)) << good;
  }
  for (const auto* bad :
       {"", "Bearer", "Bearer ", "0123456789abcdef", "Basic 0123456789abcdef", "Bearer 0123456789abcde",
        "Bearer 0123456789abcdeF", "Bearer 0123456789abcdef0", "Bearer  0123456789abcdef",
        "Bearer 0123456789abcdef0123456789abcdef", "Bearer0123456789abcdef"}) {
    EXPECT_FALSE(secret.matches(bad)) << bad;
  }
}

TEST(Secret, WithoutOneNobodyGetsIn) {
  for (const auto& secret : {Secret(), Secret(""), Secret("\n"), Secret("short"), Secret("0123456789abcde \n")}) {
    EXPECT_FALSE(secret.known());
    EXPECT_FALSE(secret.matches("Bearer "));
    EXPECT_FALSE(secret.matches("Bearer short"));
    EXPECT_FALSE(secret.matches("Bearer"));
  }
}

TEST(Secret, ComesFromAFile) {
  const TempFolder folder;
  EXPECT_FALSE(Secret::from_file(folder.path() / "none").known());
  EXPECT_FALSE(Secret::from_file(folder.path()).known());
  EXPECT_FALSE(Secret::from_file(folder.write("large", std::string(5000, 'x'))).known());
  EXPECT_TRUE(Secret::from_file(folder.write("good", "0123456789abcdef\n")).matches("Bearer 0123456789abcdef"));
}

Config from(std::map<std::string, std::string> variables) {
  return config_from([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found != variables.end() ? std::optional(found->second) : std::nullopt;
  });
}

TEST(Config, HasDefaults) {
  const auto config = from({});
  EXPECT_EQ(config.agent_name, "unknown");
  EXPECT_EQ(config.port, 8000);
  EXPECT_EQ(config.home, "/home/developer");
  EXPECT_EQ(config.runtime, "");
  EXPECT_TRUE(config.faults.empty());
}

TEST(Config, ComesFromTheEnvironment) {
  const auto config = from({{"AGENT_NAME", "ruby"},
                            {"AGENT_SERVER_PORT", "9001"},
                            {"AGENT_RUNTIME", "command"},
                            {"AGENT_RUNTIME_MODEL", ""},
                            {"CLAUDE_MODEL", "opus"},
                            {"TEMPLATE_NAME", "local:demo"},
                            {"TRINITY_IMAGE_VARIANT", "slim"},
                            {"HOME", "/tmp/home"}});
  EXPECT_EQ(config.agent_name, "ruby");
  EXPECT_EQ(config.port, 9001);
  EXPECT_EQ(config.runtime, "command");
  EXPECT_EQ(config.model, "opus");
  EXPECT_EQ(config.template_name, "local:demo");
  EXPECT_TRUE(config.slim_image);
  EXPECT_EQ(config.home, "/tmp/home");
}

TEST(Config, ABadPortIsNamedAndDoesNotStopTheAgent) {
  for (const auto* port : {"0", "65536", "-1", "80x", " 80", "99999999999"}) {
    const auto config = from({{"AGENT_SERVER_PORT", port}});
    EXPECT_EQ(config.port, 8000) << port;
    EXPECT_EQ(config.faults.size(), 1U) << port;
  }
}

}  // namespace
}  // namespace trinity::agentd
