#include <gmock/gmock.h>

#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

class TagsTest : public ProgramTest {
 protected:
  TagsTest() {
    sign_in();
    server.answer("GET /api/agents/bot/tags", 200, R"({"agent_name":"bot","tags":["billing","prod"]})");
    server.answer("GET /api/agents/new/tags", 200, R"({"agent_name":"new","tags":[]})");
    server.answer("PUT /api/agents/bot/tags", 200, R"({"agent_name":"bot","tags":["x"]})");
  }
  json::value sent() const { return json::parse(server.calls.back().body); }
};

TEST_F(TagsTest, ArePrintedLineByLine) {
  EXPECT_EQ(trinityctl({"agents", "tags", "bot"}), 0) << err;
  EXPECT_EQ(out, "billing\nprod\n");
  EXPECT_EQ(trinityctl({"agents", "tags", "bot", "--json"}), 0) << err;
  EXPECT_EQ(json::parse(out).at("agent_name"), "bot");
  EXPECT_EQ(trinityctl({"agents", "tags", "new"}), 0) << err;
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("--add TAG"));
}

TEST_F(TagsTest, AreReplacedWithoutALook) {
  EXPECT_EQ(trinityctl({"agents", "tags", "bot", "--set", "prod,,team:ann"}), 0) << err;
  EXPECT_EQ(server.calls.size(), 1U);
  EXPECT_EQ(sent(), json::parse(R"({"tags":["prod","team:ann"]})"));
  EXPECT_EQ(out, "x\n") << "as the server keeps them";
  EXPECT_EQ(trinityctl({"agents", "tags", "bot", "--set", ""}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"tags":[]})"));
}

TEST_F(TagsTest, OthersStayWhenOneIsAddedOrRemoved) {
  EXPECT_EQ(trinityctl({"agents", "tags", "--add", "new", "--remove", "Billing", "bot"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"tags":["prod","new"]})"));
  EXPECT_EQ(trinityctl({"agents", "tags", "bot", "--set", "a", "--add", "b"}), 2);
}

TEST_F(TagsTest, ARefusalIsTheServersWord) {
  server.answer(
      "PUT /api/agents/new/tags", 422,
      R"({"detail":[{"type":"value_error","loc":["body","tags",0],"msg":"A tag holds a-z only","input":"a b"}]})");
  EXPECT_EQ(trinityctl({"agents", "tags", "new", "--set", "a b"}), 1);
  EXPECT_THAT(err, HasSubstr("A tag holds a-z only"));
}

TEST_F(TagsTest, TheListIsNarrowedByTheServerAndShowsThem) {
  server.answer("GET /api/agents?tag=prod%2Ca%2Fb", 200,
                R"([{"name":"bot","status":"running","owner":"ann","template":null,"runtime":"codex","created":"",
                     "tags":["a/b","prod"]}])");
  EXPECT_EQ(trinityctl({"agents", "list", "--tag", "prod", "--tag", "a/b"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("TAGS"));
  EXPECT_THAT(out, HasSubstr("a/b,prod"));
}

TEST_F(TagsTest, ANewAgentIsGivenThem) {
  server.answer("POST /api/agents", 200, R"({"name":"bot","status":"running"})");
  EXPECT_EQ(trinityctl({"agents", "create", "bot", "--tag", "prod", "--tag", "billing"}), 0) << err;
  EXPECT_EQ(sent().at("tags"), json::parse(R"(["prod","billing"])"));
}

TEST_F(TagsTest, AreCompleted) {
  server.answer("GET /api/agents", 200, R"([{"name":"bot","tags":["billing","prod"]},{"name":"b","tags":["prod"]}])");
  EXPECT_EQ(trinityctl({"__complete", "trinityctl agents list --tag "}), 0) << err;
  EXPECT_EQ(out, "billing\nprod\n");
}

}  // namespace
}  // namespace trinity::cli
