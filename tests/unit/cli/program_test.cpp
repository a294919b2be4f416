#include "cli/program.h"

#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

TEST_F(ProgramTest, HelpIsForEveryCommandAndEndsWithSuccess) {
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"login"},
                                                                 {"logout"},
                                                                 {"status"},
                                                                 {"completion"},
                                                                 {"agents"},
                                                                 {"agents", "list"},
                                                                 {"agents", "show"},
                                                                 {"agents", "create"},
                                                                 {"agents", "start"},
                                                                 {"agents", "stop"},
                                                                 {"agents", "delete"},
                                                                 {"agents", "resources"},
                                                                 {"agents", "autonomy"},
                                                                 {"agents", "capabilities"},
                                                                 {"agents", "platform-key"},
                                                                 {"agents", "share"},
                                                                 {"agents", "unshare"},
                                                                 {"agents", "shares"},
                                                                 {"agents", "permissions"},
                                                                 {"agents", "logs"},
                                                                 {"agents", "stats"}}) {
    auto arguments = words;
    arguments.emplace_back("--help");
    EXPECT_EQ(trinityctl(arguments), 0);
    EXPECT_THAT(out, HasSubstr("Usage:"));
    if (!words.empty()) {
      EXPECT_THAT(out, HasSubstr(words.back()));
    }
    EXPECT_EQ(err, "");
    EXPECT_EQ(out.find("__complete"), std::string::npos);
  }
  EXPECT_TRUE(server.calls.empty());
}

TEST_F(ProgramTest, TheVersionIsPrinted) {
  EXPECT_EQ(trinityctl({"--version"}), 0);
  EXPECT_THAT(out, testing::MatchesRegex("trinityctl [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(ProgramTest, ALineThatIsNotUnderstoodIsCode2WithAHint) {
  struct Case {
    std::vector<std::string> arguments;
    std::string_view text;
    std::string_view see;
  };
  for (const auto& [arguments, text, see] : {
           Case{{}, "a command is missing", "See: trinityctl --help"},
           Case{{"agents"}, "a command is missing", "See: trinityctl agents --help"},
           Case{{"agnets", "list"}, "\"agnets\" is no command; did you mean 'agents'?", "See: trinityctl --help"},
           Case{{"agents", "strat", "bot"},
                "\"strat\" is no command; did you mean 'start'?",
                "See: trinityctl agents --help"},
           Case{{"agents", "logs", "bot", "--folow"},
                "\"--folow\" is no option here; did you mean '--follow'?",
                "See: trinityctl agents logs --help"},
           Case{{"agents", "logs", "bot", "extra"},
                "\"extra\" is one word too many",
                "See: trinityctl agents logs --help"},
           Case{{"agents", "logs", "bot", "-n", "many"}, "many", "See: trinityctl agents logs --help"},
           Case{{"agents", "logs", "bot", "-n", "-1"}, "10000", "See: trinityctl agents logs --help"},
           Case{{"agents", "show"}, "agent is required", "See: trinityctl agents show --help"},
           Case{{"agents", "create", "bot", "--port", "70000"}, "65535", "See: trinityctl agents create --help"},
           Case{{"completion", "fish"}, "fish", "See: trinityctl completion --help"},
           Case{{"status", "--server", "ftp://x"}, "only http and https", ""},
       }) {
    EXPECT_EQ(trinityctl(arguments), 2) << text;
    EXPECT_THAT(err, HasSubstr(std::string(text)));
    EXPECT_THAT(err, HasSubstr(std::string(see)));
    EXPECT_EQ(out, "");
  }
  EXPECT_TRUE(server.calls.empty());
}

TEST_F(ProgramTest, WithoutASignInNothingIsAsked) {
  EXPECT_EQ(trinityctl({"agents", "list"}), 3);
  EXPECT_EQ(err, "trinityctl: not signed in to http://127.0.0.1:8000\nSign in with: trinityctl login\n");
  EXPECT_TRUE(server.calls.empty());
}

TEST_F(ProgramTest, StatusesBecomeExitCodes) {
  sign_in();
  struct Case {
    unsigned status;
    const char* body;
    int code;
    std::string_view text;
  };
  for (const auto& [status, body, code, text] :
       {Case{401, R"({"detail":"Could not validate credentials"})", 3, "Sign in with"},
        Case{403, R"({"detail":"Access denied"})", 4, "bot: Access denied"},
        Case{404, R"({"detail":"Agent not found"})", 4, "trinityctl agents list"},
        Case{422, R"({"detail":[{"loc":["body","name"],"msg":"Field required"},{"loc":["body"],"msg":"odd"}]})", 1,
             "name: Field required\nodd"},
        Case{503, R"({"detail":"The container engine does not answer"})", 1, "container engine"},
        Case{502, "<html>Bad Gateway</html>", 1, "the server answered 502"},
        Case{200, "<html>hello</html>", 1, "Is this the address of a Trinity server?"},
        Case{200, "[1]", 1, "unexpected answer"}}) {
    server.answers.clear();
    server.answer("GET /api/agents/bot", status, body);
    EXPECT_EQ(trinityctl({"agents", "show", "bot"}), code) << status;
    EXPECT_THAT(err, HasSubstr(std::string(text)));
    EXPECT_EQ(out, "");
  }
  server.answers.clear();
  EXPECT_EQ(trinityctl({"agents", "show", "bot"}), 5);
}

TEST_F(ProgramTest, FaultsAreJsonForScripts) {
  sign_in();
  server.answer("GET /api/agents/bot", 404, R"({"detail":"Agent not found"})");
  EXPECT_EQ(trinityctl({"agents", "show", "bot", "--json"}), 4);
  const auto said = json::parse(err).as_object();
  EXPECT_EQ(said.at("error"), "bot: Agent not found");
  EXPECT_EQ(said.at("exit_code"), 4);
  EXPECT_EQ(out, "");
}

TEST_F(ProgramTest, TheServerIsTheFlagElseTheVariableElseTheLastSignIn) {
  sign_in();
  server.answer("GET /api/agents", 200, "[]");
  SignIns(environment["TRINITY_SIGN_INS"]).keep("http://kept.example.org", {"ann", "t", "s"});
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_EQ(server.targets.back().address, "http://kept.example.org");
  environment["TRINITY_SERVER"] = "variable.example.org";
  environment["TRINITY_CA_FILE"] = "/ca.pem";
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_EQ(server.targets.back().address, "https://variable.example.org");
  EXPECT_EQ(server.targets.back().ca_file, "/ca.pem");
  EXPECT_EQ(trinityctl({"-s", "http://flag", "agents", "list", "--ca-file", "/other.pem"}), 0);
  EXPECT_EQ(server.targets.back().address, "http://flag");
  EXPECT_EQ(server.targets.back().ca_file, "/other.pem");
  EXPECT_EQ(server.targets.back().token, "secret-token");
}

TEST_F(ProgramTest, ColoursAreForTerminalsOnly) {
  sign_in();
  server.answer("GET /api/agents", 200, R"([{"name":"bot","status":"running"}])");
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
  person_reads = true;
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_NE(out.find("\x1b[32mrunning"), std::string::npos);
  EXPECT_EQ(trinityctl({"agents", "list", "--no-color"}), 0);
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
  environment["NO_COLOR"] = "1";
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
}

struct StatusTest : ProgramTest {
  StatusTest() {
    server.answer("GET /api/version", 200, R"({"version":"1.2.3"})");
    server.answer("GET /api/users/me", 200, R"({"username":"ann","role":"admin"})");
    server.answer("GET /api/agents", 200, R"([{"status":"running"},{"status":"stopped"},{"status":"running"}])");
    server.answers["GET /api/agents"].back().engine = "ok";
  }
};

TEST_F(StatusTest, TellsServerPersonEngineAndAgents) {
  sign_in();
  EXPECT_EQ(trinityctl({"status"}), 0) << err;
  EXPECT_EQ(out,
            "Server   http://127.0.0.1:8000, version 1.2.3\nYou      ann (admin)\nEngine   answers\n"
            "Agents   3: 2 running, 1 not\n");
  EXPECT_EQ(trinityctl({"status", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(R"({"server":"http://127.0.0.1:8000","version":"1.2.3","user":"ann",
    "role":"admin","engine":"ok","engine_age_ms":0,"agents":3,"running":2})"));
}

TEST_F(StatusTest, AnEngineThatDoesNotAnswerIsAFailure) {
  sign_in();
  server.answers["GET /api/agents"].back().engine = "unreachable";
  server.answers["GET /api/agents"].back().engine_age = std::chrono::seconds(75);
  EXPECT_EQ(trinityctl({"status"}), 1);
  EXPECT_THAT(out, HasSubstr("does not answer; what follows is 1m old"));
}

TEST_F(StatusTest, WithoutASignInTheShapeIsTheSame) {
  EXPECT_EQ(trinityctl({"status", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(R"({"server":"http://127.0.0.1:8000","version":"1.2.3","user":null,
    "role":null,"engine":null,"engine_age_ms":null,"agents":null,"running":null})"));
  sign_in();
  server.answers["GET /api/users/me"].front().status = 401;
  EXPECT_EQ(trinityctl({"status"}), 0);
  EXPECT_THAT(out, HasSubstr("not signed in (trinityctl login)"));
}

struct AgentsTest : ProgramTest {
  AgentsTest() { sign_in(); }
};

TEST_F(AgentsTest, ListIsATableForPeople) {
  server.answer("GET /api/agents", 200, R"([
    {"name":"bot","status":"running","owner":"ann","template":"local:demo-worker","runtime":"command","created":"2000-01-01T00:00:00"},
    {"name":"old","status":"stopped","owner":null,"template":null,"runtime":"claude-code","created":"odd"}])");
  EXPECT_EQ(trinityctl({"agents", "list"}), 0) << err;
  EXPECT_THAT(out, testing::MatchesRegex("NAME  STATUS   OWNER  TEMPLATE     RUNTIME +AGE\n"
                                         "bot   running  ann    demo-worker  command +[0-9]+d [0-9]+h\n"
                                         "old   stopped  -      -            claude-code +-\n"));
  EXPECT_EQ(err, "");
  EXPECT_EQ(trinityctl({"agents", "ls", "--names", "--status", "stopped"}), 0);
  EXPECT_EQ(out, "old\n");
  EXPECT_EQ(trinityctl({"agent", "list", "--status", "paused"}), 0);
  EXPECT_EQ(out, "");
  EXPECT_EQ(trinityctl({"--json", "agents", "list", "--status", "paused"}), 0);
  EXPECT_EQ(out, "[]\n");
}

TEST_F(AgentsTest, AnOldListSaysHowOldItIs) {
  server.answer("GET /api/agents", 200, R"([{"name":"bot","status":"running"}])");
  server.answers["GET /api/agents"].back().engine = "unreachable";
  server.answers["GET /api/agents"].back().engine_age = std::chrono::minutes(5);
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_THAT(err, HasSubstr("5m ago"));
}

TEST_F(AgentsTest, NoAgentYetSaysHowToMakeOne) {
  server.answer("GET /api/agents", 200, "[]");
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("trinityctl agents create NAME"));
}

TEST_F(AgentsTest, ShowIsOneFactPerLine) {
  server.answer("GET /api/agents/bot%20x", 200, R"({"name":"bot x","status":"running","resources":{"cpu":"1"},
    "container_id":null,"is_owner":true,"port":2222,"shares":[],"tools":["a","b"],"odd":[{"n":1}]})");
  EXPECT_EQ(trinityctl({"agents", "show", "bot x"}), 0) << err;
  EXPECT_EQ(out,
            "name           bot x\nstatus         running\nresources.cpu  1\nis_owner       yes\n"
            "port           2222\ntools          a\ntools          b\nodd.1.n        1\n");
}

TEST_F(AgentsTest, CreateSendsOnlyWhatWasSaid) {
  server.answer("POST /api/agents", 200, R"({"name":"bot","status":"running"})");
  EXPECT_EQ(trinityctl({"agents", "create", "Bot"}), 0);
  EXPECT_EQ(json::parse(server.calls.back().body), json::parse(R"({"name":"Bot"})"));
  EXPECT_THAT(out, testing::MatchesRegex("bot is running \\([0-9.]+ s\\)\\.\n"));
  EXPECT_EQ(trinityctl({"agents", "create", "Bot", "-t", "local:x", "--runtime", "command", "--model", "m", "--cpu",
                        "0.5", "--instructions", "be brief", "--port", "2300", "--json"}),
            0);
  EXPECT_EQ(json::parse(server.calls.back().body),
            json::parse(R"({"name":"Bot","template":"local:x","runtime":"command","runtime_model":"m",
              "custom_instructions":"be brief","resources":{"cpu":"0.5","memory":"4g"},"port":2300})"));
  EXPECT_EQ(json::parse(out), json::parse(R"({"name":"bot","status":"running"})"));
  EXPECT_EQ(err, "");
}

TEST_F(AgentsTest, StartsAndStopsSeveralAndGoesOnAfterAFault) {
  server.answer("POST /api/agents/a/stop", 404, R"({"detail":"Agent not found"})");
  server.answer("POST /api/agents/b/stop", 200, "{}");
  server.answer("POST /api/agents/c/stop", 503, R"({"detail":"engine away"})");
  EXPECT_EQ(trinityctl({"agents", "stop", "a", "b", "c"}), 4) << "the first fault decides";
  EXPECT_EQ(out, "b is stopped.\n");
  EXPECT_THAT(err, HasSubstr("engine away"));
  EXPECT_THAT(err, HasSubstr("trinityctl: 2 of 3 not done; a: Agent not found"));
  EXPECT_EQ(trinityctl({"agents", "stop", "a", "b", "--json"}), 4);
  EXPECT_EQ(json::parse(out),
            json::parse(R"([{"name":"a","ok":false,"detail":"a: Agent not found"},{"name":"b","ok":true}])"));
  server.answer("POST /api/agents/b/start", 200, "{}");
  EXPECT_EQ(trinityctl({"agents", "start", "b"}), 0);
  EXPECT_EQ(out, "b is running.\n");
}

TEST_F(AgentsTest, AnAgentMayBeNamedAsACommand) {
  for (const auto* name : {"status", "list", "stop", "agents", "login"}) {
    server.answer(fmt::format("POST /api/agents/{}/stop", name), 200, "{}");
    EXPECT_EQ(trinityctl({"agents", "stop", name}), 0) << err;
    EXPECT_EQ(out, fmt::format("{} is stopped.\n", name));
  }
}

TEST_F(AgentsTest, ALostServerEndsTheRound) {
  EXPECT_EQ(trinityctl({"agents", "stop", "a", "b"}), 5);
  EXPECT_EQ(server.calls.size(), 1U);
  EXPECT_THAT(err, HasSubstr("2 of 2 not done"));
}

TEST_F(AgentsTest, DeleteAsksFirst) {
  server.answer("DELETE /api/agents/bot", 200, "{}");
  EXPECT_EQ(trinityctl({"agents", "delete", "bot"}, "y\n"), 2) << "nobody can be asked";
  EXPECT_THAT(err, HasSubstr("--yes"));
  person_types = true;
  EXPECT_EQ(trinityctl({"agents", "delete", "bot"}, "n\n"), 1);
  EXPECT_TRUE(server.calls.empty());
  EXPECT_THAT(err, HasSubstr("Delete agent bot with all files"));
  EXPECT_EQ(trinityctl({"agents", "delete", "bot"}, "y\n"), 0);
  EXPECT_EQ(out, "bot is deleted.\n");
  person_types = false;
  EXPECT_EQ(trinityctl({"agents", "rm", "-y", "bot"}), 0);
  EXPECT_EQ(server.count("DELETE /api/agents/bot"), 2U);
}

}  // namespace
}  // namespace trinity::cli
