#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class CredentialsCommandTest : public ProgramTest {
 protected:
  CredentialsCommandTest() {
    sign_in();
    server.answer("GET /api/credentials", 200,
                  R"([{"id":"i1","name":"MAIL_KEY","service":"mail","type":"api_key","agents":["bot"],)"
                  R"("pending_agents":["bot"]},{"id":"i2","name":"TWICE"},{"id":"i3","name":"TWICE"}])");
  }
  json::object sent() { return json::parse(server.calls.back().body).as_object(); }
};

TEST_F(CredentialsCommandTest, AreATable) {
  EXPECT_EQ(trinityctl({"credentials", "list"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("MAIL_KEY"));
  EXPECT_THAT(out, HasSubstr("bot"));
  EXPECT_EQ(trinityctl({"credentials", "list", "--json"}), 0);
  EXPECT_EQ(json::parse(out).as_array().size(), 3U);
}

TEST_F(CredentialsCommandTest, AValueComesFromStandardInputOnly) {
  server.answer("POST /api/credentials", 200, R"({"id":"i9","name":"K"})");
  EXPECT_EQ(trinityctl({"credentials", "add", "K", "--service", "mail", "--type", "token"}, "s3cret\n"), 0) << err;
  EXPECT_EQ(
      sent(),
      (json::object{
          {"name", "K"}, {"service", "mail"}, {"type", "token"}, {"credentials", json::object{{"token", "s3cret"}}}}));
  EXPECT_THAT(out + err, Not(HasSubstr("s3cret")));
  EXPECT_EQ(trinityctl({"credentials", "add", "K", "value"}), 2) << "no place for a value";
  EXPECT_EQ(trinityctl({"credentials", "add", "K"}, ""), 2);
  EXPECT_EQ(trinityctl({"credentials", "add", "K", "--type", "file"}, ""), 2);
  EXPECT_THAT(err, HasSubstr("--path"));
  EXPECT_EQ(trinityctl({"credentials", "add", "K", "--type", "file", "--path", ".x"}, "text\n"), 0) << err;
  EXPECT_EQ(sent().at("credentials"), (json::object{{"content", "text\n"}})) << "a file keeps its last line's end";
}

TEST_F(CredentialsCommandTest, Imports) {
  server.answer("POST /api/credentials/bulk/preview", 200,
                R"({"pairs":[{"line":1,"name":"A","service":"a","type":"api_key","status":"differs"}],)"
                R"("ignored":[{"line":2,"reason":"The value is empty"}]})");
  EXPECT_EQ(trinityctl({"credentials", "import", "-", "--preview"}, "A=1\nB=\n"), 0) << err;
  EXPECT_THAT(out, HasSubstr("a second one of that name"));
  EXPECT_THAT(out, HasSubstr("passed over: The value is empty"));
  server.answer("POST /api/credentials/bulk", 200, R"({"created":1,"skipped":2,"errors":["C: no"],"credentials":[]})");
  EXPECT_EQ(trinityctl({"credentials", "import", "-"}, "A=1\n"), 0) << err;
  EXPECT_EQ(out, "1 made, 2 skipped.\n");
  EXPECT_THAT(err, HasSubstr("C: no"));
  EXPECT_EQ(sent(), (json::object{{"content", "A=1\n"}}));
  EXPECT_EQ(trinityctl({"credentials", "import", "/nonexistent"}), 2);
}

TEST_F(CredentialsCommandTest, AssignedByNameOrId) {
  server.answer("POST /api/agents/bot/credentials/assign/bulk", 200, R"({"assigned_count":2})");
  EXPECT_EQ(trinityctl({"credentials", "assign", "bot", "MAIL_KEY", "i2"}), 0) << err;
  EXPECT_EQ(sent(), (json::object{{"credential_ids", json::array{"i1", "i2"}}}));
  EXPECT_THAT(out, HasSubstr("trinityctl credentials apply bot"));
  EXPECT_EQ(trinityctl({"credentials", "assign", "bot", "TWICE"}), 2);
  EXPECT_EQ(trinityctl({"credentials", "assign", "bot", "none"}), 4);
  server.answer("DELETE /api/agents/bot/credentials/assign/i1", 200, "{}");
  EXPECT_EQ(trinityctl({"credentials", "unassign", "bot", "MAIL_KEY"}), 0) << err;
}

TEST_F(CredentialsCommandTest, RemovedAndApplied) {
  EXPECT_EQ(trinityctl({"credentials", "remove", "MAIL_KEY"}), 2) << "nobody can be asked";
  server.answer("DELETE /api/credentials/i1", 200, "{}");
  EXPECT_EQ(trinityctl({"credentials", "remove", "MAIL_KEY", "--yes"}), 0) << err;
  server.answer("POST /api/agents/bot/credentials/apply", 200,
                R"({"credential_count":3,"file_count":1,"note":"Restart them."})");
  EXPECT_EQ(trinityctl({"credentials", "apply", "bot"}), 0) << err;
  EXPECT_EQ(out, "bot has 3 variables and 1 files now.\nRestart them.\n");
}

}  // namespace
}  // namespace trinity::cli
