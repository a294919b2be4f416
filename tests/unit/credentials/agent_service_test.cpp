#include "credentials/agent_service.h"

#include "unit/credentials/house.h"

namespace trinity::credentials {
namespace {

using boost::json::array;
using boost::json::object;
using test::AgentHouse;
using test::eventually;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class AgentCredentialsTest : public test::CredentialHouse {
 protected:
  const agents::CallerPtr ann = AgentHouse::ann();
  const agents::CallerPtr bob = AgentHouse::bob();
  const agents::CallerPtr admin = AgentHouse::admin();
  const std::string base = "/api/agents/bot/credentials";

  object assignments(const agents::CallerPtr& caller) { return get(Method::get, base + "/assignments", caller); }
  static std::vector<std::string> names(const object& from, const char* list) {
    std::vector<std::string> made;
    for (const auto& one : from.at(list).as_array()) made.emplace_back(one.at("name").as_string());
    return made;
  }
  object hot_reload(const agents::CallerPtr& caller, const std::string& text) {
    return get(Method::post, base + "/hot-reload", caller, boost::json::serialize(object{{"credentials_text", text}}));
  }
  object last_push() {
    const auto all = pushes();
    EXPECT_FALSE(all.empty());
    return all.empty() ? object() : all.back();
  }
};

TEST_F(AgentCredentialsTest, StrangersGetNothingAndSendNothing) {
  const std::vector<std::pair<Method, std::string>> all{{Method::get, base},
                                                        {Method::get, base + "/status"},
                                                        {Method::post, base + "/reload"},
                                                        {Method::post, base + "/apply"},
                                                        {Method::post, base + "/hot-reload"},
                                                        {Method::get, base + "/assignments"},
                                                        {Method::post, base + "/assign"},
                                                        {Method::post, base + "/assign/bulk"},
                                                        {Method::del, base + "/assign/x"},
                                                        {Method::post, base + "/server"}};
  for (const auto& [method, path] : all) {
    EXPECT_EQ(refused(method, path, dora(), "not json"), "403 Access denied to agent") << path;
    auto missing = path;
    missing.replace(missing.find("bot"), 3, "none");
    EXPECT_EQ(refused(method, missing, admin, "not json"), "404 Agent not found") << path;
  }
  EXPECT_EQ(push_count(), 0U);
}

TEST_F(AgentCredentialsTest, AnAgentsKeyLooksAndPushesOnly) {
  const auto key = key_of_bot();
  get(Method::post, base + "/reload", key);
  get(Method::get, base + "/status", key);
  get(Method::get, base, key);
  EXPECT_THAT(refused(Method::post, base + "/hot-reload", key, R"({"credentials_text":"A=1"})"), HasSubstr("403 "));
  EXPECT_THAT(refused(Method::get, base + "/assignments", key), HasSubstr("403 "));
  EXPECT_THAT(refused(Method::post, base + "/assign", key, R"({"credential_id":"x"})"), HasSubstr("403 "));
  EXPECT_THAT(refused(Method::del, base + "/assign/x", key), HasSubstr("403 "));
}

TEST_F(AgentCredentialsTest, AssignedAndTakenBack) {
  const auto one = add(ann, "A", R"({"api_key":"1"})");
  const auto two = add(ann, "B", R"({"api_key":"2"})");
  const auto bobs = add(bob, "C", R"({"api_key":"3"})");
  EXPECT_EQ(refused(Method::post, base + "/assign", ann, R"({"credential_id":")" + bobs + "\"}"),
            "404 Credential not found");
  assign(ann, one);
  assign(ann, one);
  assign(bob, bobs);
  const auto seen = assignments(ann);
  EXPECT_THAT(names(seen, "assigned"), ElementsAre("A"));
  EXPECT_THAT(names(seen, "available"), ElementsAre("B"));
  EXPECT_EQ(seen.at("others"), 1);
  EXPECT_EQ(seen.at("pending"), true);
  EXPECT_TRUE(seen.at("last_push").is_null());
  EXPECT_THAT(names(assignments(bob), "assigned"), ElementsAre("C"));
  EXPECT_EQ(push_count(), 0U) << "assigning does not push";

  EXPECT_EQ(refused(Method::del, base + "/assign/" + one, bob), "404 Credential assignment not found");
  get(Method::del, base + "/assign/" + bobs, ann);  // its owner may
  EXPECT_EQ(refused(Method::del, base + "/assign/" + bobs, ann), "404 Credential assignment not found");
  const auto bulk =
      get(Method::post, base + "/assign/bulk", ann, R"({"credential_ids":["nope",")" + two + R"(",")" + bobs + "\"]}");
  EXPECT_EQ(bulk.at("assigned_count"), 1);
  EXPECT_EQ(bulk.at("failed_ids"), (array{"nope", bobs}));
  EXPECT_EQ(bulk.at("message"), "Assigned 1 credentials to agent");
}

TEST_F(AgentCredentialsTest, OnePushIsEverythingWhoeverAssignedIt) {
  assign(ann, add(ann, "ANN_KEY", R"({"api_key":"a"})", R"("service":"ann","type":"api_key")"));
  assign(bob, add(bob, "BOB_KEY", R"({"api_key":"b"})", R"("service":"bob","type":"api_key")"));
  assign(bob, add(bob, "file", R"({"content":"text"})", R"("service":"x","type":"file","file_path":".config/x")"));
  const auto done = get(Method::post, base + "/apply", admin);
  EXPECT_EQ(done.at("file_paths"), array{".config/x"});
  EXPECT_EQ(done.at("file_count"), 1);
  const auto count = std::to_string(done.at("credential_count").to_number<int>());
  EXPECT_EQ(done.at("message").as_string(), "Applied " + count + " credentials to agent bot");
  EXPECT_THAT(std::string(done.at("note").as_string()), HasSubstr("API_KEY"));
  const auto sent = last_push();
  EXPECT_EQ(sent.at("credentials"),
            (object{{"ANN_API_KEY", "a"}, {"ANN_KEY", "a"}, {"BOB_API_KEY", "b"}, {"BOB_KEY", "b"}}));
  EXPECT_EQ(sent.at("files"), (object{{".config/x", "text"}}));
  EXPECT_TRUE(sent.at("mcp_config").is_null());
  EXPECT_EQ(assignments(ann).at("pending"), false);
  EXPECT_EQ(assignments(ann).at("last_push").at("status"), "success");
  const auto reloaded = get(Method::post, base + "/reload", bob);
  EXPECT_EQ(reloaded.at("message"), "Credentials reloaded on agent bot");
  EXPECT_EQ(last_push().at("credentials"), sent.at("credentials"));
}

TEST_F(AgentCredentialsTest, NothingAssignedEmptiesTheAgent) {
  const auto done = get(Method::post, base + "/apply", ann);
  EXPECT_EQ(done.at("credential_count"), 0);
  const auto sent = last_push();
  EXPECT_EQ(sent.at("credentials"), object());
  EXPECT_EQ(sent.at("files"), object());
}

TEST_F(AgentCredentialsTest, ANewValueWaitsForAPush) {
  const auto id = add(ann, "K", R"({"api_key":"old"})");
  assign(ann, id);
  get(Method::post, base + "/apply", ann);
  pushes();
  get(Method::put, "/api/credentials/" + id, ann, R"({"credentials":{"api_key":"new"}})");
  EXPECT_EQ(assignments(ann).at("pending"), true);
  EXPECT_EQ(assignments(ann).at("assigned").at(0).at("pending"), true);
  EXPECT_EQ(push_count(), 0U) << "no silent push";
  get(Method::post, base + "/reload", ann);
  EXPECT_EQ(last_push().at("credentials").at("K"), "new");
  EXPECT_EQ(assignments(ann).at("pending"), false);
  get(Method::del, "/api/credentials/" + id, ann);
  EXPECT_EQ(assignments(ann).at("pending"), true);
  EXPECT_THAT(names(assignments(ann), "assigned"), IsEmpty());
}

TEST_F(AgentCredentialsTest, HotReload) {
  const auto first = hot_reload(ann, "MY_KEY=abc\nB='two words'\n");
  EXPECT_EQ(first.at("message"), "Hot-reloaded 2 credentials on agent bot");
  EXPECT_EQ(first.at("credential_names"), (array{"MY_KEY", "B"}));
  EXPECT_EQ(first.at("saved_to_redis").at(0),
            (object{{"name", "MY_KEY"}, {"status", "created"}, {"original", nullptr}}));
  EXPECT_EQ(last_push().at("credentials").at("B"), "two words");

  EXPECT_EQ(hot_reload(ann, "MY_KEY=abc").at("saved_to_redis").at(0).at("status"), "reused");
  const auto renamed = hot_reload(ann, "MY_KEY=xyz").at("saved_to_redis").at(0);
  EXPECT_EQ(renamed, (object{{"name", "MY_KEY_2"}, {"status", "renamed"}, {"original", "MY_KEY"}}));
  const auto sent = last_push().at("credentials").as_object();
  EXPECT_EQ(sent.at("MY_KEY"), "xyz") << "the pasted key has the new value";
  EXPECT_FALSE(sent.contains("MY_KEY_2"));
  EXPECT_EQ(sent.at("B"), "two words") << "the others stay";
  const auto seen = assignments(ann);
  EXPECT_THAT(names(seen, "assigned"), testing::UnorderedElementsAre("MY_KEY_2", "B"));
  EXPECT_THAT(names(seen, "available"), ElementsAre("MY_KEY"));
  // Back to the first value: the first record again.
  EXPECT_EQ(hot_reload(ann, "MY_KEY=abc").at("saved_to_redis").at(0).at("name"), "MY_KEY");
  EXPECT_EQ(last_push().at("credentials").at("MY_KEY"), "abc");
  EXPECT_EQ(hot_reload(ann, "MY_KEY=xyz").at("saved_to_redis").at(0).at("name"), "MY_KEY_2");
}

TEST_F(AgentCredentialsTest, HotReloadRefusesWhatIsNoVariable) {
  const auto answer = [this](const char* text) {
    return refused(Method::post, base + "/hot-reload", ann, boost::json::serialize(object{{"credentials_text", text}}));
  };
  EXPECT_EQ(answer("# nothing"), "400 No valid credentials found in the provided text");
  const auto refusal = answer("GOOD=1\nbad name=PLANTED\nLD_PRELOAD=PLANTED");
  EXPECT_THAT(refusal, HasSubstr("'bad name'"));
  EXPECT_THAT(refusal, HasSubstr("'LD_PRELOAD'"));
  EXPECT_THAT(refusal, Not(HasSubstr("PLANTED")));
  EXPECT_EQ(push_count(), 0U);
  EXPECT_EQ(refused(Method::post, base + "/hot-reload", ann, "{}"), R"(422 ["body","credentials_text"])");
}

TEST_F(AgentCredentialsTest, ThePlatformsVariablesStayThePlatforms) {
  assign(ann, add(ann, "ANTHROPIC_API_KEY", R"({"api_key":"mine"})", R"("service":"anthropic","type":"api_key")"));
  const auto note = std::string(get(Method::post, base + "/apply", ann).at("note").as_string());
  EXPECT_THAT(note, HasSubstr("ANTHROPIC_API_KEY"));
  EXPECT_FALSE(last_push().at("credentials").as_object().contains("ANTHROPIC_API_KEY"));
  house.execute("UPDATE agent_ownership SET use_platform_api_key = 0 WHERE agent_name = 'bot'");
  house.house.fleet.reload();
  ASSERT_TRUE(
      eventually([this] { return !house.house.held_by(1)->find("bot")->agent->metadata->use_platform_api_key; }));
  get(Method::post, base + "/apply", ann);
  EXPECT_EQ(last_push().at("credentials").at("ANTHROPIC_API_KEY"), "mine");
}

TEST_F(AgentCredentialsTest, AgentsThatDoNotTakeIt) {
  assign(ann, add(ann, "K", R"({"api_key":"PLANTED-SECRET"})"));
  const auto apply = [this] { return refused(Method::post, base + "/apply", ann); };
  daemon.says(500, R"({"detail":"Credential update failed: disk full, PLANTED-SECRET"})");
  EXPECT_EQ(apply(), "500 Agent rejected credential update: Credential update failed: disk full, ***");
  daemon.says(422, R"({"detail":[{"loc":["body","credentials","K"],"msg":"no","input":"PLANTED-SECRET"}]})");
  EXPECT_EQ(apply(), "422 Agent rejected credential update: K: no");
}

TEST_F(AgentCredentialsTest, OddAnswersAreBadGateways) {
  const auto apply = [this] { return refused(Method::post, base + "/apply", ann); };
  daemon.says(200, "no json");
  EXPECT_EQ(apply(), "502 The agent's answer is not JSON");
  daemon.says(302, "{}");
  EXPECT_EQ(apply(), "502 The agent answered with status 302");
  daemon.says(401, R"({"detail":"who are you"})");
  EXPECT_EQ(apply(), "502 The agent answered with status 401");
  daemon.says(503, "no json");
  EXPECT_EQ(apply(), "503 Agent rejected credential update: Unknown error");
  EXPECT_EQ(assignments(ann).at("last_push").at("status"), "failed");
  EXPECT_THAT(std::string(assignments(ann).at("last_push").at("error").as_string()), HasSubstr("Unknown error"));
  const auto status = [this] { return refused(Method::get, base + "/status", ann); };
  daemon.says(500, R"({"detail":"broken"})");
  EXPECT_EQ(status(), "502 The agent cannot tell the status of its credentials: broken");
  daemon.says(200, R"({"files":{}})");
  EXPECT_EQ(get(Method::get, base + "/status", ann), (object{{"files", object()}}));
}

TEST_F(AgentCredentialsTest, AgentsThatCannotBeReached) {
  daemon.close();
  EXPECT_THAT(refused(Method::post, base + "/apply", ann), HasSubstr("503 Failed to connect to agent: "));
  daemon.open();
}

TEST_F(AgentCredentialsTest, AStoppedAgentIsNotAsked) {
  house.run(house.service.stop(house.call, ann, "bot"));
  EXPECT_EQ(refused(Method::post, base + "/reload", ann),
            "400 Agent is not running (status: stopped). Start the agent first.");
  EXPECT_EQ(refused(Method::post, base + "/hot-reload", ann, R"({"credentials_text":"A=1"})"),
            "400 Agent is not running (status: stopped). Start the agent first.");
  EXPECT_EQ(get(Method::get, base + "/status", ann).at("status"), "agent_not_running");
  assign(ann, add(ann, "K", R"({"api_key":"v"})"));
  EXPECT_EQ(assignments(ann).at("pending"), false) << "the next start brings it";
}

TEST_F(AgentCredentialsTest, Requirements) {
  const auto none = get(Method::get, base, ann);
  EXPECT_TRUE(none.at("template").is_null());
  EXPECT_TRUE(none.contains("message"));
  EXPECT_FALSE(none.contains("total"));
  templates.names = {{"A_KEY", "mcp:a"}, {"SVC_TOKEN", ".env.example"}, {"TOKEN", ".env.example"}};
  std::filesystem::create_directories(house.dir / "templates" / "demo");
  auto request = AgentHouse::named("made");
  request.template_ = "local:demo";
  add(ann, "A_KEY", R"({"x":"1"})");
  add(ann, "svc", R"({"token":"2"})");
  house.create(ann, request);
  const auto made = get(Method::get, "/api/agents/made/credentials", ann);
  EXPECT_EQ(made.at("template"), "local:demo");
  EXPECT_EQ(made.at("total"), 3);
  EXPECT_EQ(made.at("configured_count"), 2);
  EXPECT_EQ(made.at("missing_count"), 1);
  EXPECT_EQ(made.at("required_credentials").at(2),
            (object{{"name", "TOKEN"}, {"source", ".env.example"}, {"configured", false}}));

  const std::string assignments = "/api/agents/made/credentials/assignments";
  EXPECT_FALSE(get(Method::get, assignments, ann).contains("requirements"));
  auto both = get(Method::get, assignments + "?with_requirements=true", ann);
  EXPECT_EQ(both.at("requirements"), json::value(made));
  EXPECT_TRUE(both.at("requirements_error").is_null());
  templates.away = true;
  both = get(Method::get, assignments + "?with_requirements=true", ann);
  EXPECT_TRUE(both.at("requirements").is_null());
  EXPECT_EQ(both.at("requirements_error"), "The template cannot be read");
  EXPECT_THAT(names(both, "assigned"), Not(IsEmpty())) << "the rest is told all the same";
  EXPECT_EQ(refused(Method::get, assignments + "?with_requirements=x", ann), R"(422 ["query","with_requirements"])");
}

TEST_F(AgentCredentialsTest, CreationAssignsWhatTheTemplateRequires) {
  templates.names = {{"A_KEY", "mcp:a"}, {"TOKEN", ".env.example"}};
  std::filesystem::create_directories(house.dir / "templates" / "demo");
  add(ann, "A_KEY", R"({"A_KEY":"old"})");
  add(ann, "A_KEY", R"({"A_KEY":"new"})");
  add(ann, "unrelated", R"({"token":"secret"})");
  add(ann, "cert", R"({"content":"x"})", R"("service":"a","type":"file","file_path":"A_KEY")");
  add(bob, "A_KEY", R"({"A_KEY":"bobs"})");
  auto request = AgentHouse::named("made");
  request.template_ = "local:demo";
  house.create(ann, request);
  const auto given = house.run(store.of_agent(house.call, "made"));
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(box.open(given[0]).secret.at("A_KEY"), "new");
  ASSERT_TRUE(eventually([this] { return push_count() > 0; })) << "delivered by itself";
  EXPECT_EQ(last_push().at("credentials"), (object{{"A_KEY", "new"}}));
}

TEST_F(AgentCredentialsTest, ALaterAgentOfTheNameInheritsNothing) {
  assign(ann, add(ann, "K", R"({"api_key":"v"})"));
  get(Method::post, base + "/apply", ann);
  house.run(house.service.remove(house.call, ann, "bot"));
  EXPECT_EQ(house.count("trinity_credential_agents"), 0);
  EXPECT_EQ(house.count("trinity_credential_pushes"), 0);
  house.create(bob, AgentHouse::named("bot"));
  EXPECT_EQ(assignments(bob).at("others"), 0);
  EXPECT_TRUE(assignments(bob).at("last_push").is_null());
}

TEST_F(AgentCredentialsTest, TiesOfOldDeployments) {
  const auto id = add(ann, "K", R"({"api_key":"v","username":"u"})");
  EXPECT_EQ(refused(Method::post, base + "/mail-box", ann), R"(422 ["query","cred_id"])");
  EXPECT_EQ(refused(Method::post, base + "/mail-box?cred_id=nope", ann), "404 Credential not found");
  EXPECT_EQ(get(Method::post, base + "/mail-box?cred_id=" + id, ann).at("message"),
            "Credential assigned to bot for mail-box");
  get(Method::post, base + "/apply", ann);
  EXPECT_EQ(last_push().at("credentials"), (object{{"MAIL_BOX_API_KEY", "v"}}));
}

TEST_F(AgentCredentialsTest, TheMcpConfigurationOfALocalTemplate) {
  templates.mcp = R"({"mcpServers":{"a":{"env":{"K":"${K}","M":"${MISSING}"},"args":["-k","x ${K} ${MISSING}"]}}})";
  std::filesystem::create_directories(house.dir / "templates" / "demo");
  auto request = AgentHouse::named("made");
  request.template_ = "local:demo";
  house.create(ann, request);
  const auto id = add(ann, "K", R"({"K":"a\"b"})");
  get(Method::post, "/api/agents/made/credentials/assign", ann, R"({"credential_id":")" + id + "\"}");
  get(Method::post, "/api/agents/made/credentials/apply", ann);
  const auto text = std::string(last_push().at("mcp_config").as_string());
  const auto server = boost::json::parse(text).at("mcpServers").at("a");
  EXPECT_EQ(server.at("env"), (object{{"K", "a\"b"}, {"M", ""}}));
  EXPECT_EQ(server.at("args"), (array{"-k", "x a\"b ${MISSING}"}));
}

TEST_F(AgentCredentialsTest, AWarmListAsksNobody) {
  assign(ann, add(ann, "K", R"({"api_key":"v"})"));
  daemon.close();
  house.cost.sql = 0;
  house.cost.engine = 0;
  EXPECT_THAT(names(assignments(ann), "assigned"), ElementsAre("K"));
  EXPECT_LE(house.cost.sql, 3U);
  EXPECT_EQ(house.cost.engine, 0U);
  daemon.open();
}

}  // namespace
}  // namespace trinity::credentials
