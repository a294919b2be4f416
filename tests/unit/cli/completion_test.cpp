#include "cli/completion.h"

#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using Words = std::vector<std::string>;

struct CompletionTest : ProgramTest {
  CompletionTest() {
    sign_in();
    server.answer("GET /api/agents", 200, R"([{"name":"bot"},{"name":"build-1"},{"name":"ann"}])");
    server.answer("GET /api/templates", 200, R"([{"id":"local:demo-worker"},{"id":"local:other"}])");
  }
  Words complete(const std::string& line) {
    EXPECT_EQ(trinityctl({"__complete", line}), 0) << err;
    EXPECT_EQ(err, "");
    Words words;
    std::istringstream in(out);
    for (std::string word; std::getline(in, word);) words.push_back(word);
    return words;
  }
};

TEST_F(CompletionTest, Commands) {
  EXPECT_EQ(complete("trinityctl "),
            (Words{"agents", "attention", "audit", "chat", "completion", "credentials", "executions", "git", "login",
                   "logout", "resume-all", "status", "stop-all", "task", "templates", "vault"}));
  EXPECT_EQ(complete("trinityctl log"), (Words{"login", "logout"}));
  EXPECT_EQ(complete("trinityctl agents s"), (Words{"share", "shares", "show", "start", "stats", "stop"}));
  EXPECT_EQ(complete("trinityctl  --json   agents  sh"), (Words{"share", "shares", "show"}));
  EXPECT_EQ(complete("trinityctl agents nonsense st"), (Words{"start", "stats", "stop"}));
  EXPECT_EQ(complete("trinityctl completion "), Words{"bash"});
  EXPECT_EQ(complete("trinityctl vault "), (Words{"rotate", "status"}));
}

TEST_F(CompletionTest, Options) {
  EXPECT_EQ(complete("trinityctl agents logs bot --f"), Words{"--follow"});
  const auto all = complete("trinityctl agents logs --");
  EXPECT_THAT(all, testing::IsSupersetOf({"--follow", "--tail", "--times", "--json", "--server", "--help"}));
  EXPECT_EQ(std::ranges::count(all, "--help"), 1);
}

TEST_F(CompletionTest, NamesOfAgents) {
  EXPECT_EQ(complete("trinityctl agents show b"), (Words{"bot", "build-1"}));
  EXPECT_EQ(complete("trinityctl agents stop bot bu"), Words{"build-1"});
  EXPECT_EQ(complete("trinityctl agents logs -f bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl agents logs -n 5 bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl agents logs bot "), Words{}) << "one agent only";
  EXPECT_EQ(complete("trinityctl agents unshare bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl agents share bot "), Words{}) << "an address is the person's own";
  EXPECT_EQ(complete("trinityctl agents permissions bot --add b"), (Words{"bot", "build-1"}));
  EXPECT_EQ(complete("trinityctl agents permissions --add bot bu"), Words{"build-1"});
  EXPECT_EQ(complete("trinityctl agents create "), Words{}) << "a new name";
}

TEST_F(CompletionTest, ValuesOfOptions) {
  EXPECT_EQ(complete("trinityctl agents list --status "), (Words{"paused", "running", "stopped"}));
  EXPECT_EQ(complete("trinityctl agents list --status=ru"), Words{"running"});
  EXPECT_EQ(complete("trinityctl agents create x -t local:d"), Words{"demo-worker"})
      << "bash's word begins at the colon";
  EXPECT_EQ(complete("trinityctl agents create x -t "), (Words{"local:demo-worker", "local:other"}));
  EXPECT_EQ(complete("trinityctl agents create x --runtime co"), (Words{"codex", "command"}));
  EXPECT_EQ(complete("trinityctl agents autonomy bot "), (Words{"off", "on"}));
  EXPECT_EQ(complete("trinityctl agents platform-key bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl agents capabilities bot f"), Words{"full"});
  EXPECT_EQ(complete("trinityctl agents resources bot --memory 1"), (Words{"16g", "1g"}));
  EXPECT_EQ(complete("trinityctl agents resources bot --cpu="), (Words{"1", "16", "2", "4", "8", "none"}));
  EXPECT_EQ(complete("trinityctl agents logs bot -n "), Words{});
}

TEST_F(CompletionTest, Runs) {
  EXPECT_EQ(complete("trinityctl chat b"), (Words{"bot", "build-1"}));
  EXPECT_EQ(complete("trinityctl task --model haiku bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl executions s"), (Words{"show", "stop"}));
  EXPECT_EQ(complete("trinityctl executions bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl executions show bo"), Words{"bot"});
  EXPECT_EQ(complete("trinityctl executions bot --status f"), Words{"failed"});
}

TEST_F(CompletionTest, AsksTheServerThatTheLineNames) {
  SignIns(environment["TRINITY_SIGN_INS"]).keep("http://kept:1", {"ann", "kept-token", "s"});
  EXPECT_EQ(complete("trinityctl --server "), Words{"http://kept:1"});
  environment.erase("TRINITY_TOKEN");
  environment["TRINITY_SERVER"] = "http://variable";
  EXPECT_EQ(complete("trinityctl agents show b"), Words{}) << "not signed in there: silent";
  EXPECT_EQ(complete("trinityctl -s http://kept:1 agents show b"), (Words{"bot", "build-1"}));
  EXPECT_EQ(server.targets.back().address, "http://kept:1");
  EXPECT_EQ(server.targets.back().token, "kept-token");
  EXPECT_EQ(complete("trinityctl --server=http://kept:1 agents show a"), Words{"ann"});
}

TEST_F(CompletionTest, AServerThatDoesNotAnswerIsWaitedForShortly) {
  server.answers.clear();
  EXPECT_EQ(complete("trinityctl agents show b"), Words{});
  EXPECT_LE(server.calls.back().limit, std::chrono::seconds(2));
}

TEST_F(CompletionTest, PrintsTheFunctionForBash) {
  EXPECT_EQ(trinityctl({"completion", "bash"}), 0);
  EXPECT_THAT(out, testing::HasSubstr("complete -F _trinityctl trinityctl"));
}

}  // namespace
}  // namespace trinity::cli
