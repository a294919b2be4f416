#include "agentd/runtime/runtimes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agentd/turns.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RunOrder chat(std::string model = "", std::optional<Conversation> conversation = std::nullopt) {
  RunOrder order;
  order.message = "hello";
  order.model = std::move(model);
  order.conversation = std::move(conversation);
  return order;
}

RunOrder full_task() {
  RunOrder order;
  order.message = "hello";
  order.model = "m";
  order.task = true;
  order.allowed_tools = {"Read", "Bash(git *)"};
  order.system_prompt = "Be \"brief\"";
  order.max_turns = 3;
  return order;
}

TEST(ClaudeCode, CommandLines) {
  const TempFolder home;
  const auto runtime = claude_code();
  auto launch = runtime->launch(chat(), home.path());
  EXPECT_THAT(launch.argv, ElementsAre("claude", "--print", "--output-format", "stream-json", "--verbose",
                                       "--include-partial-messages", "--dangerously-skip-permissions"));
  EXPECT_EQ(launch.input, "hello");
  const auto servers = home.write(".mcp.json", "{}");
  launch = runtime->launch(chat("opus", Conversation{"id-1", 0, {}}), home.path());
  EXPECT_THAT(launch.argv, ElementsAre("claude", "--print", "--output-format", "stream-json", "--verbose",
                                       "--include-partial-messages", "--dangerously-skip-permissions", "--mcp-config",
                                       servers.string(), "--model", "opus", "--resume", "id-1"));
}

TEST(ClaudeCode, TasksAreRestrictedByTakingToolsAway) {
  const TempFolder home;
  auto launch = claude_code()->launch(full_task(), home.path());
  EXPECT_THAT(launch.argv,
              ElementsAre("claude", "--print", "--output-format", "stream-json", "--verbose",
                          "--include-partial-messages", "--dangerously-skip-permissions", "--model", "m", "--tools",
                          "Read,Bash", "--allowedTools", "Read,Bash(git *)", "--disallowedTools", "mcp__*",
                          "--append-system-prompt", "Be \"brief\"", "--max-turns", "3", "--no-session-persistence"));
  auto order = full_task();
  order.allowed_tools = {"mcp__mail__send"};
  launch = claude_code()->launch(order, home.path());
  const auto tools = std::find(launch.argv.begin(), launch.argv.end(), "--tools");
  ASSERT_NE(tools, launch.argv.end());
  EXPECT_EQ(*(tools + 1), "");
  EXPECT_EQ(std::find(launch.argv.begin(), launch.argv.end(), "--disallowedTools"), launch.argv.end());
}

TEST(GeminiCli, CommandLines) {
  auto launch = gemini_cli()->launch(chat("gemini-3-pro", Conversation{"id-1", 0, {}}), "/home/developer");
  EXPECT_THAT(launch.argv, ElementsAre("gemini", "--output-format", "stream-json", "--approval-mode", "yolo", "--model",
                                       "gemini-3-pro", "--resume", "id-1"));
  EXPECT_TRUE(launch.files.empty());
}

TEST(GeminiCli, WhatItHasNoFlagsForStandsInAPrivateFolder) {
  const auto launch = gemini_cli()->launch(full_task(), "/home/developer");
  EXPECT_THAT(launch.argv,
              ElementsAre("gemini", "--output-format", "stream-json", "--approval-mode", "yolo", "--model", "m"));
  EXPECT_THAT(launch.environment,
              testing::Contains(std::pair<std::string, std::string>("GEMINI_CLI_HOME", "{folder}")));
  ASSERT_EQ(launch.files.size(), 4U);
  EXPECT_EQ(launch.files[0].name, ".gemini/settings.json");
  EXPECT_THAT(launch.files[0].content, HasSubstr(R"("maxSessionTurns":3)"));
  EXPECT_THAT(launch.files[0].content, HasSubstr("CLAUDE.md"));
  EXPECT_EQ(launch.files[1].name, ".gemini/GEMINI.md");
  EXPECT_EQ(launch.files[1].content, "Be \"brief\"");
  EXPECT_EQ(launch.files[2].copy_of, "/home/developer/.gemini/oauth_creds.json");
}

TEST(Codex, CommandLines) {
  auto launch = codex()->launch(chat("m", Conversation{"id-1", 0, {}}), "/home/developer");
  EXPECT_THAT(launch.argv, ElementsAre("codex", "exec", "resume", "--json", "--skip-git-repo-check",
                                       "--dangerously-bypass-approvals-and-sandbox", "--model", "m", "id-1", "-"));
  launch = codex()->launch(full_task(), "/home/developer");
  EXPECT_THAT(launch.argv, ElementsAre("codex", "exec", "--json", "--skip-git-repo-check",
                                       "--dangerously-bypass-approvals-and-sandbox", "--ephemeral", "--model", "m",
                                       "--config", R"(developer_instructions="Be \"brief\"")", "-"));
}

TEST(Runtimes, AreFoundByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "claude-code"},        {"claude-code", "claude-code"}, {"CLAUDE-Code", "claude-code"},
      {"unknown", "claude-code"}, {"gemini", "gemini-cli"},       {"Gemini-CLI", "gemini-cli"},
      {"codex", "codex"},
  };
  for (const auto& [given, name] : cases) EXPECT_EQ(runtime_named(given)->name(), name) << given;
}

TEST(Runtimes, ModelsAreChecked) {
  EXPECT_EQ(claude_code()->model_fault("sonnet[1m]"), "");
  EXPECT_EQ(claude_code()->model_fault("claude-opus-9"), "");
  EXPECT_EQ(claude_code()->model_fault("gpt"),
            "Invalid Claude model: gpt. Use aliases (sonnet, opus, haiku) or full model names.");
  EXPECT_EQ(gemini_cli()->model_fault("gemini-9"), "");
  EXPECT_EQ(gemini_cli()->model_fault("Gemini-9"),
            "Invalid Gemini model: Gemini-9. Use: gemini-2.5-pro, gemini-2.5-flash, etc.");
  EXPECT_NE(claude_code()->model_fault("claude- x"), "");
  EXPECT_FALSE(is_model_name("--help"));
  EXPECT_FALSE(is_model_name(""));
  EXPECT_FALSE(is_model_name(std::string(129, 'a')));
  EXPECT_TRUE(is_model_name("a.b_c:d[1m]-e"));
}

TEST(Runtimes, WindowsGoByTheModel) {
  EXPECT_EQ(claude_code()->window_of("sonnet"), 200'000);
  EXPECT_EQ(claude_code()->window_of("opus[1m]"), 1'000'000);
  EXPECT_EQ(gemini_cli()->window_of(""), 1'000'000);
}

TEST(Runtimes, TheTemplatesCommandWinsOverTheDefault) {
  Behaviour behaviour;
  behaviour.runtime = "command";
  behaviour.command = CommandRuntime{{"cat"}, std::chrono::seconds(7)};
  EXPECT_EQ((*choose_runtime("claude-code", behaviour))->name(), "command");
  EXPECT_EQ((*choose_runtime("", behaviour))->default_limit(), std::chrono::seconds(7));
  EXPECT_EQ((*choose_runtime("gemini-cli", behaviour))->name(), "gemini-cli");
  EXPECT_FALSE(choose_runtime("command", Behaviour{}));
  behaviour.runtime = "codex";
  EXPECT_EQ((*choose_runtime("", behaviour))->name(), "codex");
}

TEST(Runtimes, ProgramsAreFoundInThePath) {
  const TempFolder folder;
  const auto tool = folder.write("bin/tool", "#!/bin/sh\n");
  const auto path = "/nowhere::" + (folder.path() / "bin").string();
  EXPECT_FALSE(program_exists("tool", path));
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  EXPECT_TRUE(program_exists("tool", path));
  EXPECT_TRUE(program_exists(tool.string(), ""));
  std::filesystem::create_directories(folder.path() / "bin/folder");
  EXPECT_FALSE(program_exists("folder", path));
  EXPECT_FALSE(program_exists("tool", ""));
}

}  // namespace
}  // namespace trinity::agentd
