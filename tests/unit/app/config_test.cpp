#include "app/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace trinity::app {
namespace {

/// Variables of this process for the length of one test; those that count elsewhere are taken away.
class CommandLine : public testing::Test {
 protected:
  CommandLine() {
    for (const auto* name :
         {"TRINITY_HOME",      "TRINITY_DB_PATH",       "TRINITY_BIND",        "TRINITY_PORT",
          "TRINITY_WEB_DIR",   "TRINITY_TEMPLATES_DIR", "TRINITY_ENGINE",      "TRINITY_CONTAINER_PREFIX",
          "TRINITY_NETWORK",   "TRINITY_SUBNET",        "TRINITY_SSH_ADDRESS", "TRINITY_IMAGES",
          "TRINITY_LOG_LEVEL", "TRINITY_LOG_FORMAT",    "ADMIN_USERNAME",      "ADMIN_PASSWORD",
          "SECRET_KEY",        "EMAIL_AUTH_ENABLED",    "EXTRA_CORS_ORIGINS",  "ANTHROPIC_API_KEY",
          "GITHUB_PAT",        "OTEL_ENABLED",          "HOME_OF_NOBODY",      "OPENAI_API_KEY",
          "GITHUB_API_URL",    "GIT_BASE_URL",          "BACKEND_URL",         "FRONTEND_URL"}) {
      const char* value = std::getenv(name);
      saved_.emplace_back(name, value ? std::optional<std::string>(value) : std::nullopt);
      ::unsetenv(name);
    }
  }
  ~CommandLine() override {
    for (const auto& [name, value] : saved_) {
      ::unsetenv(name.c_str());
      if (value) ::setenv(name.c_str(), value->c_str(), 1);
    }
  }
  static void set(const char* name, const char* value) { ::setenv(name, value, 1); }
  static Parsed parse(std::vector<std::string> words) {
    words.insert(words.begin(), "trinityd");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
  }

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> saved_;
};

TEST_F(CommandLine, DefaultsAreForOneMachine) {
  const auto parsed = parse({});
  ASSERT_FALSE(parsed.exit_code);
  EXPECT_EQ(parsed.config.bind, "127.0.0.1") << "nobody else unless told otherwise";
  EXPECT_EQ(parsed.config.port, 8000);
  EXPECT_EQ(parsed.config.home, "./var");
  EXPECT_EQ(parsed.config.database, std::filesystem::path("./var") / "trinity.db");
  EXPECT_EQ(parsed.config.container_prefix, "agent-");
  EXPECT_EQ(parsed.config.network, "trinity-agent-network");
  EXPECT_EQ(parsed.config.subnet, "172.28.0.0/16");
  EXPECT_EQ(parsed.config.images, std::vector<std::string>{"trinity-agent-base"});
  EXPECT_EQ(parsed.config.admin_username, "admin");
  EXPECT_TRUE(parsed.config.email_auth);
  EXPECT_TRUE(parsed.config.cors_origins.empty());
  for (const auto& [name, value] : parsed.config.agent_environment)
    EXPECT_TRUE(name.starts_with("OTEL_")) << name << ": a default that is no telemetry setting";
}

TEST_F(CommandLine, VariablesSetWhatTheyName) {
  set("TRINITY_HOME", "/data");
  set("TRINITY_PORT", "9000");
  set("TRINITY_IMAGES", "one,two");
  set("TRINITY_ENGINE", "tcp://127.0.0.1:2375");
  set("EXTRA_CORS_ORIGINS", "https://a.example, https://b.example ,,");
  set("ADMIN_USERNAME", "root");
  set("EMAIL_AUTH_ENABLED", "false");
  set("ANTHROPIC_API_KEY", "sk");
  const auto parsed = parse({});
  ASSERT_FALSE(parsed.exit_code);
  EXPECT_EQ(parsed.config.home, "/data");
  EXPECT_EQ(parsed.config.database, "/data/trinity.db");
  EXPECT_EQ(parsed.config.port, 9000);
  EXPECT_EQ(parsed.config.images, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(parsed.config.engine, "tcp://127.0.0.1:2375");
  EXPECT_EQ(parsed.config.cors_origins, (std::vector<std::string>{"https://a.example", "https://b.example"}));
  EXPECT_EQ(parsed.config.admin_username, "root");
  EXPECT_FALSE(parsed.config.email_auth);
  EXPECT_EQ(parsed.config.agent_environment.at("ANTHROPIC_API_KEY"), "sk");
}

TEST_F(CommandLine, FlagsWinOverVariables) {
  set("TRINITY_PORT", "9000");
  set("TRINITY_HOME", "/data");
  set("TRINITY_DB_PATH", "/elsewhere/t.db");
  const auto parsed = parse({"--port", "9001", "--home", "/other", "--log-format", "json"});
  ASSERT_FALSE(parsed.exit_code);
  EXPECT_EQ(parsed.config.port, 9001);
  EXPECT_EQ(parsed.config.home, "/other");
  EXPECT_EQ(parsed.config.database, "/elsewhere/t.db");
  EXPECT_EQ(parsed.config.log_format, "json");
}

TEST_F(CommandLine, AnEmptyVariableIsNone) {
  set("ADMIN_USERNAME", "");
  set("TRINITY_HOME", "");
  const auto parsed = parse({});
  EXPECT_EQ(parsed.config.admin_username, "admin");
  EXPECT_EQ(parsed.config.home, "./var");
}

TEST_F(CommandLine, TheSubnetMayBeLeftToTheEngine) {
  EXPECT_EQ(parse({"--subnet", ""}).config.subnet, "");
}

TEST_F(CommandLine, BadValuesEndTheProgram) {
  const std::vector<std::vector<std::string>> all{{"--port", "70000"},
                                                  {"--port", "-1"},
                                                  {"--port", "x"},
                                                  {"--engine", "http://x"},
                                                  {"--engine", ""},
                                                  {"--container-prefix", "A_"},
                                                  {"--container-prefix", ""},
                                                  {"--container-prefix", "-x"},
                                                  {"--log-level", "loud"},
                                                  {"--log-format", "xml"},
                                                  {"--threads", "65"},
                                                  {"--reconcile-seconds", "0"},
                                                  {"--drain-seconds", "601"},
                                                  {"--no-such-flag"},
                                                  {"stray"},
                                                  {"--port"}};
  for (const auto& words : all) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const auto parsed = parse(words);
    const auto text = testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout();
    ASSERT_TRUE(parsed.exit_code) << words[0];
    EXPECT_NE(*parsed.exit_code, 0) << words[0];
    EXPECT_FALSE(text.empty()) << words[0] << ": nobody is told what is wrong";
  }
}

TEST_F(CommandLine, ABadVariableEndsTheProgramToo) {
  set("TRINITY_PORT", "eight thousand");
  testing::internal::CaptureStderr();
  const auto parsed = parse({});
  const auto text = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(parsed.exit_code);
  EXPECT_NE(*parsed.exit_code, 0);
  EXPECT_FALSE(text.empty());
}

TEST_F(CommandLine, HelpEndsWellAndShowsNoSecret) {
  set("ADMIN_PASSWORD", "hush-hush-hush");
  set("SECRET_KEY", "hush-hush-hush");
  testing::internal::CaptureStdout();
  const auto parsed = parse({"--help"});
  const auto text = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(parsed.exit_code);
  EXPECT_EQ(*parsed.exit_code, 0);
  EXPECT_NE(text.find("--port"), std::string::npos);
  EXPECT_EQ(text.find("hush"), std::string::npos);
}

TEST_F(CommandLine, SecretsAreNoArguments) {
  for (const auto* flag : {"--admin-password", "--secret-key", "--password"}) {
    testing::internal::CaptureStderr();
    const auto parsed = parse({flag, "x"});
    testing::internal::GetCapturedStderr();
    EXPECT_TRUE(parsed.exit_code && *parsed.exit_code != 0) << flag;
  }
}

}  // namespace
}  // namespace trinity::app
