#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ProgramTest, SharingNamesTheAgentAndThePerson) {
  sign_in();
  server.answer("POST /api/agents/bot/share", 200,
                R"({"id":3,"agent_name":"bot","shared_with_email":"ann@x.org","shared_by_id":1})");
  EXPECT_EQ(trinityctl({"agents", "share", "bot", "Ann@x.org"}), 0) << err;
  EXPECT_EQ(out, "bot is shared with ann@x.org.\n");
  EXPECT_EQ(json::parse(server.calls.back().body), (json::object{{"email", "Ann@x.org"}}));
  EXPECT_EQ(trinityctl({"agents", "share", "bot", "Ann@x.org", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("id"), 3);
}

TEST_F(ProgramTest, WhatTheServerSaysAgainstItIsTold) {
  sign_in();
  server.answer("POST /api/agents/bot/share", 409, R"({"detail":"Agent is already shared with ann@x.org"})");
  EXPECT_EQ(trinityctl({"agents", "share", "bot", "ann@x.org"}), 1);
  EXPECT_THAT(err, HasSubstr("already shared with ann@x.org"));
  server.answers.clear();
  server.answer("POST /api/agents/bot/share", 422,
                R"({"detail":[{"loc":["body","email"],"msg":"value is not a valid email address"}]})");
  EXPECT_EQ(trinityctl({"agents", "share", "bot", "ann"}), 1);
  EXPECT_THAT(err, HasSubstr("email: value is not a valid email address"));
  EXPECT_EQ(trinityctl({"agents", "share", "bot"}), 2) << "an address is wanted";
}

TEST_F(ProgramTest, AnAddressIsEncodedInThePath) {
  sign_in();
  server.answer("DELETE /api/agents/bot/share/a%2Bb%40x.org", 200, R"({"message":"Sharing removed for a+b@x.org"})");
  EXPECT_EQ(trinityctl({"agents", "unshare", "bot", "a+b@x.org"}), 0) << err;
  EXPECT_EQ(out, "bot is no longer shared with a+b@x.org.\n");
}

TEST_F(ProgramTest, SharesAreATable) {
  sign_in();
  server.answer(
      "GET /api/agents/bot/shares", 200,
      R"([{"shared_with_email":"ann@x.org","shared_by_email":"admin","created_at":"2026-01-13T10:15:30.12"}])");
  EXPECT_EQ(trinityctl({"agents", "shares", "bot"}), 0) << err;
  EXPECT_EQ(out,
            "SHARED WITH  BY     SINCE (UTC)\n"
            "ann@x.org    admin  2026-01-13 10:15\n");
  server.answers.clear();
  server.answer("GET /api/agents/bot/shares", 200, "[]");
  EXPECT_EQ(trinityctl({"agents", "shares", "bot"}), 0);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("trinityctl agents share bot EMAIL"));
}

class PermissionsCommandTest : public ProgramTest {
 protected:
  PermissionsCommandTest() {
    sign_in();
    server.answer("GET /api/agents/lead/permissions", 200,
                  R"({"source_agent":"lead","permitted_agents":[],"available_agents":[)"
                  R"({"name":"worker","status":"running","type":"t","permitted":true},)"
                  R"({"name":"writer","status":"stopped","type":"t","permitted":false}]})");
  }
  std::vector<std::string> asked() {
    std::vector<std::string> lines;
    for (const auto& call : server.calls) lines.push_back(call.method + " " + call.path);
    return lines;
  }
};

TEST_F(PermissionsCommandTest, AreATable) {
  EXPECT_EQ(trinityctl({"agents", "permissions", "lead"}), 0) << err;
  EXPECT_EQ(out,
            "AGENT   STATUS   MAY BE CALLED\n"
            "worker  running  yes\n"
            "writer  stopped  no\n");
  EXPECT_EQ(trinityctl({"agents", "permissions", "lead", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("source_agent"), "lead");
}

TEST_F(PermissionsCommandTest, AreReplacedAsAWhole) {
  server.answer("PUT /api/agents/lead/permissions", 200, R"({"status":"updated"})");
  EXPECT_EQ(trinityctl({"agents", "permissions", "lead", "--set", "worker,,writer"}), 0) << err;
  ASSERT_THAT(asked(), ElementsAre("PUT /api/agents/lead/permissions", "GET /api/agents/lead/permissions"));
  EXPECT_EQ(server.calls[0].body, R"({"permitted_agents":["worker","writer"]})");
  server.calls.clear();
  EXPECT_EQ(trinityctl({"agents", "permissions", "lead", "--set", ""}), 0) << err;
  EXPECT_EQ(server.calls.at(0).body, R"({"permitted_agents":[]})") << "none at all";
}

TEST_F(PermissionsCommandTest, AreChangedOneByOne) {
  server.answer("POST /api/agents/lead/permissions/writer", 200, R"({"status":"added"})");
  server.answer("POST /api/agents/lead/permissions/other", 200, R"({"status":"added"})");
  server.answer("DELETE /api/agents/lead/permissions/worker", 200, R"({"status":"removed"})");
  EXPECT_EQ(trinityctl({"agents", "permissions", "--add", "writer", "--add", "other", "--remove", "worker", "lead"}), 0)
      << err;
  EXPECT_THAT(asked(),
              ElementsAre("POST /api/agents/lead/permissions/writer", "POST /api/agents/lead/permissions/other",
                          "DELETE /api/agents/lead/permissions/worker", "GET /api/agents/lead/permissions"));
}

TEST_F(PermissionsCommandTest, EitherAllOrSingleOnes) {
  EXPECT_EQ(trinityctl({"agents", "permissions", "lead", "--set", "a", "--add", "b"}), 2);
  EXPECT_THAT(err, HasSubstr("excludes"));
  EXPECT_TRUE(server.calls.empty());
}

}  // namespace
}  // namespace trinity::cli
