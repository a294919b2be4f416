#include "templates/service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <thread>

#include "base/errors.h"
#include "templates/env_file.h"
#include "unit/db/run_task.h"
#include "unit/templates/git_house.h"

namespace trinity::templates {
namespace {

namespace json = boost::json;

class NoTokens : public TokenSource {
 public:
  Task<std::expected<std::string, NoToken>> of_credential(Call, std::string id) override {
    ++asked;
    const auto found = credentials.find(id);
    if (found == credentials.end()) co_return std::unexpected(missing);
    co_return found->second;
  }
  Task<std::string> of_person(Call, std::string username, std::string host) override {
    const auto found = people.find(username + "@" + host);
    co_return found == people.end() ? std::string() : found->second;
  }
  std::string platform() override { return platform_token; }

  std::map<std::string, std::string> credentials;
  std::map<std::string, std::string> people;
  std::string platform_token;
  NoToken missing = NoToken::no_credential;
  int asked = 0;
};

class Templates : public testing::Test {
 protected:
  Templates() { std::filesystem::create_directories(root()); }
  ~Templates() override {
    service_.reset();
    pool_.join();
  }
  [[nodiscard]] std::filesystem::path root() const { return house.at("templates"); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << text;
  }
  TemplateService& service() {
    if (!service_) {
      TemplateOptions options;
      options.root = root();
      options.repositories = configured;
      options.book.reader = house.options;
      service_ = std::make_unique<TemplateService>(std::move(options), pool_, tokens);
    }
    return *service_;
  }
  static CallerPtr admin() { return std::make_shared<const Caller>(Caller{1, "admin", std::nullopt, Role::admin}); }
  static CallerPtr ann() { return std::make_shared<const Caller>(Caller{7, "ann", std::nullopt, Role::user}); }

  /// Read until what comes in the background is there.
  json::array listed(const CallerPtr& caller) {
    json::array items;
    for (int i = 0; i < 100; ++i) {
      items = trinity::test::run_task(service().list(call, caller));
      const bool whole = std::all_of(items.begin(), items.end(), [](const json::value& one) {
        return one.at("source") != "github" || one.as_object().contains("commit") || one.as_object().contains("broken");
      });
      if (whole) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return items;
  }
  Chosen choose(const CallerPtr& caller, const std::string& id, const std::string& branch = "") {
    return trinity::test::run_task(service().choose(call, caller, id, branch));
  }
  json::object check(const CallerPtr& caller, const std::string& id) {
    return trinity::test::run_task(service().check(call, caller, id, ""));
  }
  template <class F>
  std::string refusal(F work) {
    try {
      work();
    } catch (const Error& e) {
      return std::to_string(static_cast<int>(e.kind())) + " " + e.what();
    }
    return "none";
  }
  static std::string refused(ErrorKind kind, const std::string& text) {
    return std::to_string(static_cast<int>(kind)) + " " + text;
  }

  test::GitHouse house;
  NoTokens tokens;
  std::vector<std::string> configured;
  CallCost cost;
  std::string call_id = "test";
  Call call{&call_id, &cost};

 private:
  BlockingPool pool_{2};
  std::unique_ptr<TemplateService> service_;
};

TEST_F(Templates, LocalOnesAndRepositoriesAreOneList) {
  write("demo/template.yaml", "name: demo\npriority: 5\n");
  house.commit("writer", "template.yaml",
               "display_name: Writer\ndescription: Writes\nresources: {cpu: 1}\ncredentials: {mcp_servers: {cms: "
               "{env_vars: [CMS_KEY]}}}\n");
  write("catalogue.yaml", "repositories:\n  - id: " + house.id("writer") +
                              "\n    priority: 1\n    resources: {memory: 1g}\n  - github:acme/agent\n");
  const auto items = listed(ann());
  ASSERT_EQ(items.size(), 2U) << "github.com is not allowed here: " << json::serialize(items);
  EXPECT_EQ(items[0].at("id"), json::value(house.id("writer")));
  EXPECT_EQ(items[0].at("display_name"), "Writer");
  EXPECT_EQ(items[0].at("description"), "Writes");
  EXPECT_EQ(items[0].at("resources"), (json::object{{"cpu", "1"}, {"memory", "1g"}}));
  EXPECT_EQ(items[0].at("mcp_servers"), json::array{"cms"});
  EXPECT_EQ(items[0].at("required_credentials"), json::array{"CMS_KEY"});
  EXPECT_EQ(items[0].at("branch"), "main");
  EXPECT_EQ(items[1].at("id"), "local:demo");
  EXPECT_EQ(trinity::test::run_task(service().detail(call, house.id("writer"))), items[0].as_object());
  EXPECT_EQ(refusal([&] { (void)trinity::test::run_task(service().detail(call, "github:no/where")); }),
            refused(ErrorKind::not_found, "GitHub template not found"));
}

TEST_F(Templates, WhatIsBrokenShowsToAdministratorsOnly) {
  write("good/template.yaml", "name: good\nresurces: {}\n");
  write("bad/template.yaml", "a: [1\n");
  write("catalogue.yaml", "- https://nonsense\n");
  EXPECT_EQ(listed(ann()).size(), 1U);
  EXPECT_FALSE(listed(ann())[0].as_object().contains("problems"));
  const auto items = listed(admin());
  ASSERT_EQ(items.size(), 3U);
  for (const auto& one : items) EXPECT_TRUE(one.as_object().contains("problems")) << json::serialize(one);
  EXPECT_EQ(items[0].at("id"), "local:bad");
  EXPECT_EQ(items[0].at("broken"), true);
  EXPECT_EQ(items[1].at("id"), "local:good");
  EXPECT_FALSE(items[1].as_object().contains("broken"));
  EXPECT_EQ(items[1].at("problems").at(0).at("line"), 2);
  EXPECT_EQ(items[2].at("id"), "https://nonsense");
  write("catalogue.yaml", "repositories: 5\n# changed\n");
  EXPECT_EQ(listed(admin())[1].at("id"), "catalogue.yaml");
}

TEST_F(Templates, ARestartForgetsNothing) {
  house.commit("writer", "template.yaml", "display_name: Writer\n");
  configured = {house.id("writer")};
  EXPECT_EQ(listed(ann())[0].at("display_name"), "Writer");
  RepositoryBook again({.reader = house.options});
  const auto seen = again.known(house.address("writer"), "");
  ASSERT_TRUE(seen && seen->content);
  EXPECT_EQ(seen->content->files.yaml, "display_name: Writer\n");
  EXPECT_FALSE(again.known(house.address("writer"), "another token")) << "not for who has other rights";
}

TEST_F(Templates, TheBookHasBounds) {
  BookOptions options;
  options.reader = house.options;
  options.most_entries = 3;
  RepositoryBook book(options);
  for (int i = 0; i < 6; ++i) {
    house.commit("r" + std::to_string(i), "template.yaml", "name: x\n");
    const auto seen = trinity::test::run_task(
        book.read(house.address("r" + std::to_string(i)), "", std::chrono::seconds(0), std::chrono::seconds(30)));
    ASSERT_TRUE(seen && seen->content);
  }
  // The newest file is written behind the answer.
  for (int i = 0; i < 100; ++i) {
    std::size_t files = 0;
    for (const auto& one : std::filesystem::directory_iterator(house.options.folder))
      files += one.path().extension() == ".json" ? 1 : 0;
    if (files <= 3) break;
    ASSERT_LT(i, 99) << files;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE(book.known(house.address("r0"), "")) << "the oldest has gone";
}

TEST_F(Templates, CreationTakesWhatTheRepositorySays) {
  house.commit("agent", "template.yaml",
               "type: coder\nresources: {cpu: 0.5, memory: 512m}\nruntime: {type: command}\n"
               "credentials: {env_file: [API_KEY], mcp_servers: {slack: {}}}\n",
               "trunk");
  test::GitHouse::shell("git -C " + (house.repositories() / "agent.git").string() +
                        " symbolic-ref HEAD refs/heads/trunk");
  const auto chosen = choose(ann(), house.id("agent"));
  EXPECT_EQ(chosen.config.type, "coder");
  EXPECT_EQ(chosen.config.cpu, "0.5");
  EXPECT_EQ(chosen.config.memory, "512m");
  EXPECT_EQ(chosen.config.mcp_servers, std::vector<std::string>{"slack"});
  ASSERT_EQ(chosen.required.size(), 1U);
  EXPECT_EQ(chosen.required[0], (RequiredCredential{"API_KEY", "template:env_file"}));
  ASSERT_TRUE(chosen.repository);
  EXPECT_EQ(chosen.repository->branch, "trunk") << "the repository's own default";
  EXPECT_EQ(chosen.repository->folder, std::filesystem::canonical(house.repositories() / "agent.git"));
  EXPECT_TRUE(chosen.config.directory.empty());
}

TEST_F(Templates, TheCatalogueWinsOverTheRepository) {
  house.commit("agent", "template.yaml", "resources: {cpu: 1, memory: 1g}\ncredentials: {env_file: [A]}\n");
  write("catalogue.yaml",
        "repositories:\n  - id: " + house.id("agent") +
            "\n    resources: {cpu: 4}\n    mcp_servers: [x]\n    required_credentials: [B, {name: C, "
            "source: 'mcp:cms'}]\n");
  const auto chosen = choose(ann(), house.id("agent"));
  EXPECT_EQ(chosen.config.cpu, "4");
  EXPECT_EQ(chosen.config.memory, "1g");
  EXPECT_EQ(chosen.config.mcp_servers, std::vector<std::string>{"x"});
  EXPECT_EQ(chosen.required, (std::vector<RequiredCredential>{{"B", ""}, {"C", "mcp:cms"}}));
}

TEST_F(Templates, CreationRefusesWhatCannotBe) {
  house.commit("agent", "template.yaml", "resources:\n  memory: lots\n");
  house.commit("broken", "template.yaml", "a: [1\n");
  house.commit("plain", "README.md", "no template\n");
  house.empty("empty");
  const auto refused_text = [&](const std::string& id, const std::string& branch = "") {
    return refusal([&] { (void)choose(ann(), id, branch); });
  };
  EXPECT_EQ(refused_text(house.id("agent")),
            refused(ErrorKind::bad_request,
                    "The template cannot be used: template.yaml, line 2, resources.memory: 'lots' is no size. Use a "
                    "number with k, m, g or t, for example 4g."));
  EXPECT_NE(refused_text(house.id("broken")).find("cannot be used: Invalid template.yaml"), std::string::npos);
  EXPECT_NE(refused_text(house.id("empty")).find("is empty"), std::string::npos);
  EXPECT_NE(refused_text(house.id("none")).find("There is no repository"), std::string::npos);
  EXPECT_NE(refused_text(house.id("plain"), "nothing").find("no branch 'nothing'"), std::string::npos);
  EXPECT_NE(refused_text(house.id("plain"), "-x").find("source_branch"), std::string::npos);
  EXPECT_NE(refused_text(house.id("plain", "main"), "other").find("two different branches"), std::string::npos);
  EXPECT_NE(refused_text("git:https://evil.example/a").find("not allowed on this server"), std::string::npos);
  EXPECT_EQ(refused_text("github:repo"),
            refused(ErrorKind::bad_request, "Invalid GitHub template format. Use: github:owner/repo"));
  EXPECT_EQ(refused_text("anything else"), "none") << "only a label";
  EXPECT_EQ(refused_text(house.id("plain")), "none") << "a repository need not be a template";
  EXPECT_TRUE(choose(ann(), house.id("plain"), "main").repository);
}

/// The contract's texts, and whose token it is.
TEST_F(Templates, TokensFollowTheRules) {
  house.options.places.hosts = {"github.com", "http://127.50.0.9:9"};
  house.options.places.github = "http://127.50.0.9:9";  // nobody listens: what is known of it is no verdict
  const std::string id = "github:acme/agent";
  const auto token = [&](const CallerPtr& caller, const std::string& of) {
    return choose(caller, of).repository->token;
  };
  const auto text = [&](const CallerPtr& caller) { return refusal([&] { (void)choose(caller, id); }); };
  const auto no_pat =
      refused(ErrorKind::internal, "GitHub PAT not configured. Set GITHUB_PAT in .env or add via Settings.");
  EXPECT_EQ(text(admin()), no_pat);
  EXPECT_EQ(text(ann()), no_pat);
  tokens.people["ann@github.com"] = "anns";
  EXPECT_EQ(token(ann(), id), "anns");
  tokens.platform_token = "platform";
  EXPECT_EQ(token(admin(), id), "platform");
  EXPECT_EQ(token(ann(), id), "anns");
  tokens.people.clear();
  EXPECT_EQ(token(ann(), id), "") << "the platform's token is for administrators";
  EXPECT_EQ(token(ann(), "git:http://127.50.0.9:9/x/y"), "") << "and never for other hosts";
  tokens.people["ann@127.50.0.9:9"] = "own";
  EXPECT_EQ(token(ann(), "git:http://127.50.0.9:9/x/y"), "own");

  write("catalogue.yaml", "repositories: [{id: 'github:acme/agent'}]\n");
  EXPECT_EQ(token(ann(), id), "platform") << "the catalogue's is for everybody";
  EXPECT_EQ(token(ann(), id + "@other"), "platform");
  tokens.credentials[catalogue_credential] = "stored";
  EXPECT_EQ(token(ann(), id), "stored");
  tokens.credentials.clear();
  tokens.platform_token.clear();
  EXPECT_EQ(text(ann()), refused(ErrorKind::internal, "GitHub credential not found in credential store"));
  tokens.missing = NoToken::no_secret;
  EXPECT_EQ(text(ann()), refused(ErrorKind::internal, "GitHub credential secret not found"));
  tokens.missing = NoToken::no_token;
  EXPECT_EQ(text(ann()), refused(ErrorKind::internal, "GitHub PAT not found in credential"));
}

TEST_F(Templates, ACheckSaysWhatIsWrongNow) {
  write("demo/template.yaml", "name: x\nresources: {cpu: many}\n");
  const auto local = check(ann(), "local:demo");
  EXPECT_EQ(local.at("valid"), false);
  EXPECT_EQ(local.at("problems").at(0).at("key"), "resources.cpu");
  EXPECT_EQ(local.at("problems").at(0).at("line"), 2);
  EXPECT_EQ(check(ann(), "demo").at("template"), "demo");
  EXPECT_EQ(refusal([&] { (void)check(ann(), "local:nothing"); }), refused(ErrorKind::not_found, "Template not found"));
  EXPECT_EQ(refusal([&] { (void)check(ann(), "local:../x"); }), refused(ErrorKind::not_found, "Template not found"));
  house.commit("agent", "README.md", "x\n");
  const auto plain = check(ann(), house.id("agent"));
  EXPECT_EQ(plain.at("valid"), true);
  EXPECT_EQ(plain.at("problems").at(0).at("level"), "warning");
  const auto missing = check(ann(), house.id("agent", "nothing"));
  EXPECT_EQ(missing.at("valid"), false);
  EXPECT_EQ(missing.at("problems").at(0).at("file"), "");
}

TEST_F(Templates, TheEnvFileHasGroups) {
  EXPECT_EQ(env_template("demo", "Demo\nevil=1",
                         {{"B_KEY", "mcp:git-hub"},
                          {"A_KEY", "template:mcp:git-hub"},
                          {"X", ".env.example"},
                          {"Y", "template:env_file"},
                          {"Z", ""}}),
            (json::object{{"template_id", "demo"},
                          {"template_name", "Demo\nevil=1"},
                          {"credential_count", 5},
                          {"content",
                           "# Credentials of the template Demo evil=1\n# Template: demo\n# Credentials: 5\n"
                           "# Fill in the values, then import this text on the page Credentials.\n\n"
                           "# === .ENV.EXAMPLE ===\nX=\n\n# === GIT-HUB ===\nA_KEY=\nB_KEY=\n\n# === OTHER ===\nZ=\n\n"
                           "# === TEMPLATE:ENV_FILE ===\nY=\n\n"}}));
  EXPECT_EQ(env_template("a", "b", {}).at("content"), "# b needs no credentials\n");
  write("demo/template.yaml", "display_name: Demo\ncredentials: {env_file: [KEY]}\n");
  for (const auto* id : {"local:demo", "demo"}) {
    const auto made = trinity::test::run_task(service().env_file(call, id));
    EXPECT_EQ(made.at("template_id"), "demo") << "without the prefix";
    EXPECT_EQ(made.at("template_name"), "Demo");
    EXPECT_EQ(made.at("credential_count"), 1);
  }
  EXPECT_EQ(refusal([&] { (void)trinity::test::run_task(service().env_file(call, "local:none")); }),
            refused(ErrorKind::not_found, "Template not found"));
  EXPECT_EQ(refusal([&] { (void)trinity::test::run_task(service().env_file(call, "github:a/b")); }),
            refused(ErrorKind::not_found, "GitHub template not found"));
}

}  // namespace
}  // namespace trinity::templates
