#include "templates/catalogue.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/errors.h"
#include "templates/files.h"
#include "unit/db/temp_dir.h"

namespace trinity::templates {
namespace {

namespace json = boost::json;

TEST(PlainName, FollowsTheTable) {
  for (const auto& good :
       {std::string("demo"), std::string("Demo-1"), std::string("a.b_c"), std::string("0"), std::string(100, 'a')})
    EXPECT_TRUE(is_plain_name(good)) << good;
  for (const auto& bad :
       {std::string(), std::string("."), std::string(".."), std::string(".hidden"), std::string("a/b"),
        std::string("/etc"), std::string("a\\b"), std::string("a b"), std::string("a\0b", 3), std::string("ä"),
        std::string("a\n"), std::string("%2e"), std::string(101, 'a')}) {
    EXPECT_FALSE(is_plain_name(bad)) << bad;
  }
}

TEST(LocalDirectory, IsWhatStandsBehindTheKind) {
  EXPECT_EQ(local_directory("local:demo"), "demo");
  EXPECT_EQ(local_directory("local:"), "");
  EXPECT_EQ(local_directory("local:../x"), "../x") << "whoever uses it checks it";
  EXPECT_FALSE(local_directory("github:a/b"));
  EXPECT_FALSE(local_directory("Local:demo"));
  EXPECT_FALSE(local_directory("demo"));
  EXPECT_FALSE(local_directory(""));
}

class Catalogue : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void write_template(const std::string& directory, const std::string& text) const {
    write(directory + "/template.yaml", text);
  }
  std::optional<CreationConfig> config(const std::string& text) const {
    write_template("t", text);
    return creation_config(root_.path(), "t");
  }
  [[nodiscard]] const std::filesystem::path& root() const { return root_.path(); }
  [[nodiscard]] std::filesystem::path at(const std::string& directory) const { return root_ / directory; }

 private:
  test::TempDir root_;
};

std::vector<ListedPtr> list_local(const std::filesystem::path& root) {
  return LocalCatalogue(root).list();
}

std::vector<std::string> ids(const std::vector<ListedPtr>& all) {
  std::vector<std::string> made;
  for (const auto& one : all) made.push_back(one->broken ? one->id + " is broken" : one->id);
  return made;
}

TEST_F(Catalogue, IsSortedByPriorityThenShownName) {
  write_template("b", "display_name: Beta\n");
  write_template("a", "display_name: Zeta\n");
  write_template("late", "display_name: Alpha\npriority: 200\n");
  write_template("first", "display_name: Omega\npriority: 1\n");
  write_template("null-priority", "display_name: Gamma\npriority:\n");
  EXPECT_EQ(ids(list_local(root())),
            (std::vector<std::string>{"local:first", "local:b", "local:null-priority", "local:a", "local:late"}));
}

TEST_F(Catalogue, MarksWhatCannotBeUsedAndLeavesOutWhatIsNoTemplate) {
  write_template("good", "name: x\n");
  write_template("broken", "a: [1\n");
  write_template("list", "- a\n");
  write_template("empty", "");
  write_template(".hidden", "name: x\n");
  write_template("with space", "name: x\n");
  write_template("huge", "a: " + std::string(1'100'000, 'x') + "\n");
  write("file.yaml", "name: x\n");
  write("none/readme.md", "no template here");
  std::filesystem::create_directories(at("directory/template.yaml"));
  const auto all = list_local(root());
  EXPECT_EQ(ids(all),
            (std::vector<std::string>{"local:broken is broken", "local:directory is broken", "local:empty is broken",
                                      "local:huge is broken", "local:list is broken", "local:good"}));
  for (const auto& one : all) EXPECT_EQ(one->broken, first_error(one->problems) != nullptr) << one->id;
  EXPECT_EQ(all[0]->problems.at(0).text(), "template.yaml, line 2: end of sequence flow not found (column 1)");
}

TEST_F(Catalogue, SeesEveryChange) {
  LocalCatalogue local(root());
  write_template("t", "name: one\n");
  const auto first = local.list();
  EXPECT_EQ(local.list().at(0), first.at(0)) << "not read again";
  write_template("t", "name: another\n");
  EXPECT_EQ(local.list().at(0)->display_name, "another");
  write("t/.env.example", "KEY=\n");
  EXPECT_EQ(local.list().at(0)->item.at("required_credentials").as_array().size(), 1U);
  write_template("t", "a: [1\n");
  EXPECT_TRUE(local.list().at(0)->broken);
  std::filesystem::remove_all(at("t"));
  EXPECT_TRUE(local.list().empty());
}

TEST_F(Catalogue, AMissingFolderIsAnEmptyCatalogue) {
  EXPECT_TRUE(list_local(root() / "nothing").empty());
}

TEST_F(Catalogue, ALineHasTheContractsFields) {
  write_template("demo",
                 "name: demo\ndescription: Does things\nmcp_servers: [github]\nresources: {cpu: '1', memory: 2g}\n"
                 "credentials: {env_file: [API_KEY]}\n");
  write_template("zz", "name:\n");
  const auto all = list_local(root());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]->item,
            (json::object{{"id", "local:demo"},
                          {"display_name", "demo"},
                          {"description", "Does things"},
                          {"mcp_servers", json::array{"github"}},
                          {"resources", json::object{{"cpu", "1"}, {"memory", "2g"}}},
                          {"source", "local"},
                          {"required_credentials",
                           json::array{json::object{{"name", "API_KEY"}, {"source", "template:env_file"}}}},
                          {"priority", 100}}));
  EXPECT_EQ(all[1]->item.at("display_name"), "zz") << "null counts as absent";
  EXPECT_EQ(all[1]->item.at("resources"), (json::object{{"cpu", "2"}, {"memory", "4g"}}));
  EXPECT_EQ(all[1]->item.at("mcp_servers"), json::array());
}

std::map<std::string, std::string> sources(const std::vector<RequiredCredential>& all) {
  std::map<std::string, std::string> made;
  for (const auto& one : all) made[one.name] = one.source;
  return made;
}

TEST_F(Catalogue, CredentialsComeFromTheFirstPlaceThatAsks) {
  write("t/.mcp.json",
        R"({"mcpServers": {"github": {"env": {"A": "${IN_ALL}", "B": "x${NOT_WHOLE}y", "C": "${lower}", "D": 5},
                           "args": ["--key", "${ARG_KEY}"]}, "odd": 7}})");
  write("t/.mcp.json.template", R"({"mcpServers": {"other": {"env": {"A": "${ONLY_TEMPLATE}"}}}})");
  write("t/.env.example",
        "# COMMENT=1\nIN_ALL=\nIN_YAML=x\nIN_ENV=y\nONLY_EXAMPLE = z\nlower=1\nexport X=1\nNO_EQUALS\n");
  const auto root_yaml =
      json::parse(R"({"credentials": {"mcp_servers": {"slack": {"env_vars": ["IN_ALL", "IN_YAML", 7]}, "none": null},
                                         "env_file": ["IN_ALL", "IN_YAML", "IN_ENV", null]}})")
          .as_object();
  const auto all = required_credentials(read_files(at("t")), root_yaml);
  EXPECT_EQ(sources(all), (std::map<std::string, std::string>{{"ARG_KEY", "mcp:github"},
                                                              {"IN_ALL", "mcp:github"},
                                                              {"NOT_WHOLE", "mcp:github"},
                                                              {"IN_YAML", "template:mcp:slack"},
                                                              {"IN_ENV", "template:env_file"},
                                                              {"ONLY_EXAMPLE", ".env.example"}}));
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.name);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(Catalogue, TheTemplateOfMcpJsonCountsWhenTheFileIsMissing) {
  write("t/.mcp.json.template", R"({"mcpServers": {"other": {"env": {"A": "${ONLY_TEMPLATE}"}}}})");
  EXPECT_EQ(sources(required_credentials(read_files(at("t")), {})),
            (std::map<std::string, std::string>{{"ONLY_TEMPLATE", "mcp:other"}}));
}

TEST_F(Catalogue, BrokenFilesAskForNothing) {
  write("t/.mcp.json", "{ not json");
  EXPECT_TRUE(required_credentials(read_files(at("t")), json::object{{"credentials", "text"}}).empty());
  EXPECT_TRUE(required_credentials(read_files(at("nothing")), {}).empty());
}

TEST(Placeholders, AreFoundInOrder) {
  EXPECT_EQ(placeholders("${A}-${B_2} ${a} ${} ${C"), (std::vector<std::string>{"A", "B_2"}));
  EXPECT_EQ(placeholders("${${A}}"), (std::vector<std::string>{"A"}));
  EXPECT_TRUE(placeholders("$A {B} ${2A}").empty());
}

TEST_F(Catalogue, DetailSaysWhatIsMissing) {
  std::filesystem::create_directories(at("empty"));
  write_template("broken", "a: [1\n");
  const auto fault = [&](const std::string& name) -> std::pair<ErrorKind, std::string> {
    try {
      (void)local_detail(root(), name);
    } catch (const Error& e) {
      return {e.kind(), e.what()};
    }
    return {ErrorKind::internal, "none"};
  };
  EXPECT_EQ(fault("nothing"), (std::pair{ErrorKind::not_found, std::string("Template not found")}));
  EXPECT_EQ(fault("../" + root().filename().string()),
            (std::pair{ErrorKind::not_found, std::string("Template not found")}));
  EXPECT_EQ(fault(""), (std::pair{ErrorKind::not_found, std::string("Template not found")}));
  EXPECT_EQ(fault("empty"), (std::pair{ErrorKind::not_found, std::string("Template configuration not found")}));
  EXPECT_EQ(fault("broken").first, ErrorKind::internal);
  EXPECT_TRUE(fault("broken").second.starts_with("Failed to load template: ")) << fault("broken").second;
}

TEST_F(Catalogue, DetailIsTheFileAndThreeMoreKeys) {
  write_template("t", "name: x\nversion: 1.0\ncredentials: {env_file: [KEY]}\nenv_file_vars: [lie]\n");
  write("t/.mcp.json", R"({"mcpServers": {"github": {"env": {"A": "${TOKEN}"}}}})");
  const auto detail = local_detail(root(), "t");
  EXPECT_EQ(detail.at("name"), "x");
  EXPECT_EQ(detail.at("version"), 1.0);
  EXPECT_EQ(detail.at("env_file_vars"), json::array{"KEY"}) << "computed, whatever the file says";
  EXPECT_EQ(detail.at("mcp_servers_credentials"), (json::object{{"github", json::array{"TOKEN"}}}));
  EXPECT_EQ(detail.at("required_credentials").as_array().size(), 2U);
}

TEST_F(Catalogue, CreationReadsItsKeys) {
  const auto made = config(
      "type: coder\nresources: {cpu: 4, memory: 8g}\ntools: [a, 5, b]\n"
      "credentials: {mcp_servers: {github: {}, slack: }}\nruntime: {type: gemini-cli, model: pro}\n");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->directory, at("t"));
  EXPECT_EQ(made->type, "coder");
  EXPECT_EQ(made->cpu, "4");
  EXPECT_EQ(made->memory, "8g");
  EXPECT_EQ(made->tools, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(made->mcp_servers, (std::vector<std::string>{"github", "slack"}));
  EXPECT_EQ(made->runtime, "gemini-cli");
  EXPECT_EQ(made->runtime_model, "pro");
}

TEST_F(Catalogue, NumbersBecomeTextsAsPeopleWriteThem) {
  EXPECT_EQ(config("resources: {cpu: 0.5}")->cpu, "0.5");
  EXPECT_EQ(config("resources: {cpu: 1.5}")->cpu, "1.5");
  EXPECT_EQ(config("resources: {memory: 1073741824}")->memory, "1073741824");
}

TEST_F(Catalogue, NullAndMissingKeysLeaveTheDefaults) {
  for (const std::string text :
       {"type:\nresources:\ntools:\ncredentials:\nruntime:\n", "name: x\n", "resources: {cpu: , memory: ~}\n",
        "type: 5\ntools: text\ncredentials: []\nruntime: []\n"}) {
    const auto made = config(text);
    ASSERT_TRUE(made) << text;
    EXPECT_FALSE(made->type) << text;
    EXPECT_FALSE(made->cpu) << text;
    EXPECT_FALSE(made->memory) << text;
    EXPECT_FALSE(made->tools) << text;
    EXPECT_TRUE(made->mcp_servers.empty()) << text;
    EXPECT_FALSE(made->runtime) << text;
  }
}

TEST_F(Catalogue, RuntimeMayBeAText) {
  EXPECT_EQ(config("runtime: gemini-cli")->runtime, "gemini-cli");
  EXPECT_FALSE(config("runtime: gemini-cli")->runtime_model);
}

TEST_F(Catalogue, WrongResourcesAreRefused) {
  EXPECT_THROW((void)config("resources: 5"), BadRequest);
  EXPECT_THROW((void)config("resources: [1]"), BadRequest);
  EXPECT_THROW((void)config("resources: {cpu: [1]}"), BadRequest);
  EXPECT_THROW((void)config("resources: {memory: true}"), BadRequest);
}

TEST_F(Catalogue, ARefusalNamesFileLineAndKey) {
  const auto text = [&](const std::string& yaml) -> std::string {
    try {
      (void)config(yaml);
    } catch (const BadRequest& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(text("name: x\nresources:\n  cpu: 1\n  memory: lots\n"),
            "The template cannot be used: template.yaml, line 4, resources.memory: 'lots' is no size. Use a number "
            "with k, m, g or t, for example 4g.");
  EXPECT_EQ(text("type: a b\n"),
            "The template cannot be used: template.yaml, line 1, type: may hold letters, digits and ._:[]- only, at "
            "most 100");
  EXPECT_EQ(text("tools: text\n"), "") << "left out, with a warning";
}

TEST_F(Catalogue, NamesThatLeaveTheFolderAreRefused) {
  for (const auto* bad : {"..", "../t", "/etc", "", "a/b", ".git"})
    EXPECT_THROW((void)creation_config(root(), bad), BadRequest) << bad;
}

TEST_F(Catalogue, AMissingTemplateIsNone) {
  EXPECT_FALSE(creation_config(root(), "nothing"));
}

TEST_F(Catalogue, AFileThatCannotBeReadLeavesTheContent) {
  const auto made = config("a: [1\n");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->directory, at("t"));
  EXPECT_FALSE(made->type);
}

}  // namespace
}  // namespace trinity::templates
