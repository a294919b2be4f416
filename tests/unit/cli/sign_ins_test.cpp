#include <fcntl.h>
#include <sys/stat.h>

#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0;
}

struct SignInsTest : testing::Test {
  Folder folder;
  fs::path file = folder.path() / "made" / "sign-ins.json";
};

TEST_F(SignInsTest, AFileThatIsNotThereIsEmpty) {
  const SignIns none(file);
  EXPECT_EQ(none.current(), "");
  EXPECT_EQ(none.find("http://a"), nullptr);
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(SignInsTest, KeepsWithOwnersRightsAlone) {
  SignIns(file).keep("http://a", {"ann", "token-a", "session-a"});
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(mode_of(file.parent_path()), 0700U);
  const SignIns again(file);
  ASSERT_NE(again.find("http://a"), nullptr);
  EXPECT_EQ(again.find("http://a")->user, "ann");
  EXPECT_EQ(again.find("http://a")->token, "token-a");
  EXPECT_EQ(again.find("http://a")->session, "session-a");
  EXPECT_EQ(again.current(), "http://a");
}

TEST_F(SignInsTest, LeavesAFolderThatIsThereAsItIs) {
  fs::create_directories(file.parent_path());
  ::chmod(file.parent_path().c_str(), 0755);
  SignIns(file).keep("http://a", {"ann", "t", "s"});
  EXPECT_EQ(mode_of(file.parent_path()), 0755U);
  EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(SignInsTest, ForgetsOneServerAndGoesOnWithAnother) {
  SignIns kept(file);
  kept.keep("http://a", {"ann", "t", "s"});
  kept.keep("http://b", {"bob", "t", "s"});
  EXPECT_EQ(kept.servers(), (std::vector<std::string>{"http://a", "http://b"}));
  EXPECT_TRUE(kept.forget("http://b"));
  EXPECT_FALSE(kept.forget("http://b"));
  EXPECT_EQ(SignIns(file).current(), "http://a");
}

TEST_F(SignInsTest, DoesNotUndoWhatOthersWroteMeanwhile) {
  SignIns first(file);
  SignIns(file).keep("http://b", {"bob", "t", "s"});
  first.keep("http://a", {"ann", "t", "s"});
  EXPECT_NE(SignIns(file).find("http://b"), nullptr);
}

TEST_F(SignInsTest, RefusesAFileThatOthersCanRead) {
  SignIns(file).keep("http://a", {"ann", "t", "s"});
  for (const mode_t mode : {0640, 0604, 0660}) {
    ::chmod(file.c_str(), mode);
    try {
      const SignIns refused(file);
      ADD_FAILURE() << mode;
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.code(), ExitCode::failed);
      EXPECT_NE(fault.hint().find("chmod 600"), std::string::npos);
    }
  }
}

TEST_F(SignInsTest, RefusesADamagedOrHugeFile) {
  for (const auto& text : {std::string("{\"servers\""), std::string("[]"), std::string(2'000'000, ' ')}) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::trunc) << text;
    ::chmod(file.c_str(), 0600);
    EXPECT_THROW(const SignIns refused(file), Fault) << text.substr(0, 20);
  }
}

TEST_F(SignInsTest, AFolderInItsPlaceIsRefusedAndNoCopyIsLeft) {
  SignIns kept(file);
  kept.keep("http://a", {"ann", "t", "s"});
  // A folder in its place cannot be replaced by a file.
  fs::remove(file);
  fs::create_directory(file);
  std::ofstream(file / "x") << "x";
  ::chmod(file.c_str(), 0700);
  EXPECT_THROW(kept.keep("http://b", {"bob", "secret", "s"}), Fault);
  EXPECT_EQ(std::distance(fs::directory_iterator(file.parent_path()), {}), 1) << "no copy with a token is left";
}

TEST(UsualFile, IsInTheConfigurationFolder) {
  std::map<std::string, std::string> environment{{"HOME", "/home/ann"}};
  const auto variable = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  EXPECT_EQ(SignIns::usual_file(variable), "/home/ann/.config/trinity/trinityctl.json");
  environment["HOME"] = "";
  EXPECT_EQ(SignIns::usual_file(variable), "");
  environment["XDG_CONFIG_HOME"] = "/conf";
  EXPECT_EQ(SignIns::usual_file(variable), "/conf/trinity/trinityctl.json");
}

TEST(UsualFile, WithoutAHomeNothingIsKept) {
  SignIns none{std::filesystem::path()};
  EXPECT_EQ(none.find("http://a"), nullptr);
  EXPECT_THROW(none.keep("http://a", {"ann", "t", "s"}), Fault);
}

struct LoginTest : ProgramTest {
  LoginTest() {
    server.answer("GET /api/setup/status", 200, R"({"setup_completed":true})");
    server.answer("POST /token", 200, R"({"access_token":"fresh-token","token_type":"bearer"})");
    server.answers["POST /token"].back().session = "fresh-session";
  }
  fs::path file() { return environment["TRINITY_SIGN_INS"]; }
};

TEST_F(LoginTest, TakesThePasswordFromStandardInputAndKeepsTheToken) {
  EXPECT_EQ(trinityctl({"login", "-u", "a nn", "--password-stdin"}, "se&cret=1 \n"), 0) << err;
  EXPECT_EQ(server.calls.back().body, "username=a%20nn&password=se%26cret%3D1%20");
  EXPECT_EQ(server.calls.back().content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(mode_of(file()), 0600U);
  EXPECT_EQ(SignIns(file()).find("http://127.0.0.1:8000")->token, "fresh-token");
  EXPECT_EQ(out, "Signed in to http://127.0.0.1:8000 as a nn.\n");
  EXPECT_EQ((out + err).find("cret"), std::string::npos);
}

TEST_F(LoginTest, SendsNoOldTokenAlong) {
  sign_in();
  EXPECT_EQ(trinityctl({"login", "--password-stdin"}, "x\n"), 0);
  for (const auto& target : server.targets) EXPECT_EQ(target.token, "");
  EXPECT_NE(err.find("TRINITY_TOKEN"), std::string::npos) << "it stands before the new sign-in";
}

TEST_F(LoginTest, LaterCommandsGoToTheSameServerWithTheToken) {
  EXPECT_EQ(trinityctl({"--server", "https://example.org", "login", "--password-stdin"}, "x\n"), 0);
  server.answer("GET /api/agents", 200, "[]");
  EXPECT_EQ(trinityctl({"agents", "list"}), 0);
  EXPECT_EQ(server.targets.back().address, "https://example.org");
  EXPECT_EQ(server.targets.back().token, "fresh-token");
  EXPECT_EQ(trinityctl({"agents", "list", "-s", "http://127.0.0.1:8000"}), 3) << "a token goes to its own server only";
}

TEST_F(LoginTest, AsksNobodyWhoIsNotThere) {
  EXPECT_EQ(trinityctl({"login"}, "x\n"), 2);
  EXPECT_NE(err.find("--password-stdin"), std::string::npos);
  EXPECT_EQ(server.count("POST /token"), 0U);
}

TEST_F(LoginTest, SaysWhatIsWrong) {
  server.answers.erase("POST /token");
  server.answer("POST /token", 401, R"({"detail":"Incorrect username or password"})");
  EXPECT_EQ(trinityctl({"login", "--password-stdin"}, "x\n"), 3);
  EXPECT_EQ(err, "trinityctl: Incorrect username or password\n");
  EXPECT_FALSE(fs::exists(file()));
  server.answers.erase("GET /api/setup/status");
  server.answer("GET /api/setup/status", 200, R"({"setup_completed":false})");
  EXPECT_EQ(trinityctl({"login", "--password-stdin"}, "x\n"), 1);
  EXPECT_NE(err.find("in a browser"), std::string::npos);
}

TEST_F(LoginTest, AsksTheServerBeforeThePassword) {
  server.answers.clear();
  EXPECT_EQ(trinityctl({"login"}, "x\n"), 5) << "nobody types a password for a server that is not there";
}

TEST_F(LoginTest, LogoutEndsTheSessionOnTheServerToo) {
  EXPECT_EQ(trinityctl({"login", "--password-stdin"}, "x\n"), 0);
  server.answer("DELETE /api/auth/session", 204, "");
  EXPECT_EQ(trinityctl({"logout", "--json"}), 0);
  EXPECT_EQ(json::parse(out),
            json::parse(R"({"server":"http://127.0.0.1:8000","signed_out":true,"ended_on_server":true})"));
  EXPECT_EQ(server.calls.back().cookie, "trinity_session=fresh-session");
  EXPECT_EQ(SignIns(file()).find("http://127.0.0.1:8000"), nullptr);
  EXPECT_EQ(trinityctl({"logout"}), 0);
  EXPECT_EQ(out, "You were not signed in to http://127.0.0.1:8000.\n");
}

TEST_F(LoginTest, LogoutWithoutAServerForgetsAndSaysSo) {
  EXPECT_EQ(trinityctl({"login", "--password-stdin"}, "x\n"), 0);
  EXPECT_EQ(trinityctl({"logout"}), 5);
  EXPECT_NE(err.find("could not be told"), std::string::npos);
  EXPECT_EQ(SignIns(file()).find("http://127.0.0.1:8000"), nullptr);
}

}  // namespace
}  // namespace trinity::cli
