#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kList = R"([
  {"id":"github:acme/agent","display_name":"Agent","description":"","github_repo":"acme/agent","github_credential_id":"x",
   "source":"github","resources":{"cpu":"2","memory":"4g"},"mcp_servers":[],"required_credentials":["A_KEY","B_KEY"],
   "priority":1},
  {"id":"local:bad","display_name":"bad","description":"","mcp_servers":[],"resources":{"cpu":"1","memory":"2g"},
   "source":"local","required_credentials":[{"name":"C_KEY","source":"x"}],"priority":100,"broken":true,
   "problems":[{"file":"template.yaml","line":4,"key":"resources.memory","message":"is no size\u001b[2J","level":"error"}]}])";

struct TemplatesTest : ProgramTest {
  TemplatesTest() {
    sign_in();
    server.answer("GET /api/templates", 200, kList);
  }
  void checked(const std::string& valid, const std::string& problems) {
    server.answer("POST /api/templates/check", 200,
                  R"({"template":"t","valid":)" + valid + R"(,"problems":)" + problems +
                      R"(,"item":{"required_credentials":["A_KEY"]}})");
  }
};

TEST_F(TemplatesTest, TheListSaysWhatIsBroken) {
  EXPECT_EQ(trinityctl({"templates", "list"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("github:acme/agent"));
  EXPECT_THAT(out, HasSubstr("A_KEY, B_KEY"));
  EXPECT_THAT(out, HasSubstr("C_KEY"));
  EXPECT_THAT(out, HasSubstr("broken"));
  EXPECT_THAT(out, HasSubstr("error:   template.yaml:4: resources.memory: is no size"));
  EXPECT_THAT(out, Not(HasSubstr("\x1b[2J"))) << "what drives the terminal is dropped";
  EXPECT_EQ(trinityctl({"templates", "list", "-q"}), 0);
  EXPECT_EQ(out, "github:acme/agent\nlocal:bad\n");
}

TEST_F(TemplatesTest, ACheckEndsAsTheTemplateIs) {
  checked("true", R"([{"file":"","line":null,"key":"","message":"takes long","level":"warning"}])");
  EXPECT_EQ(trinityctl({"templates", "check", "github:acme/agent", "--branch", "next"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("github:acme/agent is good."));
  EXPECT_THAT(out, HasSubstr("warning: takes long"));
  EXPECT_THAT(out, HasSubstr("needs:   A_KEY"));
  EXPECT_EQ(json::parse(server.calls.back().body),
            json::parse(R"({"template":"github:acme/agent","source_branch":"next"})"));
}

TEST_F(TemplatesTest, ABadOneIsAFailure) {
  checked("false", R"([{"file":"template.yaml","line":1,"key":"type","message":"is bad","level":"error"}])");
  EXPECT_EQ(trinityctl({"templates", "check", "local:x"}), 1);
  EXPECT_THAT(out, HasSubstr("local:x cannot be used."));
  EXPECT_THAT(out, HasSubstr("error:   template.yaml:1: type: is bad"));
  EXPECT_EQ(trinityctl({"--json", "templates", "check", "local:x"}), 1);
  EXPECT_THAT(out, HasSubstr(R"("valid":false)"));
}

}  // namespace
}  // namespace trinity::cli
