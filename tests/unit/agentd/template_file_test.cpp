#include "agentd/template_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>

#include "unit/agentd/fixtures.h"
#include "yaml/yaml.h"

namespace trinity::agentd {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Behaviour from_yaml(const std::string& text) {
  const auto root = yaml::to_json(text);
  EXPECT_TRUE(root) << text;
  return behaviour_of(root->get_object());
}

TEST(TemplateBehaviour, ReadsCommandAndAutorun) {
  const auto found = from_yaml(
      "runtime: {type: command, command: [python3, -u, work], timeout: 120}\n"
      "autorun: {message: Go on., every: 20}\n");
  ASSERT_TRUE(found.command);
  EXPECT_EQ(found.runtime, "command");
  EXPECT_THAT(found.command->command, ElementsAre("python3", "-u", "work"));
  EXPECT_EQ(found.command->timeout, std::chrono::seconds(120));
  ASSERT_TRUE(found.autorun);
  EXPECT_EQ(found.autorun->message, "Go on.");
  EXPECT_EQ(found.autorun->every, std::chrono::seconds(20));
  EXPECT_THAT(found.faults, IsEmpty());
}

TEST(TemplateBehaviour, TimeoutHasADefault) {
  const auto found = from_yaml("runtime: {type: command, command: [cat]}");
  EXPECT_EQ(found.command->timeout, std::chrono::seconds(900));
}

TEST(TemplateBehaviour, NumbersInTheCommandAreTexts) {
  const auto found = from_yaml("runtime: {type: command, command: [sleep, 5]}");
  ASSERT_TRUE(found.command);
  EXPECT_THAT(found.command->command, ElementsAre("sleep", "5"));
}

TEST(TemplateBehaviour, RuntimeMayBeAText) {
  EXPECT_EQ(from_yaml("runtime: gemini-cli").runtime, "gemini-cli");
  EXPECT_FALSE(from_yaml("runtime: gemini-cli").command);
}

TEST(TemplateBehaviour, NullIsAbsent) {
  for (const auto* text : {"a: 1", "runtime: null\nautorun: ~", "runtime: {type: null}", "runtime: {}"}) {
    const auto found = from_yaml(text);
    EXPECT_FALSE(found.command) << text;
    EXPECT_FALSE(found.autorun) << text;
    EXPECT_THAT(found.faults, IsEmpty()) << text;
  }
}

TEST(TemplateBehaviour, WrongValuesAreLeftOutAndNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"runtime: [1]", "runtime must be"},
      {"runtime: command", "runtime.command"},
      {"runtime: {type: command}", "runtime.command"},
      {"runtime: {type: command, command: null}", "runtime.command"},
      {"runtime: {type: command, command: python3 work}", "runtime.command"},
      {"runtime: {type: command, command: []}", "runtime.command"},
      {"runtime: {type: command, command: ['']}", "runtime.command[0]"},
      {"runtime: {type: command, command: [cat, [x]]}", "runtime.command[1]"},
      {"runtime: {type: command, command: [cat, 1.5]}", "runtime.command[1]"},
      {"runtime: {type: command, command: [\"a\\0b\"]}", "runtime.command[0]"},
      {"runtime: {type: command, command: [cat], timeout: 0}", "runtime.timeout"},
      {"runtime: {type: command, command: [cat], timeout: 86401}", "runtime.timeout"},
      {"runtime: {type: command, command: [cat], timeout: soon}", "runtime.timeout"},
      {"runtime: {type: command, command: [cat], timeout: {}}", "runtime.timeout"},
      {"autorun: yes", "autorun must be"},
      {"autorun: {every: 5}", "autorun.message"},
      {"autorun: {message: [x], every: 5}", "autorun.message"},
      {"autorun: {message: x}", "autorun.every"},
      {"autorun: {message: x, every: 0}", "autorun.every"},
      {"autorun: {message: x, every: -5}", "autorun.every"},
      {"autorun: {message: x, every: 99999999999999999999}", "autorun.every"},
  };
  for (const auto& [text, fault] : cases) {
    const auto found = from_yaml(text);
    ASSERT_THAT(found.faults, SizeIs(1)) << text;
    EXPECT_THAT(found.faults.front(), HasSubstr(fault)) << text;
    EXPECT_FALSE(found.autorun) << text;
  }
}

TEST(TemplateBehaviour, TooManyOrTooLongArguments) {
  object runtime{{"type", "command"}, {"command", array(65, value("x"))}};
  EXPECT_FALSE(behaviour_of(object{{"runtime", runtime}}).command);
  runtime["command"] = array{std::string(4097, 'x')};
  EXPECT_FALSE(behaviour_of(object{{"runtime", runtime}}).command);
  runtime["command"] = array(64, value(std::string(4096, 'x')));
  EXPECT_TRUE(behaviour_of(object{{"runtime", runtime}}).command);
}

TEST(FindTemplate, TakesTheFirstThatParses) {
  const TempFolder home;
  const TempFolder source;
  Config config;
  config.home = home.path();
  config.template_folder = source.path();
  EXPECT_FALSE(find_template(config));

  source.write("template.yaml", "name: third");
  EXPECT_EQ(find_template(config)->root.at("name"), "third");
  home.write("workspace/template.yaml", "name: second");
  EXPECT_EQ(find_template(config)->root.at("name"), "second");
  home.write("template.yaml", "name: [broken");
  EXPECT_EQ(find_template(config)->root.at("name"), "second");
  home.write("template.yaml", "name: first");
  EXPECT_EQ(find_template(config)->root.at("name"), "first");
}

TEST(FindTemplate, HostileFilesAreNoTemplate) {
  const TempFolder home;
  Config config;
  config.home = home.path();
  config.template_folder = home.path() / "none";
  for (const auto& text : {std::string(""), std::string("- a\n- b"), std::string("just text"), std::string("null"),
                           std::string(1'000'001, 'a'), "a: " + std::string(500, '[')}) {
    home.write("template.yaml", text);
    EXPECT_FALSE(find_template(config)) << text.substr(0, 20);
  }
  std::filesystem::remove(home.path() / "template.yaml");
  ASSERT_EQ(::mkfifo((home.path() / "template.yaml").c_str(), 0600), 0);
  EXPECT_FALSE(find_template(config));
}

TEST(TemplateCard, HasEveryKeyWhateverTheFileSays) {
  Config config;
  config.agent_name = "ruby";
  const auto root = yaml::to_json(
      "name: scout\nversion: 1.0\nupdated: 2026-01-05\ndescription: [no text]\nresources: null\nuse_cases: none\n"
      "credentials: {mcp_servers: {heygen: {}, mail: null}}\ntools: [a, b]\n");
  const auto card = template_card(config, TemplateFile{"/home/developer/template.yaml", root->get_object()});
  EXPECT_EQ(card.at("has_template"), true);
  EXPECT_EQ(card.at("agent_name"), "ruby");
  EXPECT_EQ(card.at("display_name"), "scout");
  EXPECT_EQ(card.at("version"), 1.0);
  EXPECT_EQ(card.at("updated"), "2026-01-05");
  EXPECT_EQ(card.at("description"), "");
  EXPECT_EQ(card.at("resources"), object());
  EXPECT_EQ(card.at("use_cases"), array());
  EXPECT_EQ(card.at("tools"), array({"a", "b"}));
  EXPECT_EQ(card.at("mcp_servers"), array({"heygen", "mail"}));
  for (const auto* key :
       {"tagline", "author", "type", "capabilities", "sub_agents", "commands", "platforms", "skills"}) {
    EXPECT_TRUE(card.contains(key)) << key;
  }
}

TEST(TemplateCard, SaysWhenThereIsNone) {
  Config config;
  config.template_name = "local:default";
  const auto card = template_card(config, std::nullopt);
  EXPECT_EQ(card.at("has_template"), false);
  EXPECT_EQ(card.at("template_name"), "local:default");
}

TEST(McpServers, ComeFromTheAgentsConfiguration) {
  const TempFolder folder;
  Config config;
  config.agent_config_file = folder.path() / "agent-config.yaml";
  EXPECT_THAT(configured_mcp_servers(config), IsEmpty());
  folder.write("agent-config.yaml", "agent: {mcp_servers: [heygen, 5, mail]}");
  EXPECT_THAT(configured_mcp_servers(config), ElementsAre("heygen", "mail"));
  folder.write("agent-config.yaml", "agent: null");
  EXPECT_THAT(configured_mcp_servers(config), IsEmpty());
  folder.write("agent-config.yaml", "[]");
  EXPECT_THAT(configured_mcp_servers(config), IsEmpty());
}

}  // namespace
}  // namespace trinity::agentd
