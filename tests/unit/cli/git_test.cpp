#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

TEST_F(ProgramTest, AGitStatusIsAFewLines) {
  sign_in();
  server.answer("GET /api/agents/bot/git/status", 200,
                R"({"git_enabled":true,"branch":"main","remote_url":"https://github.com/acme/bot.git","ahead":1,)"
                R"("behind":2,"changes":[{"status":"M","path":"a.txt"},{"status":"??","path":"b\u001b[2J"}],)"
                R"("changes_count":5,"remote_error":null})");
  EXPECT_EQ(trinityctl({"git", "status", "bot"}), 0) << err;
  EXPECT_EQ(out,
            "https://github.com/acme/bot.git on branch main\n"
            "1 commit ahead, 2 behind, 5 changes\n"
            "  M  a.txt\n"
            "  ?? b\n"
            "  and 3 more\n")
      << "nothing that drives a terminal";
  server.answer("POST /api/agents/bot/git/refresh", 200,
                R"({"git_enabled":false,"message":"This agent is not under git"})");
  EXPECT_EQ(trinityctl({"git", "status", "bot", "--refresh"}), 0) << err;
  EXPECT_EQ(out, "This agent is not under git\n");
}

TEST_F(ProgramTest, AGitLogAndADiffAreTables) {
  sign_in();
  server.answer("GET /api/agents/bot/git/log?limit=3", 200,
                R"({"commits":[{"sha":"3f","short_sha":"3f1c2b4","message":"Add report","author":"Ann",)"
                R"("date":"2026-01-15 10:20:30 +0000"}],"count":1})");
  EXPECT_EQ(trinityctl({"git", "log", "bot", "-n", "3"}), 0) << err;
  EXPECT_EQ(out,
            "COMMIT   DATE              BY   MESSAGE\n"
            "3f1c2b4  2026-01-15 10:20  Ann  Add report\n");
  server.answer("GET /api/agents/bot/git/diff", 200,
                R"({"files":[{"path":"a","status":"M","added":3,"removed":1,"binary":false},)"
                R"({"path":"b.bin","status":"??","added":0,"removed":0,"binary":true}],"truncated":true})");
  EXPECT_EQ(trinityctl({"git", "diff", "bot"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("M        3        1  a\n"));
  EXPECT_THAT(out, HasSubstr("??  binary        -  b.bin\n"));
  EXPECT_EQ(err, "There are more.\n");
  EXPECT_EQ(trinityctl({"git", "log", "bot", "-n", "0"}), 2);
}

TEST_F(ProgramTest, AConflictSaysWhichOtherWaysThereAre) {
  sign_in();
  server.answer("POST /api/agents/bot/git/sync", 409, R"({"detail":"Push rejected: Remote has changes."})");
  EXPECT_EQ(trinityctl({"git", "push", "bot", "-m", "Notes \"x\"", "--path", "a b", "--path", "c"}), 1);
  EXPECT_THAT(err, HasSubstr("Push rejected: Remote has changes."));
  EXPECT_THAT(err, HasSubstr("--strategy pull_first"));
  EXPECT_THAT(err, HasSubstr("--strategy force_push"));
  EXPECT_EQ(json::parse(server.calls.back().body),
            (json::object{{"strategy", "normal"}, {"message", "Notes \"x\""}, {"paths", json::array{"a b", "c"}}}));
  EXPECT_GT(server.calls.back().limit, std::chrono::seconds(130));
  server.answer("POST /api/agents/bot/git/pull", 200,
                R"({"success":true,"message":"Force reset to origin/main","kept":"refs/trinity/kept/x"})");
  EXPECT_EQ(trinityctl({"git", "pull", "bot", "--strategy", "force_reset"}), 0) << err;
  EXPECT_EQ(out, "Force reset to origin/main\nWhat was given up is kept in the agent: refs/trinity/kept/x\n");
  EXPECT_EQ(trinityctl({"git", "pull", "bot", "--strategy", "hard"}), 2);
  server.answer("POST /api/agents/none/git/pull", 404, R"({"detail":"Agent not found"})");
  EXPECT_EQ(trinityctl({"git", "pull", "none"}), 4);
}

TEST_F(ProgramTest, AnAgentIsPutUnderGit) {
  sign_in();
  server.answer("POST /api/agents/bot/git/initialize", 200,
                R"({"success":true,"repo_url":"https://github.com/acme/bot","working_branch":"trinity/bot/1a2b3c4d"})");
  EXPECT_EQ(trinityctl({"git", "init", "bot", "acme/bot", "--public"}), 0) << err;
  EXPECT_EQ(out, "bot is under git: https://github.com/acme/bot on branch trinity/bot/1a2b3c4d\n");
  EXPECT_EQ(json::parse(server.calls.back().body),
            (json::object{{"repo_owner", "acme"}, {"repo_name", "bot"}, {"create_repo", true}, {"private", false}}));
  EXPECT_EQ(trinityctl({"git", "init", "bot", "acme"}), 2);
  server.answers.clear();
  server.answer("POST /api/agents/bot/git/initialize", 409, R"({"detail":"Git sync already configured"})");
  EXPECT_EQ(trinityctl({"git", "init", "bot", "acme/bot"}), 1);
  EXPECT_THAT(err, testing::Not(HasSubstr("--strategy")));
}

}  // namespace
}  // namespace trinity::cli
