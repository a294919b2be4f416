// The repository over the wire, with real git and a bare repository on the disk as the remote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>

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
using testing::StartsWith;

constexpr const char* kAs = "git -c user.name=Ann -c user.email=ann@example.org -c init.defaultBranch=main ";

class GitTest : public AgentTest {
 protected:
  GitTest() {
    prompt_.write("prompt.md", "# The platform\n");
    config_.prompt_folder = prompt_.path();
    config_.own_program = AGENTD_PROGRAM;
    shell("mkdir acme && git init -q --bare -b main acme/ruby.git && git clone -q acme/ruby.git other 2>/dev/null");
    config_.repository.base = "file://" + remote_.path().string();
  }
  void shell(const std::string& script) const {
    const auto command = "cd '" + remote_.path().string() + "' && (" + script + ") >log 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << script << "\n" << text_of(remote_.path() / "log");
  }
  std::string output(const std::string& script) const {
    shell(script + " > answer");
    return text_of(remote_.path() / "answer");
  }
  /// Somebody else commits and pushes.
  void others_push(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((remote_.path() / "other" / file).parent_path());
    std::ofstream(remote_.path() / "other" / file) << text;
    shell(std::string("cd other && git symbolic-ref HEAD refs/heads/main && (git pull -q --rebase origin main || true) "
                      "&& git add -A && ") +
          kAs + "commit -q -m 'of somebody | else' && git push -q origin main");
  }
  void bring(bool history = true) {
    config_.repository.name = "acme/ruby";
    config_.repository.token = "tok-123";
    config_.repository.keeps_history = history;
    config_.repository.follows_source = config_.repository.working_branch.empty();
    start();
    EXPECT_TRUE(comes_true([this] { return health().at("ready") == true; }));
  }
  object post(const std::string& what, const value& body, unsigned status = 200) {
    last_ = call(http::Method::post, "/api/git/" + what, boost::json::serialize(body));
    EXPECT_EQ(last_.status, status) << last_.body;
    return json_of(last_).as_object();
  }
  std::string conflict() const { return std::string(last_.headers.find("X-Conflict-Type").value_or("")); }
  object status() { return json_of(get("/api/git/status")).as_object(); }
  std::string at_home(const std::string& file) const { return text_of(home_.path() / file); }
  std::string at_remote(const std::string& file) const {
    return output("git --git-dir=acme/ruby.git show main:" + file);
  }
  std::string log_of(const std::string& step) {
    const auto card = startup();
    for (const auto& one : card.at("steps").as_array()) {
      if (one.at("name").as_string() == step) return std::string(one.at("detail").as_string());
    }
    return {};
  }
  object startup() { return json_of(get("/api/agent/startup")).as_object(); }

  TempFolder remote_;
  TempFolder prompt_;
  http::ClientResponse last_;
};

TEST_F(GitTest, WithoutRepositoryTheAnswersSaySo) {
  start();
  EXPECT_EQ(status(), (object{{"git_enabled", false}, {"message", "Git sync not enabled for this agent"}}));
  EXPECT_EQ(post("sync", object(), 400).at("detail"), "Git sync not enabled for this agent");
  post("pull", object(), 400);
  EXPECT_EQ(get("/api/git/log").status, 400U);
}

TEST_F(GitTest, ARepositoryIsBroughtInPlace) {
  others_push("CLAUDE.md", "# Ruby");
  others_push("notes/a.txt", "theirs\n");
  others_push("same.txt", "same\n");
  home_.write("notes/a.txt", "mine\n");
  home_.write("same.txt", "same\n");
  home_.write("untouched.txt", "still here\n");
  home_.write("shared-in/other/data", "of another agent\n");
  bring();
  EXPECT_EQ(health().at("workspace"), "ok");
  EXPECT_THAT(log_of("workspace"), StartsWith("acme/ruby was brought here; 1 files that differed were moved to "));
  EXPECT_EQ(at_home("notes/a.txt"), "theirs\n");
  EXPECT_EQ(at_home("untouched.txt"), "still here\n");
  EXPECT_EQ(at_home("shared-in/other/data"), "of another agent\n");
  const auto backup = home_.path() / ".trinity" / "backup";
  EXPECT_EQ(text_of(std::filesystem::directory_iterator(backup)->path() / "notes/a.txt"), "mine\n");
  EXPECT_THAT(at_home("CLAUDE.md"), HasSubstr("## Trinity Agent System"));
  const auto card = status();
  EXPECT_EQ(card.at("git_enabled"), true);
  EXPECT_EQ(card.at("branch"), "main");
  EXPECT_EQ(card.at("remote_url"), value(config_.repository.url()));
  EXPECT_EQ(card.at("last_commit").at("message"), "of somebody | else");
  EXPECT_EQ(card.at("changes"), (array{object{{"status", "??"}, {"path", "untouched.txt"}}})) << "no platform section";
  EXPECT_EQ(card.at("ahead"), 0);
  EXPECT_EQ(card.at("behind"), 0);
  EXPECT_EQ(card.at("sync_status"), "pending_sync");
  EXPECT_THAT(at_home(".git/config"), Not(HasSubstr("tok-123")));
}

TEST_F(GitTest, AFailedCloneLeavesEverythingAsItWas) {
  home_.write("mine.txt", "mine\n");
  config_.repository.base = "file:///nowhere";
  bring();
  const auto card = health();
  EXPECT_EQ(card.at("workspace"), "failed");
  EXPECT_THAT(std::string(card.at("workspace_error").as_string()), StartsWith("Cloning acme/ruby failed: git clone: "));
  EXPECT_EQ(at_home("mine.txt"), "mine\n");
  EXPECT_FALSE(std::filesystem::exists(home_.path() / ".git"));
  for (const auto& entry : std::filesystem::directory_iterator(home_.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(StartsWith(".trinity-clone")));
  }
  EXPECT_EQ(get("/api/agent/info").status, 200U);
}

TEST_F(GitTest, AMissingBranchIsToldAndNothingIsLeft) {
  others_push("a.txt", "x");
  home_.write("a.txt", "mine\n");
  config_.repository.source_branch = "none";
  bring();
  EXPECT_THAT(std::string(health().at("workspace_error").as_string()), HasSubstr("has no branch none"));
  EXPECT_EQ(at_home("a.txt"), "mine\n");
  EXPECT_FALSE(std::filesystem::exists(home_.path() / ".git"));
}

TEST_F(GitTest, AWorkingBranchIsMadeAndPublished) {
  others_push("a.txt", "x");
  config_.repository.working_branch = "trinity/ruby/0123abcd";
  bring();
  EXPECT_EQ(status().at("branch"), "trinity/ruby/0123abcd");
  EXPECT_EQ(status().at("sync_status"), "up_to_date");
  EXPECT_THAT(output("git --git-dir=acme/ruby.git branch"), HasSubstr("trinity/ruby/0123abcd"));
}

TEST_F(GitTest, ACopyHasNoHistory) {
  others_push("a.txt", "x");
  bring(false);
  EXPECT_EQ(at_home("a.txt"), "x");
  EXPECT_FALSE(std::filesystem::exists(home_.path() / ".git"));
  EXPECT_TRUE(std::filesystem::exists(home_.path() / ".trinity-initialized"));
}

TEST_F(GitTest, SyncSendsWhatChangedAndNoSecrets) {
  others_push("CLAUDE.md", "# Ruby\n");
  others_push(".env.example", "A=\n");
  bring();
  home_.write(".env", "A=1\n");
  home_.write("deep/server.pem", "secret");
  home_.write("a \"b\".txt", "x");
  home_.write("CLAUDE.md", at_home("CLAUDE.md") + "\nmore\n");
  auto done = post("sync", {{"message", "Daily\n\n'report' | $HOME"}});
  EXPECT_EQ(done.at("success"), true);
  EXPECT_EQ(done.at("message"), "Synced to main");
  EXPECT_EQ(done.at("files_changed"), 2);
  EXPECT_EQ(done.at("strategy"), "normal");
  EXPECT_EQ(done.at("commit_sha"), status().at("last_commit").at("sha"));
  EXPECT_EQ(at_remote("CLAUDE.md"), "# Ruby\n\nmore\n");
  EXPECT_THAT(at_home("CLAUDE.md"), HasSubstr("## Trinity Agent System"));
  EXPECT_EQ(output("git --git-dir=acme/ruby.git log -1 --format=%B main"), "Daily\n\n'report' | $HOME\n\n");
  const auto files = output("git --git-dir=acme/ruby.git ls-tree -r --name-only main");
  EXPECT_THAT(files, Not(HasSubstr("pem")));
  EXPECT_THAT(files, Not(HasSubstr(".env\n")));
  EXPECT_EQ(status().at("sync_status"), "up_to_date");
  done = post("sync", object());
  EXPECT_EQ(done.at("message"), "No changes to sync");
  EXPECT_TRUE(done.at("commit_sha").is_null());
  EXPECT_FALSE(done.contains("branch"));
}

TEST_F(GitTest, NamedPathsOnlyAndSecretsNotEvenThen) {
  others_push("a.txt", "x");
  bring();
  home_.write("one.txt", "1");
  home_.write("two.txt", "2");
  home_.write(".env", "A=1\n");
  const auto done = post("sync", {{"paths", array{"one.txt", ".env", "none"}}, {"strategy", nullptr}});
  EXPECT_EQ(done.at("files_changed"), 1);
  EXPECT_EQ(status().at("changes"), (array{object{{"status", "??"}, {"path", "two.txt"}}}));
}

TEST_F(GitTest, ARejectedPushIsMadeGoodByTheNext) {
  others_push("a.txt", "1");
  bring();
  others_push("b.txt", "theirs");
  home_.write("c.txt", "mine");
  auto done = post("sync", object(), 409);
  EXPECT_EQ(conflict(), "push_rejected");
  EXPECT_EQ(done.at("detail"), "Push rejected: Remote has changes. Use 'Pull First' or 'Force Push' strategy.");
  EXPECT_EQ(status().at("ahead"), 1);
  done = post("sync", {{"strategy", "pull_first"}});
  EXPECT_EQ(done.at("message"), "Synced to main");
  EXPECT_EQ(done.at("files_changed"), 0);
  EXPECT_EQ(done.at("commit_sha"), status().at("last_commit").at("sha"));
  EXPECT_EQ(at_remote("c.txt"), "mine");
  EXPECT_EQ(at_home("b.txt"), "theirs");
}

TEST_F(GitTest, ForcePushWins) {
  others_push("a.txt", "1");
  bring();
  others_push("a.txt", "theirs");
  home_.write("a.txt", "mine");
  post("sync", {{"strategy", "force_push"}});
  EXPECT_EQ(at_remote("a.txt"), "mine");
}

TEST_F(GitTest, ChangesThatCannotBePutBackStayInTheStash) {
  others_push("a.txt", "1");
  bring();
  others_push("a.txt", "theirs");
  home_.write("a.txt", "mine");
  const auto done = post("sync", {{"strategy", "pull_first"}});
  EXPECT_THAT(std::string(done.at("message").as_string()),
              StartsWith("No changes to sync (Warning: Could not reapply local changes: "));
  EXPECT_EQ(at_home("a.txt"), "theirs") << "no marks of conflicts";
  EXPECT_EQ(at_remote("a.txt"), "theirs");
  EXPECT_EQ(output("git -C '" + home_.path().string() + "' show stash@{0}:a.txt"), "mine");
}

TEST_F(GitTest, PullBringsCommitsAlthoughThePlatformWroteIntoAFile) {
  others_push("CLAUDE.md", "# Ruby\n");
  bring();
  auto done = post("pull", object());
  EXPECT_EQ(done.at("message"), "Already up to date");
  EXPECT_EQ(done.at("commits_behind"), 0);
  others_push("CLAUDE.md", "# Ruby\n\nNew orders.\n");
  done = post("pull", {{"strategy", "clean"}});
  EXPECT_EQ(done.at("message"), "Pulled 1 commit(s) from origin/main");
  EXPECT_EQ(done.at("commits_behind"), 1);
  EXPECT_TRUE(done.at("output").is_string());
  EXPECT_THAT(at_home("CLAUDE.md"), StartsWith("# Ruby\n\nNew orders.\n"));
  EXPECT_THAT(at_home("CLAUDE.md"), HasSubstr("## Trinity Agent System"));
  EXPECT_EQ(status().at("changes_count"), 0);
}

TEST_F(GitTest, AClaudeMdThatOnlyWeWroteIsNotInTheWay) {
  others_push("a.txt", "1");
  bring();
  EXPECT_EQ(status().at("changes_count"), 0);
  EXPECT_EQ(post("sync", object()).at("message"), "No changes to sync");
  others_push("CLAUDE.md", "# Theirs\n");
  post("pull", object());
  EXPECT_THAT(at_home("CLAUDE.md"), StartsWith("# Theirs\n"));
  EXPECT_THAT(at_home("CLAUDE.md"), HasSubstr("## Trinity Agent System"));
}

TEST_F(GitTest, PullWithLocalChanges) {
  others_push("a.txt", "1\n");
  others_push("b.txt", "1\n");
  bring();
  others_push("b.txt", "2\n");
  home_.write("a.txt", "mine\n");
  home_.write("new.txt", "mine\n");
  auto done = post("pull", object(), 409);
  EXPECT_EQ(conflict(), "local_uncommitted");
  EXPECT_THAT(std::string(done.at("detail").as_string()), StartsWith("Pull failed: "));
  done = post("pull", {{"strategy", "stash_reapply"}});
  EXPECT_EQ(done.at("stash_created"), true);
  EXPECT_EQ(done.at("message"), "Pulled latest changes from origin/main");
  EXPECT_EQ(at_home("a.txt"), "mine\n");
  EXPECT_EQ(at_home("b.txt"), "2\n");
  EXPECT_EQ(at_home("new.txt"), "mine\n");
  // An untracked file that comes from the remote as well: kept in the stash, and told.
  others_push("new.txt", "theirs\n");
  done = post("pull", {{"strategy", "stash_reapply"}});
  EXPECT_THAT(std::string(done.at("message").as_string()), HasSubstr("(Warning: Could not reapply local changes: "));
  EXPECT_EQ(at_home("new.txt"), "theirs\n");
}

TEST_F(GitTest, ForceResetKeepsWhatIsIgnored) {
  others_push("a.txt", "1\n");
  bring();
  home_.write("a.txt", "mine\n");
  home_.write("junk.txt", "x");
  home_.write(".env", "A=1\n");
  home_.write("shared-in/other/data", "x");
  const auto done = post("pull", {{"strategy", "force_reset"}});
  EXPECT_EQ(done.at("message"), "Force reset to origin/main");
  EXPECT_EQ(done.at("local_changes_discarded"), true);
  EXPECT_EQ(at_home("a.txt"), "1\n");
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "junk.txt"));
  EXPECT_TRUE(std::filesystem::exists(home_.path() / ".env"));
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "shared-in/other/data"));
}

TEST_F(GitTest, TheLogIsBounded) {
  others_push("a.txt", "1");
  others_push("a.txt", "2");
  bring();
  auto list = json_of(get("/api/git/log?limit=1")).as_object();
  EXPECT_EQ(list.at("count"), 1);
  EXPECT_EQ(list.at("commits").at(0).at("message"), "of somebody | else");
  EXPECT_EQ(json_of(get("/api/git/log?limit=100000")).at("count"), 2);
  EXPECT_EQ(get("/api/git/log?limit=x").status, 422U);
}

TEST_F(GitTest, BadRequestsNameTheField) {
  others_push("a.txt", "1");
  bring();
  for (const auto* path : {"-A", "/etc/passwd", "../x"}) {
    EXPECT_THAT(boost::json::serialize(post("sync", {{"paths", array{"a.txt", path}}}, 422)), HasSubstr("\"paths\",1"));
  }
  post("sync", {{"strategy", "hope"}}, 422);
  post("pull", {{"strategy", "hope"}}, 422);
  post("sync", {{"message", 5}}, 422);
  EXPECT_EQ(call(http::Method::post, "/api/git/sync").status, 422U);
}

TEST_F(GitTest, AnAddressWithATokenLosesItAtFirstUse) {
  shell("git init -q -b main '" + home_.path().string() + "' && cd '" + home_.path().string() +
        "' && git remote add origin https://oauth2:tok-9@127.0.0.1:1/acme/ruby.git");
  start();
  EXPECT_TRUE(comes_true([this] { return health().at("ready") == true; }));
  EXPECT_EQ(status().at("remote_url"), "https://127.0.0.1:1/acme/ruby.git");
  EXPECT_THAT(at_home(".git/config"), Not(HasSubstr("tok-9")));
}

}  // namespace
}  // namespace trinity::agentd
