#include "agentd/credentials/credentials.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdlib>

#include "agentd/credentials/env_file.h"
#include "agentd/credentials/mcp_file.h"
#include "agentd/credentials/secret_file.h"
#include "base/credential_rules.h"
#include "unit/agentd/agent_fixture.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string mode_of(const std::filesystem::path& file) {
  struct stat about{};
  if (::lstat(file.c_str(), &about) != 0) return "none";
  return fmt::format("{:o}", about.st_mode & 07777U);
}

const std::vector<std::string> kAwkward{"plain",
                                        "",
                                        "with blank",
                                        "a \"quoted\" word",
                                        "it's",
                                        "$HOME and `date` and $(date)",
                                        "back\\slash \\n \\\\",
                                        "two\nlines\n",
                                        "both ' and \" and $x and \\",
                                        "# no comment",
                                        "ümläut ☃",
                                        "!history",
                                        "a=b=c"};

TEST(EnvFile, ReadsBackWhatItWrites) {
  std::vector<Variable> variables;
  for (const auto& text : kAwkward) variables.push_back({"V" + std::to_string(variables.size()), text});
  const auto text = env_text(variables, {}, {});
  std::vector<Variable> read;
  for (const auto& item : read_env(text)) {
    if (item.variable) read.push_back(*item.variable);
  }
  EXPECT_EQ(read, variables) << text;
}

TEST(EnvFile, ShellsReadItExactly) {
  TempFolder folder;
  std::vector<Variable> variables;
  for (const auto& text : kAwkward) variables.push_back({"V" + std::to_string(variables.size()), text});
  folder.write("env", env_text(variables, {}, {}));
  std::string script = "set -e; . ./env; ";
  for (const auto& variable : variables) script += "printf '%s\\0' \"$" + variable.name + "\"; ";
  for (const auto* shell : {"sh", "bash"}) {
    const auto command = fmt::format("cd '{}' && {} -c '{}' > out", folder.path().string(), shell, [&] {
      std::string quoted;
      for (const char c : script) quoted += c == '\'' ? "'\\''" : std::string(1, c);
      return quoted;
    }());
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    std::string expected;
    for (const auto& variable : variables) expected += variable.value + '\0';
    EXPECT_EQ(text_of(folder.path() / "out"), expected) << shell;
  }
}

TEST(EnvFile, SimpleValuesHaveTheUsualForm) {
  EXPECT_EQ(env_line({"KEY", "sk-123"}), "KEY=\"sk-123\"\n");
}

TEST(EnvFile, ReadsWhatPeopleWrite) {
  std::vector<Variable> read;
  for (const auto& item :
       read_env("# note\nexport A=1\n B = two words  # why\nC='x'\nnot a variable\n2D=1\nE=\"open\nF=")) {
    if (item.variable) read.push_back(*item.variable);
  }
  EXPECT_THAT(read, ElementsAre(Variable{"A", "1"}, Variable{"B", "two words"}, Variable{"C", "x"},
                                Variable{"E", "\"open"}, Variable{"F", ""}));
}

TEST(EnvFile, OtherVariablesStayAsTheyAre) {
  const auto before = read_env("# mine\nMINE='a b'\nOLD=1\nBOTH=1\nmore text\n");
  EXPECT_EQ(env_text({{"BOTH", "2"}}, before, {"OLD"}),
            "# Credentials that Trinity put here\n\nBOTH=\"2\"\n# mine\nMINE='a b'\nmore text\n");
  const auto again = read_env(env_text({{"BOTH", "2"}}, before, {"OLD"}));
  EXPECT_EQ(env_text({}, again, {"BOTH"}), "# Credentials that Trinity put here\n\n# mine\nMINE='a b'\nmore text\n");
}

TEST(EnvFile, NamesThatSubvertAreRefused) {
  for (const auto* name : {"A", "_a1", "ANTHROPIC_API_KEY", "PATH_TO", "HOMEPAGE"}) {
    EXPECT_EQ(variable_name_fault(name), "") << name;
  }
  for (const auto* name :
       {"", "1A", "A-B", "A B", "A=B", "LD_PRELOAD", "PATH", "HOME", "NODE_OPTIONS", "AGENTD_SECRET", "BASH_ENV", "Ä",
        "A\n", "TRINITY_MCP_API_KEY", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "PYTHONPATH", "AGENT_RUNTIME"}) {
    EXPECT_NE(variable_name_fault(name), "") << name;
  }
}

TEST(EnvFile, CountsLinesOfVariables) {
  EXPECT_EQ(count_of_variables("# a=b\n\nA=1\n  B=2\nnothing\n"), 2U);
}

TEST(SecretFile, WritesWithNarrowModesAndNeverThroughLinks) {
  TempFolder home;
  TempFolder outside;
  EXPECT_TRUE(write_secret_file(home.path(), "a/b/key", "secret"));
  EXPECT_EQ(text_of(home.path() / "a/b/key"), "secret");
  EXPECT_EQ(mode_of(home.path() / "a/b/key"), "600");
  EXPECT_EQ(mode_of(home.path() / "a"), "700");
  std::filesystem::create_directory_symlink(outside.path(), home.path() / "out");
  EXPECT_FALSE(write_secret_file(home.path(), "out/key", "secret"));
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
  // A link at the end is replaced, what it leads to stays as it is.
  const auto target = outside.write("target", "old");
  std::filesystem::create_symlink(target, home.path() / "link");
  EXPECT_TRUE(write_secret_file(home.path(), "link", "new"));
  EXPECT_EQ(text_of(target), "old");
  EXPECT_EQ(text_of(home.path() / "link"), "new");
  EXPECT_TRUE(remove_secret_file(home.path(), "a/b/key"));
  EXPECT_TRUE(remove_secret_file(home.path(), "a/b/key"));
  EXPECT_TRUE(remove_secret_file(home.path(), "none/key"));
  EXPECT_FALSE(remove_secret_file(home.path(), "out/target"));
  EXPECT_EQ(text_of(target), "old");
}

TEST(SecretFile, PathsThatAreRefused) {
  for (const auto* path : {"key.json", ".config/gcloud/key.json", "a/.env"}) {
    EXPECT_EQ(credential_path_fault(path), "") << path;
  }
  for (const auto* path : {"", "/etc/passwd", "../x", "a/../../x", "a/..", ".", "a/./b", "a//", ".ssh/authorized_keys",
                           ".git/config", "x/.git/hooks/pre-commit", ".bashrc", ".profile", ".trinity/setup.sh", ".env",
                           ".mcp.json", "shared-in/other/x"}) {
    EXPECT_NE(credential_path_fault(path), "") << path;
  }
  EXPECT_NE(credential_path_fault(std::string("a\0b", 3)), "");
}

const PlatformMcp kPlatform{"http://mcp:8080/mcp", "key"};

TEST(McpFile, TheEntryIsAddedAndTheOthersStay) {
  const auto made = with_platform_entry(R"({"mcpServers": {"mail": {"command": "m"}}, "more": [1, {}]})", kPlatform);
  ASSERT_TRUE(made);
  const auto root = boost::json::parse(*made);
  EXPECT_EQ(root.at("mcpServers").at("mail").at("command"), "m");
  EXPECT_EQ(root.at("mcpServers").at("trinity"),
            (object{{"type", "http"}, {"url", "http://mcp:8080/mcp"}, {"headers", {{"Authorization", "Bearer key"}}}}));
  EXPECT_EQ(root.at("more"), (array{1, object()}));
  EXPECT_THAT(*made, HasSubstr("{\n  \"mcpServers\": {\n    \"mail\": {\n"));
  EXPECT_EQ(with_platform_entry(*made, kPlatform), made) << "unchanged, byte for byte";
  EXPECT_TRUE(with_platform_entry("", kPlatform));
  EXPECT_TRUE(with_platform_entry(" \n", kPlatform));
  EXPECT_FALSE(with_platform_entry("{", kPlatform));
  EXPECT_FALSE(with_platform_entry("[]", kPlatform));
  EXPECT_EQ(with_platform_entry("{ }", {}), "{ }");
}

TEST(McpFile, GeminiHasItsOwnWordsAndReadsClaudeMd) {
  const auto made = with_gemini_settings(R"({"theme": "x", "context": {"fileName": "MY.md"}})", kPlatform);
  const auto root = boost::json::parse(*made);
  EXPECT_EQ(root.at("mcpServers").at("trinity"),
            (object{{"httpUrl", "http://mcp:8080/mcp"}, {"headers", {{"Authorization", "Bearer key"}}}}));
  EXPECT_EQ(root.at("context").at("fileName"), (array{"MY.md", "CLAUDE.md"}));
  EXPECT_EQ(root.at("theme"), "x");
  EXPECT_EQ(with_gemini_settings(*made, kPlatform), made);
  EXPECT_EQ(boost::json::parse(*with_gemini_settings("", {})).at("context").at("fileName"),
            (array{"GEMINI.md", "CLAUDE.md"}));
}

TEST(McpFile, TemplatesAreFilledInsideTextsAndStayJson) {
  const auto made = filled_template(
      R"({"mcpServers": {"a": {"args": ["--key=${KEY}", "${OTHER}", "${KEY"], "env": {"K": "${KEY}${KEY}"}}}})",
      {{"KEY", "a\"b\\c"}});
  ASSERT_TRUE(made);
  const auto server = boost::json::parse(*made).at("mcpServers").at("a");
  EXPECT_EQ(server.at("args"), (array{"--key=a\"b\\c", "${OTHER}", "${KEY"}));
  EXPECT_EQ(server.at("env").at("K"), "a\"b\\ca\"b\\c");
  EXPECT_FALSE(filled_template("{", {}));
}

/// Over the wire, as the control plane does it.
class CredentialsTest : public AgentTest {
 protected:
  void begin() {
    config_.platform_mcp = kPlatform;
    start();
    EXPECT_TRUE(comes_true([this] { return health().at("ready") == true; }));
  }
  http::ClientResponse post(const value& body) {
    return call(http::Method::post, "/api/credentials/update", boost::json::serialize(body));
  }
  object update(const value& body) {
    const auto answer = post(body);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return json_of(answer).as_object();
  }
  std::string env() const { return text_of(home_.path() / ".env"); }
  value mcp() const { return boost::json::parse(text_of(home_.path() / ".mcp.json")); }
  /// What a program that is started now sees of a variable.
  std::string seen_by_program(const std::string& name) {
    const auto answer = json_of(chat(boost::json::serialize(object{{"message", name}})));
    return std::string(answer.at("response").as_string());
  }
};

TEST_F(CredentialsTest, AnUpdateReachesFilesAndPrograms) {
  use_command("[sh, -c, 'read -r n; printenv \"$n\" || echo unset']");
  begin();
  EXPECT_EQ(seen_by_program("HEYGEN_API_KEY"), "unset");
  const auto done =
      update({{"credentials", {{"HEYGEN_API_KEY", "sk-1"}, {"NUMBER", 5}, {"FLAG", true}, {"NOTHING", nullptr}}},
              {"files", {{"/.config/gcloud/key.json", "{}"}, {"../escape", "x"}}}});
  const auto home = home_.path().string();
  EXPECT_EQ(done.at("status"), "success");
  EXPECT_EQ(done.at("credential_count"), 3);
  EXPECT_EQ(done.at("files_written"), (array{home + "/.config/gcloud/key.json"}));
  EXPECT_EQ(done.at("updated_files"), (array{home + "/.env", home + "/.config/gcloud/key.json"}));
  EXPECT_TRUE(done.at("files_failed").as_object().contains("../escape"));
  EXPECT_FALSE(std::filesystem::exists(home_.path().parent_path() / "escape"));
  EXPECT_EQ(env(), "# Credentials that Trinity put here\n\nHEYGEN_API_KEY=\"sk-1\"\nNUMBER=\"5\"\nFLAG=\"true\"\n");
  EXPECT_EQ(mode_of(home_.path() / ".env"), "600");
  EXPECT_EQ(mode_of(home_.path() / ".config/gcloud/key.json"), "600");
  EXPECT_EQ(mode_of(home_.path() / ".mcp.json"), "600");
  EXPECT_EQ(mcp().at("mcpServers").at("trinity").at("url"), value(kPlatform.url));
  EXPECT_EQ(seen_by_program("HEYGEN_API_KEY"), "sk-1");
  // Replaced: what is not in the set any more is gone, files too.
  update({{"credentials", {{"OTHER", "x"}}}, {"files", object()}});
  EXPECT_EQ(seen_by_program("HEYGEN_API_KEY"), "unset");
  EXPECT_EQ(seen_by_program("OTHER"), "x");
  EXPECT_THAT(env(), Not(HasSubstr("HEYGEN")));
  EXPECT_FALSE(std::filesystem::exists(home_.path() / ".config/gcloud/key.json"));
}

TEST_F(CredentialsTest, MergingKeepsTheOthers) {
  begin();
  update({{"credentials", {{"A", "1"}, {"B", "2"}}}, {"files", {{"one.key", "1"}}}});
  update({{"credentials", {{"B", "3"}, {"C", "4"}}}, {"files", {{"two.key", "2"}}}, {"mode", "merge"}});
  EXPECT_EQ(env(), "# Credentials that Trinity put here\n\nA=\"1\"\nB=\"3\"\nC=\"4\"\n");
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "one.key"));
  update({{"credentials", {{"A", "1"}}}});
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "one.key")) << "files were not spoken of";
}

TEST_F(CredentialsTest, WhatCameFromElsewhereStays) {
  home_.write(".env", "MINE=yes\n");
  home_.write(".mcp.json", R"({"mcpServers": {"mail": {"command": "m"}}})");
  begin();
  update({{"credentials", {{"A", "1"}}}});
  EXPECT_THAT(env(), HasSubstr("MINE=yes\n"));
  EXPECT_EQ(mcp().at("mcpServers").at("mail").at("command"), "m");
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("trinity"));
}

TEST_F(CredentialsTest, TheMcpConfigurationAlwaysHasThePlatform) {
  home_.write(".mcp.json.template", R"({"mcpServers": {"a": {"env": {"K": "${A}"}}}})");
  begin();
  auto done = update({{"credentials", {{"A", "1"}}}});
  EXPECT_EQ(mcp().at("mcpServers").at("a").at("env").at("K"), "1");
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("trinity"));
  EXPECT_EQ(done.at("updated_files").as_array().size(), 2U);
  update({{"credentials", object()}, {"mcp_config", R"({"mcpServers": {"b": {}}})"}});
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("b"));
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("trinity"));
  home_.write(".mcp.json.template", "{");
  done = update({{"credentials", object()}});
  EXPECT_TRUE(done.at("files_failed").as_object().contains(".mcp.json.template"));
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("b"));
}

TEST_F(CredentialsTest, ARunFindsThePlatformsEntryWhateverHappenedToTheFile) {
  use_command("[cat, .mcp.json]");
  begin();
  std::filesystem::remove(home_.path() / ".mcp.json");
  const auto answer = json_of(chat(R"({"message": "go"})"));
  EXPECT_THAT(std::string(answer.at("response").as_string()), HasSubstr("\"trinity\""));
}

TEST_F(CredentialsTest, TheySurviveARestart) {
  use_command("[sh, -c, 'read -r n; printenv \"$n\" || echo unset']");
  begin();
  update({{"credentials", {{"A", "it's \"here\""}}}, {"files", {{"one.key", "1"}}}});
  agent_.reset();
  begin();
  EXPECT_EQ(seen_by_program("A"), "it's \"here\"");
  update({{"credentials", {{"B", "2"}}}, {"files", object()}});
  EXPECT_THAT(env(), Not(HasSubstr("A=")));
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "one.key"));
}

TEST_F(CredentialsTest, BadRequestsNameTheFieldAndNoValue) {
  begin();
  const auto refused = [this](const value& body, const std::string& place) {
    const auto answer = post(body);
    EXPECT_EQ(answer.status, 422U) << boost::json::serialize(body);
    EXPECT_THAT(answer.body, HasSubstr(place));
    EXPECT_THAT(answer.body, Not(HasSubstr("s3cret")));
  };
  refused(object(), R"("credentials")");
  refused({{"credentials", "s3cret"}}, R"("credentials")");
  refused({{"credentials", {{"LD_PRELOAD", "s3cret"}}}}, R"("LD_PRELOAD")");
  refused({{"credentials", {{"a-b", "s3cret"}}}}, R"("a-b")");
  refused({{"credentials", {{"A", std::string("s3cret\0", 7)}}}}, R"("A")");
  refused({{"credentials", object()}, {"files", {{"a", 5}}}}, R"("files")");
  refused({{"credentials", object()}, {"files", "s3cret"}}, R"("files")");
  refused({{"credentials", object()}, {"mcp_config", "{s3cret"}}, R"("mcp_config")");
  refused({{"credentials", object()}, {"mode", "add"}}, R"("mode")");
  EXPECT_EQ(call(http::Method::post, "/api/credentials/update", "[]").status, 422U);
  EXPECT_FALSE(std::filesystem::exists(home_.path() / ".env"));
}

TEST_F(CredentialsTest, StatusHasNoValues) {
  begin();
  update({{"credentials", {{"A", "s3cret"}}}});
  const auto answer = get("/api/credentials/status");
  EXPECT_THAT(answer.body, Not(HasSubstr("s3cret")));
  const auto card = json_of(answer).as_object();
  EXPECT_EQ(card.at("agent_name"), "ruby");
  EXPECT_EQ(card.at("credential_count"), 1);
  EXPECT_EQ(card.at("files").at(".env").at("exists"), true);
  EXPECT_EQ(card.at("files").at(".mcp.json.template"), (object{{"exists", false}}));
}

TEST_F(CredentialsTest, GeneratedFilesAreTakenOverAtEveryStart) {
  const TempFolder generated;
  generated.write(".env", "# made\n\nA=1\nB=2\n");
  generated.write(".mcp.json", R"({"mcpServers": {"a": {}}})");
  generated.write("conf/tool.ini", "x");
  generated.write("credential-files/.config/key.json", "{}");
  config_.generated_folder = generated.path();
  home_.write(".env", "MINE=1\n");
  begin();
  EXPECT_THAT(env(), HasSubstr("A=\"1\"\nB=\"2\"\nMINE=1\n"));
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("a"));
  EXPECT_TRUE(mcp().at("mcpServers").as_object().contains("trinity"));
  EXPECT_EQ(text_of(home_.path() / "conf/tool.ini"), "x");
  EXPECT_EQ(mode_of(home_.path() / ".config/key.json"), "600");
}

}  // namespace
}  // namespace trinity::agentd
