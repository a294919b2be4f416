#include "credentials/service.h"

#include "unit/credentials/house.h"

namespace trinity::credentials {
namespace {

using boost::json::array;
using boost::json::object;
using test::AgentHouse;
using testing::HasSubstr;
using testing::Not;

class CredentialServiceTest : public test::CredentialHouse {
 protected:
  const agents::CallerPtr ann = AgentHouse::ann();
  const agents::CallerPtr bob = AgentHouse::bob();
  const agents::CallerPtr admin = AgentHouse::admin();

  array list(const agents::CallerPtr& caller) {
    return boost::json::parse(ask(Method::get, "/api/credentials", caller).bytes()).as_array();
  }
  std::vector<std::string> names(const agents::CallerPtr& caller) {
    std::vector<std::string> made;
    for (const auto& one : list(caller)) made.emplace_back(one.at("name").as_string());
    return made;
  }
};

TEST_F(CredentialServiceTest, MadeListedChangedDeleted) {
  const auto made = get(Method::post, "/api/credentials", ann,
                        R"({"name":"K","service":"s","type":"token","credentials":{"token":"PLANTED"}})");
  const auto id = std::string(made.at("id").as_string());
  EXPECT_EQ(id.size(), 22U);
  EXPECT_TRUE(made.at("description").is_null());
  EXPECT_TRUE(made.at("file_path").is_null());
  EXPECT_EQ(made.at("status"), "active");
  const auto path = "/api/credentials/" + id;
  EXPECT_EQ(get(Method::get, path, ann).at("description"), "");

  const auto changed =
      get(Method::put, path, ann, R"({"name":"","description":"d","credentials":{"token":"PLANTED2"}})");
  EXPECT_EQ(changed.at("name"), "K");
  EXPECT_EQ(changed.at("description"), "d");
  EXPECT_GT(changed.at("updated_at").as_string(), made.at("updated_at").as_string());
  EXPECT_EQ(get(Method::put, path, ann, R"({"name":"L","description":""})").at("name"), "L");
  EXPECT_EQ(get(Method::get, path, ann).at("description"), "");
  const auto stored = house.run(store.get(house.call, id));
  EXPECT_EQ(box.open(*stored).secret.at("token"), "PLANTED2") << "it stays when only the name changes";

  EXPECT_EQ(get(Method::del, path, ann).at("message").as_string(), "Credential " + id + " deleted");
  EXPECT_EQ(refused(Method::del, path, ann), "404 Credential not found");
  EXPECT_TRUE(list(ann).empty());
}

TEST_F(CredentialServiceTest, OnlyTheirOwn) {
  const auto id = add(ann, "K", R"({"api_key":"v"})");
  for (const auto& caller : {bob, admin}) {
    EXPECT_TRUE(list(caller).empty());
    for (const auto method : {Method::get, Method::del})
      EXPECT_EQ(refused(method, "/api/credentials/" + id, caller), "404 Credential not found");
    EXPECT_EQ(refused(Method::put, "/api/credentials/" + id, caller, "{}"), "404 Credential not found");
  }
  EXPECT_THAT(names(ann), testing::ElementsAre("K"));
}

TEST_F(CredentialServiceTest, NoKeyOfAnAgentSeesOrChangesThem) {
  const auto id = add(ann, "K", R"({"api_key":"v"})");
  const auto key = key_of_bot();
  EXPECT_THAT(refused(Method::get, "/api/credentials", key), HasSubstr("403 "));
  EXPECT_THAT(refused(Method::post, "/api/credentials", key, "not json"), HasSubstr("403 "));
  for (const auto method : {Method::get, Method::put, Method::del})
    EXPECT_THAT(refused(method, "/api/credentials/" + id, key, "{}"), HasSubstr("403 "));
  EXPECT_THAT(refused(Method::post, "/api/credentials/bulk", key, "{}"), HasSubstr("403 "));
  EXPECT_THAT(refused(Method::post, "/api/credentials/bulk/preview", key, "{}"), HasSubstr("403 "));
}

TEST_F(CredentialServiceTest, RefusalsRepeatNoSecret) {
  for (const auto* body : {R"({"credentials":{"api_key":"PLANTED"}})", R"({"name":5,"credentials":"PLANTED"})",
                           R"({"credentials":{"api_key":"PLANTED"},"name":"n","service":"s","type":"file"})",
                           R"({"credentials":{"api_key":"PLANTED")"}) {
    const auto response = ask(Method::post, "/api/credentials", ann, body);
    EXPECT_EQ(response.status, 422U);
    EXPECT_THAT(std::string(response.bytes()), Not(HasSubstr("PLANTED")));
  }
}

TEST_F(CredentialServiceTest, BulkImport) {
  const std::string text = R"({"content":"# c\nHEYGEN_API_KEY=abc\nX_TOKEN=\"d e\"\nX_TOKEN=f\nbad=1\nE=\n"})";
  const auto made = get(Method::post, "/api/credentials/bulk", ann, text);
  EXPECT_EQ(made.at("created"), 3);
  EXPECT_EQ(made.at("skipped"), 0);
  EXPECT_EQ(made.at("errors"), array());
  EXPECT_EQ(made.at("credentials").at(0).at("service"), "heygen");
  EXPECT_EQ(made.at("credentials").at(1).at("type"), "token");
  const auto again = get(Method::post, "/api/credentials/bulk", ann, text);
  EXPECT_EQ(again.at("created"), 0);
  EXPECT_EQ(again.at("skipped"), 3);
  EXPECT_EQ(again.at("errors"), array());
  EXPECT_EQ(list(ann).size(), 3U);
  const auto other = get(Method::post, "/api/credentials/bulk", ann, R"({"content":"HEYGEN_API_KEY=new"})");
  EXPECT_EQ(other.at("created"), 1) << "another value is another credential";
  EXPECT_EQ(refused(Method::post, "/api/credentials/bulk", ann, R"({"content":"nothing"})"),
            "400 No valid KEY=VALUE pairs found in content");

  const auto opened = house.run(service.opened(house.call, ann));
  for (const auto& one : opened) {
    if (one.meta.name != "X_TOKEN") continue;
    EXPECT_TRUE(one.secret.contains("token"));
    EXPECT_TRUE(one.secret.contains("X_TOKEN"));
  }
}

TEST_F(CredentialServiceTest, APreviewStoresNothing) {
  get(Method::post, "/api/credentials/bulk", ann, R"({"content":"A_KEY=1\nB_KEY=2"})");
  const auto made = get(Method::post, "/api/credentials/bulk/preview", ann,
                        R"({"content":"A_KEY=1\nB_KEY=other\nC_KEY=3\nC_KEY=3\nbad=x"})");
  std::vector<std::string> states;
  for (const auto& one : made.at("pairs").as_array()) states.emplace_back(one.at("status").as_string());
  EXPECT_THAT(states, testing::ElementsAre("same", "differs", "new", "same"));
  EXPECT_EQ(made.at("ignored").at(0).at("line"), 5);
  EXPECT_EQ(list(ann).size(), 2U);
}

TEST_F(CredentialServiceTest, TheListTellsTheAgentsAndWhoHasNotTheNewestValue) {
  const auto id = add(ann, "K", R"({"api_key":"v"})");
  assign(ann, id);
  EXPECT_EQ(list(ann)[0].at("agents"), array{"bot"});
  EXPECT_EQ(list(ann)[0].at("pending_agents"), array{"bot"});
  get(Method::post, "/api/agents/bot/credentials/apply", ann);
  EXPECT_EQ(list(ann)[0].at("pending_agents"), array());
  get(Method::put, "/api/credentials/" + id, ann, R"({"credentials":{"api_key":"w"}})");
  EXPECT_EQ(list(ann)[0].at("pending_agents"), array{"bot"});
  house.cost.sql = 0;
  list(ann);
  EXPECT_LE(house.cost.sql, 2U);
}

TEST_F(CredentialServiceTest, NothingPlainIsInTheDatabase) {
  add(ann, "K", R"({"api_key":"PLANTED-0123456789"})");
  const auto rows = house.count("trinity_credentials", "sealed LIKE '%PLANTED%' OR sealed NOT LIKE 'trinity-sealed:%'");
  EXPECT_EQ(rows, 0);
  EXPECT_EQ(house.count("trinity_credentials"), 1);
}

}  // namespace
}  // namespace trinity::credentials
