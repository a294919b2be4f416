#include "templates/rules.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>

#include "templates/files.h"

namespace trinity::templates {
namespace {

std::vector<std::string> texts(const std::string& yaml) {
  TemplateFiles files;
  files.has_yaml = true;
  files.yaml = yaml;
  std::vector<std::string> made;
  for (const auto& one : problems_of(files))
    made.push_back((one.level == Problem::Level::error ? "error: " : "warning: ") + one.text());
  return made;
}

using Texts = std::vector<std::string>;

TEST(Rules, AGoodTemplateHasNoProblems) {
  EXPECT_EQ(
      texts("name: demo\ndisplay_name: Demo\ndescription: |\n  Two\n  lines\ntype: coder\npriority: 5\n"
            "version: 1.0\nupdated: 2025-01-15\nresources: {cpu: 2, memory: 4g}\nruntime: {type: gemini-cli, model: "
            "pro}\n"
            "tools: [a]\nmcp_servers: [github, {name: slack, description: x}]\n"
            "credentials:\n  mcp_servers: {github: {env_vars: [GITHUB_TOKEN]}, none: }\n  env_file: [KEY_1]\n"
            "  config_files: [{path: conf/a.json, template: '{KEY_1}'}]\n"
            "metrics: [{name: a, type: counter}]\nschedules: [{name: a, cron: '* * * * *', message: hi}]\n"
            "shared_folders: {expose: yes, consume: no}\nautorun: {message: x, every: 5}\ngit: {push_enabled: true}\n"),
      Texts());
}

TEST(Rules, EveryFaultHasItsPlace) {
  EXPECT_EQ(
      texts("name: x\nresources:\n  cpu: many\n  memory: 1\n  disk: 5g\n"),
      (Texts{"error: template.yaml, line 3, resources.cpu: 'many' is no number of cores. Use for example 2 or 0.5.",
             "error: template.yaml, line 4, resources.memory: '1' is no size. Use a number with k, m, g or t, for "
             "example 4g.",
             "warning: template.yaml, line 5, resources.disk: is left out: resources are cpu and memory"}));
  EXPECT_EQ(texts("name: x\n\nresources: 5\n"), Texts{"error: template.yaml, line 3, resources: must be a mapping"});
  EXPECT_EQ(texts("name: x\ncredentials:\n  env_file:\n    - GOOD\n    - bad-name\n    - 7\n"),
            (Texts{"warning: template.yaml, line 5, credentials.env_file[1]: must be the name of a variable, like "
                   "GITHUB_TOKEN",
                   "warning: template.yaml, line 6, credentials.env_file[2]: must be the name of a variable, like "
                   "GITHUB_TOKEN"}));
  EXPECT_EQ(texts("name: x\ncredentials:\n  mcp_servers:\n    github:\n      env_vars: TOKEN\n"),
            Texts{"warning: template.yaml, line 5, credentials.mcp_servers.github.env_vars: must be a list; it is left "
                  "out"});
  EXPECT_EQ(texts("name: x\ncredentials: {config_files: [{path: ../x, template: y}, {path: /etc/x}, 5]}\n"),
            (Texts{"warning: template.yaml, line 2, credentials.config_files[0].path: must be relative to the agent's "
                   "home folder, without '..'",
                   "warning: template.yaml, line 2, credentials.config_files[1]: needs 'template', a text",
                   "warning: template.yaml, line 2, credentials.config_files[1].path: must be relative to the agent's "
                   "home folder, without '..'",
                   "warning: template.yaml, line 2, credentials.config_files[2]: must be a mapping with 'path' and "
                   "'template'"}));
  EXPECT_EQ(
      texts("name: x\nruntime: {type: 'a b', model: -x}\n"),
      (Texts{"error: template.yaml, line 2, runtime.type: may hold letters, digits and ._:[]- only, at most 50",
             "error: template.yaml, line 2, runtime.model: may hold letters, digits and ._:[]- only, at most 128"}));
  EXPECT_EQ(texts("name: x\nruntime:\n  type: command\n  timeout: 0\n"),
            (Texts{"warning: template.yaml, line 2, runtime: runtime.command must be a list of 1 to 64 texts",
                   "warning: template.yaml, line 4, runtime.timeout: must be 1 to 86400 seconds; 900 is used"}));
  EXPECT_EQ(texts("name: x\nmetrics:\n  - {name: a, type: speed}\n  - 5\n"),
            (Texts{"warning: template.yaml, line 3, metrics[0].type: type must be one of counter, gauge, percentage, "
                   "status, duration, bytes",
                   "warning: template.yaml, line 4, metrics[1]: must be a mapping with 'name' and 'type'"}));
}

TEST(Rules, NamesThatAreNearlyRightAndDoubleKeysAreSeen) {
  EXPECT_EQ(texts("name: x\nresurces: {cpu: 1}\nsomething_of_my_own: 5\n"),
            Texts{"warning: template.yaml, line 2, resurces: is no key of a template; did you mean 'resources'?"});
  EXPECT_EQ(texts("name: x\ntype: a\ntype: b\n"),
            Texts{"warning: template.yaml, line 3, type: stands there more than once; the last one counts"});
  EXPECT_EQ(
      texts("description: 5\n"),
      (Texts{"warning: template.yaml, name: is missing: a template without a name cannot be deployed from a folder",
             "warning: template.yaml, line 1, description: must be a text; it is left out"}));
}

TEST(Rules, AFileThatCannotBeReadSaysWhere) {
  const auto broken = texts("name: x\nlist: [a, b\nnext: 5\n");
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_TRUE(broken[0].starts_with("error: template.yaml, line 3: ")) << broken[0];
  EXPECT_EQ(texts("\tname: x\n").size(), 1U);
  EXPECT_EQ(texts(""), Texts{"error: template.yaml: is empty"});
  EXPECT_EQ(texts("- a\n"), Texts{"error: template.yaml, line 1: must be a mapping of keys to values"});
  EXPECT_EQ(texts(std::string(1'100'000, '#')).size(), 1U);
  EXPECT_EQ(problems_of(TemplateFiles()).at(0).text(), "template.yaml: is missing");
}

TEST(Rules, TheFileOfServersIsLookedAtToo) {
  TemplateFiles files;
  files.has_yaml = true;
  files.yaml = "name: x\n";
  files.mcp = "{\n  \"mcpServers\": {\n    oops\n  }\n}\n";
  auto found = problems_of(files);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].file, ".mcp.json");
  EXPECT_EQ(found[0].line, 3);
  EXPECT_EQ(found[0].level, Problem::Level::warning);
  files.mcp = "{}";
  EXPECT_EQ(problems_of(files).at(0).key, "mcpServers");
  files.mcp = R"({"mcpServers": {}})";
  EXPECT_TRUE(problems_of(files).empty());
}

TEST(Rules, HostileFilesGiveBoundedAnswers) {
  std::string yaml = "name: x\nmetrics:\n";
  for (int i = 0; i < 5'000; ++i) yaml += "  - " + std::string(20, 'x') + "\n";
  const auto many = texts(yaml);
  EXPECT_EQ(many.size(), 100U);
  const auto long_key = texts("name: x\ncredentials: {mcp_servers: {" + std::string(900, 'k') + ": 5}}\n");
  ASSERT_EQ(long_key.size(), 1U);
  EXPECT_LT(long_key[0].size(), 400U);
}

TEST(Rules, AProblemAsJson) {
  const Problem problem{"template.yaml", 0, "a.b", "is bad", Problem::Level::warning};
  EXPECT_EQ(
      problem.json(),
      (boost::json::object{
          {"file", "template.yaml"}, {"line", nullptr}, {"key", "a.b"}, {"message", "is bad"}, {"level", "warning"}}));
}

/// What ships with the platform has nothing to complain about.
TEST(Rules, TheTemplatesThatComeAlongAreGood) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TEMPLATES_FOLDER)) {
    if (!entry.is_directory()) continue;
    ++seen;
    for (const auto& one : problems_of(read_files(entry.path())))
      ADD_FAILURE() << entry.path().filename().string() << ": " << one.text();
  }
  EXPECT_GE(seen, 3U);
}

}  // namespace
}  // namespace trinity::templates
