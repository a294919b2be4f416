#include "agents/settings_routes.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/log.h"
#include "unit/agents/house.h"

namespace trinity::agents {
namespace {

namespace json = boost::json;
using http::Method;
using test::AgentHouse;

class SettingsRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    router.add(settings_routes(house.agent_settings));
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    log::redirect([this](std::string line) {
      const std::lock_guard lock(mutex);
      if (line.find(" audit: ") != std::string::npos) audited.push_back(std::move(line));
    });
  }
  void TearDown() override { log::redirect(nullptr); }

  http::Response ask(Method method, const std::string& path, const CallerPtr& caller, const std::string& body = "") {
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.path = path;
    request.params = match.params;
    request.body = body;
    request.caller = caller;
    house.cost.sql = 0;
    house.cost.engine = 0;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  http::Response get(const std::string& what, const CallerPtr& caller = AgentHouse::ann(),
                     const std::string& name = "bot") {
    return ask(Method::get, "/api/agents/" + name + "/" + what, caller);
  }
  http::Response put(const std::string& what, const std::string& body, const CallerPtr& caller = AgentHouse::ann(),
                     const std::string& name = "bot") {
    return ask(Method::put, "/api/agents/" + name + "/" + what, caller, body);
  }
  static json::value body_of(const http::Response& response) { return json::parse(response.bytes()); }
  static std::string detail_of(const http::Response& response) {
    return std::string(body_of(response).at("detail").as_string());
  }
  void share_with_bob() {
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
        "'bob@example.org', 7, 't')");
    const auto all = house.metadata();
    std::vector<fleet::Action> actions{fleet::MetadataChanged{"bot", all.at("bot")}};
    house.run(house.house.fleet.applied(std::move(actions)));
  }
  void schedule(const std::string& id, bool enabled) {
    house.execute(
        "INSERT INTO agent_schedules (id, agent_name, name, cron_expression, message, enabled, owner_id, created_at, "
        "updated_at, next_run_at) VALUES ('" +
        id + "', 'bot', 'n', '* * * * *', 'm', " + (enabled ? "1" : "0") + ", 7, 't', 't', " +
        (enabled ? "'2030-01-01T00:00:00+00:00'" : "NULL") + ")");
  }

  http::Router router;
  AgentHouse house;
  std::mutex mutex;
  std::vector<std::string> audited;
};

TEST_F(SettingsRoutesTest, LimitsAreStoredShownAndSaidToNeedARestart) {
  EXPECT_EQ(body_of(get("resources")), json::parse(R"({"memory": null, "cpu": null, "current_memory": "4g",
      "current_cpu": "2", "restart_needed": false})"));
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(house.cost.engine.load(), 0U);

  const auto answer = put("resources", R"({"memory": "8g", "cpu": "4"})");
  EXPECT_EQ(answer.status, 200U) << answer.bytes();
  EXPECT_EQ(body_of(answer), json::parse(R"({"message": "Resource limits updated", "memory": "8g", "cpu": "4",
      "restart_needed": true})"));
  // Every thread's list has it at once.
  for (std::size_t i = 0; i < house.house.io.size(); ++i) {
    const auto& metadata = *house.house.held_by(i)->find("bot")->agent->metadata;
    EXPECT_EQ(metadata.memory_limit, "8g");
    EXPECT_EQ(metadata.cpu_limit, "4");
  }
  EXPECT_EQ(house.count("agent_ownership", "memory_limit = '8g' AND cpu_limit = '4'"), 1);
  EXPECT_EQ(body_of(get("resources")).at("restart_needed"), true);
  ASSERT_EQ(audited.size(), 1U);
  EXPECT_NE(audited[0].find("action=set_resources agent=bot memory=8g cpu=4 user=ann"), std::string::npos)
      << audited[0];
}

TEST_F(SettingsRoutesTest, EachLimitIsWrittenEachTimeAndClearingNeedsNoRestart) {
  put("resources", R"({"memory": "8g", "cpu": "4"})");
  EXPECT_EQ(
      body_of(put("resources", R"({"cpu": "2"})")),
      json::parse(R"({"message": "Resource limits updated", "memory": null, "cpu": "2", "restart_needed": false})"));
  for (const auto* body : {"{}", R"({"memory": null, "cpu": null})", R"({"memory": "", "cpu": ""})"}) {
    put("resources", R"({"memory": "8g", "cpu": "4"})");
    const auto cleared = body_of(put("resources", body));
    EXPECT_TRUE(cleared.at("memory").is_null() && cleared.at("cpu").is_null()) << body;
    EXPECT_EQ(cleared.at("restart_needed"), false);
  }
}

TEST_F(SettingsRoutesTest, LimitsThatAreNotOfTheListAreRefused) {
  for (const auto* body : {R"({"memory": "3g"})", R"({"memory": 4})", R"({"memory": ["4g"]})", R"({"memory": "4G"})"}) {
    const auto refused = put("resources", body);
    EXPECT_EQ(refused.status, 400U) << body;
    EXPECT_EQ(detail_of(refused), "Invalid memory value. Must be one of: 1g, 2g, 4g, 8g, 16g, 32g, 64g");
  }
  for (const auto* body : {R"({"cpu": "3"})", R"({"cpu": 2})", R"({"memory": "4g", "cpu": true})"}) {
    const auto refused = put("resources", body);
    EXPECT_EQ(refused.status, 400U) << body;
    EXPECT_EQ(detail_of(refused), "Invalid CPU value. Must be one of: 1, 2, 4, 8, 16");
  }
  EXPECT_EQ(house.count("agent_ownership", "memory_limit IS NOT NULL OR cpu_limit IS NOT NULL"), 0);
  EXPECT_TRUE(audited.empty());
}

TEST_F(SettingsRoutesTest, AutonomySwitchesEverySchedule) {
  schedule("s1", true);
  schedule("s2", false);
  EXPECT_EQ(body_of(get("autonomy")), json::parse(R"({"agent_name": "bot", "autonomy_enabled": false,
      "total_schedules": 2, "enabled_schedules": 1, "status": "running"})"));
  const auto on = put("autonomy", R"({"enabled": true})");
  EXPECT_EQ(body_of(on), json::parse(R"({"status": "updated", "agent_name": "bot", "autonomy_enabled": true,
      "schedules_updated": 2, "message": "Autonomy enabled. 2 schedule(s) updated."})"));
  EXPECT_EQ(house.count("agent_schedules", "enabled = 1"), 2);
  EXPECT_EQ(house.count("agent_schedules", "next_run_at IS NOT NULL"), 1) << "the one that was armed stays so";
  EXPECT_EQ(house.count("agent_ownership", "autonomy_enabled = 1"), 1);
  EXPECT_TRUE(house.house.held_by(1)->find("bot")->agent->metadata->autonomy_enabled);
  EXPECT_EQ(house.count("agent_schedules", "updated_at <> 't'"), 0);

  const auto off = put("autonomy", R"({"enabled": false})");
  EXPECT_EQ(body_of(off).at("message"), "Autonomy disabled. 2 schedule(s) updated.");
  EXPECT_EQ(house.count("agent_schedules", "enabled = 1 OR next_run_at IS NOT NULL"), 0);
  EXPECT_EQ(audited.size(), 2U);
}

TEST_F(SettingsRoutesTest, AutonomyOfOthersIsLeftAlone) {
  house.create(AgentHouse::ann(), AgentHouse::named("other"));
  house.execute(
      "INSERT INTO agent_schedules (id, agent_name, name, cron_expression, message, enabled, owner_id, created_at, "
      "updated_at) VALUES ('s9', 'other', 'n', '* * * * *', 'm', 0, 7, 't', 't')");
  put("autonomy", R"({"enabled": true})");
  EXPECT_EQ(house.count("agent_schedules", "enabled = 1"), 0);
  EXPECT_EQ(house.count("agent_ownership", "autonomy_enabled = 1"), 1);
}

TEST_F(SettingsRoutesTest, AutonomyOfAllIsWhatTheCallerCanRead) {
  house.create(AgentHouse::bob(), AgentHouse::named("bobs"));
  put("autonomy", R"({"enabled": true})");
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at, is_system) VALUES ('sys', 7, 't', 1)");
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('no-container', 7, 't')");
  EXPECT_EQ(body_of(ask(Method::get, "/api/agents/autonomy-status", AgentHouse::ann())),
            json::parse(R"({"bot": {"autonomy_enabled": true}, "no-container": {"autonomy_enabled": false}})"));
  EXPECT_LE(house.cost.sql.load(), 2U);
  EXPECT_EQ(body_of(ask(Method::get, "/api/agents/autonomy-status", AgentHouse::admin())).as_object().size(), 3U);
}

TEST_F(SettingsRoutesTest, TheSystemAgentsAutonomyStays) {
  house.execute("UPDATE agent_ownership SET is_system = 1");
  const auto all = house.metadata();
  std::vector<fleet::Action> actions{fleet::MetadataChanged{"bot", all.at("bot")}};
  house.run(house.house.fleet.applied(std::move(actions)));
  for (const auto* body : {R"({"enabled": true})", "{}"}) {
    const auto refused = put("autonomy", body, AgentHouse::admin());
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(detail_of(refused), "Cannot modify autonomy for system agent");
  }
}

TEST_F(SettingsRoutesTest, TheModelKeyIsComparedWithoutBeingShown) {
  EXPECT_EQ(body_of(get("api-key-setting")), json::parse(R"({"agent_name": "bot", "use_platform_api_key": true,
      "restart_required": false, "status": "running"})"));
  const auto changed = put("api-key-setting", R"({"use_platform_api_key": false})");
  EXPECT_EQ(body_of(changed), json::parse(R"({"status": "updated", "agent_name": "bot", "use_platform_api_key": false,
      "restart_required": true, "message": "Setting updated. Restart the agent to apply changes."})"));
  const auto seen = body_of(get("api-key-setting"));
  EXPECT_EQ(seen.at("use_platform_api_key"), false);
  EXPECT_EQ(seen.at("restart_required"), true);
  // Back again: nothing to do, though the answer to a change always says otherwise.
  EXPECT_EQ(body_of(put("api-key-setting", R"({"use_platform_api_key": true})")).at("restart_required"), true);
  EXPECT_EQ(body_of(get("api-key-setting")).at("restart_required"), false);
  house.run(house.settings.set(house.call, "anthropic_api_key", "sk-another"));
  EXPECT_EQ(body_of(get("api-key-setting")).at("restart_required"), true);
  EXPECT_EQ(audited.size(), 2U);
  for (const auto& line : audited) EXPECT_EQ(line.find("sk-"), std::string::npos);
}

TEST_F(SettingsRoutesTest, AnOwnerNarrowsTheCapabilitiesAndAnAdministratorDecides) {
  EXPECT_EQ(body_of(get("capabilities")), json::parse(R"({"full_capabilities": false, "current_full_capabilities": true,
      "next_full_capabilities": true, "restart_needed": false})"));
  EXPECT_EQ(body_of(put("capabilities", R"({"full_capabilities": false})")),
            json::parse(R"({"message": "Capabilities updated", "full_capabilities": false, "restart_needed": true})"));
  EXPECT_EQ(body_of(get("capabilities")).at("next_full_capabilities"), false);
  EXPECT_EQ(body_of(put("capabilities", R"({"full_capabilities": true})")).at("restart_needed"), false);
  house.run(house.settings.set(house.call, "agent_full_capabilities", "false"));
  EXPECT_EQ(body_of(get("capabilities")).at("next_full_capabilities"), false);
  EXPECT_EQ(body_of(get("capabilities")).at("restart_needed"), true);
  put("capabilities", R"({"full_capabilities": true})", AgentHouse::admin());
  EXPECT_EQ(body_of(get("capabilities")).at("next_full_capabilities"), true);
  EXPECT_EQ(body_of(get("capabilities")).at("restart_needed"), false);
  // What another server or the next start reads.
  const auto all = house.metadata();
  EXPECT_EQ(all.at("bot").capabilities_by, fleet::ChosenBy::administrator);
  EXPECT_TRUE(all.at("bot").full_capabilities);
}

TEST_F(SettingsRoutesTest, WhatMayBeSetIsABoolean) {
  const struct {
    const char* what;
    const char* field;
  } rows[] = {
      {"autonomy", "enabled"}, {"capabilities", "full_capabilities"}, {"api-key-setting", "use_platform_api_key"}};
  for (const auto& [what, field] : rows) {
    const std::string name(field);
    for (const auto& body : {std::string("{}"), "{\"" + name + "\": null}"}) {
      const auto refused = put(what, body);
      EXPECT_EQ(refused.status, 400U) << what << body;
      EXPECT_EQ(detail_of(refused), name + " is required");
    }
    for (const auto* value : {"\"true\"", "1", "[]", "{}"}) {
      const auto refused = put(what, "{\"" + name + "\": " + value + "}");
      EXPECT_EQ(refused.status, 400U) << what << value;
      EXPECT_EQ(detail_of(refused), name + " must be a boolean");
    }
  }
}

TEST_F(SettingsRoutesTest, ChecksComeInTheContractsOrder) {
  const struct {
    const char* what;
    const char* read_refusal;
    const char* write_refusal;
    const char* good;
  } rows[] = {
      {"autonomy", "You don't have permission to access this agent", "Only the owner can modify autonomy settings",
       R"({"enabled": true})"},
      {"resources", "Access denied", "Only owners can change resource limits", R"({"memory": "2g"})"},
      {"capabilities", "You don't have permission to access this agent", "Only owners can change capabilities",
       R"({"full_capabilities": true})"},
      {"api-key-setting", "You don't have permission to access this agent",
       "Only the owner can modify API key settings", R"({"use_platform_api_key": false})"},
  };
  share_with_bob();
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    // The body before the rule, the rule before the value.
    for (const auto* body : {"", "{", "[]", "7", "\"x\""}) {
      EXPECT_EQ(put(row.what, body, AgentHouse::bob()).status, 422U) << body;
    }
    const auto shared = put(row.what, R"({"memory": "3g"})", AgentHouse::bob());
    EXPECT_EQ(shared.status, 403U);
    EXPECT_EQ(detail_of(shared), row.write_refusal);
    EXPECT_EQ(get(row.what, AgentHouse::bob()).status, 200U);
    // An agent that is not there: the rule first.
    const auto unknown = get(row.what, AgentHouse::bob(), "ghost");
    EXPECT_EQ(unknown.status, 403U);
    EXPECT_EQ(detail_of(unknown), row.read_refusal);
    EXPECT_EQ(put(row.what, row.good, AgentHouse::bob(), "ghost").status, 403U);
    const auto missing = put(row.what, "{}", AgentHouse::admin(), "ghost");
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(detail_of(missing), "Agent not found");
    EXPECT_EQ(get(row.what, AgentHouse::admin(), "ghost").status, 404U);
  }
  EXPECT_TRUE(audited.empty());
}

TEST_F(SettingsRoutesTest, AnOrphanHasDefaultsAndTakesNone) {
  house.engine.add("orphan");
  ASSERT_TRUE(house.house.becomes("orphan", "running"));
  EXPECT_EQ(get("api-key-setting", AgentHouse::admin(), "orphan").status, 200U);
  EXPECT_EQ(body_of(get("resources", AgentHouse::admin(), "orphan")).at("current_memory"), "4g");
  EXPECT_EQ(put("resources", R"({"memory": "2g"})", AgentHouse::admin(), "orphan").status, 404U);
  EXPECT_EQ(get("resources", AgentHouse::ann(), "orphan").status, 403U);
}

TEST_F(SettingsRoutesTest, ChangesGoToWhoFollowsTheList) {
  put("resources", R"({"memory": "8g"})");
  const auto tells = [](const fleet::Change& change) {
    return change.kind == fleet::Change::Kind::updated &&
           change.before->fragment.find(R"("memory_limit":null)") != std::string::npos &&
           change.after->fragment.find(R"("memory_limit":"8g")") != std::string::npos;
  };
  EXPECT_TRUE(test::eventually([&] { return std::ranges::any_of(house.house.changes(), tells); }));
}

TEST_F(SettingsRoutesTest, TagsReplaceOneAnotherAndEverybodySeesThemAtOnce) {
  EXPECT_EQ(body_of(get("tags")), json::parse(R"({"agent_name": "bot", "tags": []})"));
  const auto before = house.house.held_by(1)->agents_epoch;
  const auto set = put("tags", R"({"tags": ["prod", " Billing ", "team:ann/x_1.2-3", "prod"]})");
  EXPECT_EQ(set.status, 200U) << set.bytes();
  EXPECT_EQ(body_of(set), json::parse(R"({"agent_name": "bot", "tags": ["billing", "prod", "team:ann/x_1.2-3"]})"));
  for (std::size_t i = 0; i < house.house.io.size(); ++i) {
    const auto held = house.house.held_by(i);
    EXPECT_GT(held->agents_epoch, before);
    EXPECT_NE(held->find("bot")->agent->fragment.find(R"("tags":["billing","prod","team:ann/x_1.2-3"])"),
              std::string::npos)
        << "lists have them without being made anew";
  }
  EXPECT_EQ(body_of(get("tags")).at("tags").as_array().size(), 3U);
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(house.cost.engine.load(), 0U);
  ASSERT_EQ(audited.size(), 1U);
  EXPECT_NE(audited[0].find("action=set_tags agent=bot tags=billing,prod,team:ann/x_1.2-3 user=ann"), std::string::npos)
      << audited[0];

  EXPECT_EQ(body_of(put("tags", R"({"tags": ["a"]})")).at("tags"), json::parse(R"(["a"])"));
  EXPECT_EQ(house.count("trinity_agent_tags"), 1);
  EXPECT_EQ(body_of(put("tags", R"({"tags": []})")).at("tags"), json::array());
  EXPECT_EQ(house.count("trinity_agent_tags"), 0);
}

TEST_F(SettingsRoutesTest, WhatIsNoTagIsNamedAndChangesNothing) {
  put("tags", R"({"tags": ["kept"]})");
  audited.clear();
  json::array many;
  for (int i = 0; i < 21; ++i) many.emplace_back("t" + std::to_string(i));
  json::array endless;
  for (int i = 0; i < 1001; ++i) endless.emplace_back("same");
  const std::string longest(40, 'x');
  struct Case {
    std::string body;
    json::array loc;
  };
  for (const auto& [body, loc] : {
           Case{"{}", {"body", "tags"}},
           Case{R"({"tags": null})", {"body", "tags"}},
           Case{R"({"tags": "prod"})", {"body", "tags"}},
           Case{R"({"tags": ["prod", 7]})", {"body", "tags", 1}},
           Case{R"({"tags": ["a b"]})", {"body", "tags", 0}},
           Case{R"({"tags": ["a,b"]})", {"body", "tags", 0}},
           Case{R"({"tags": ["ok", ""]})", {"body", "tags", 1}},
           Case{R"({"tags": ["-x"]})", {"body", "tags", 0}},
           Case{R"({"tags": ["\u00fcber"]})", {"body", "tags", 0}},
           Case{R"({"tags": ["a\nb"]})", {"body", "tags", 0}},
           Case{R"({"tags": ["a\u0000"]})", {"body", "tags", 0}},
           Case{R"({"tags": [")" + longest + R"(x"]})", {"body", "tags", 0}},
           Case{json::serialize(json::object{{"tags", many}}), {"body", "tags"}},
           Case{json::serialize(json::object{{"tags", endless}}), {"body", "tags"}},
       }) {
    const auto refused = put("tags", body);
    EXPECT_EQ(refused.status, 422U) << body;
    EXPECT_EQ(body_of(refused).at("detail").at(0).at("loc"), loc) << refused.bytes();
  }
  EXPECT_EQ(body_of(get("tags")).at("tags"), json::parse(R"(["kept"])"));
  EXPECT_TRUE(audited.empty());
  many.resize(20);
  many.emplace_back("T0");
  EXPECT_EQ(put("tags", json::serialize(json::object{{"tags", many}})).status, 200U) << "the same one counts once";
  EXPECT_EQ(put("tags", R"({"tags": [")" + longest + R"("]})").status, 200U);
}

TEST_F(SettingsRoutesTest, ReadersSeeTagsAndOwnersChangeThem) {
  put("tags", R"({"tags": ["prod"]})");
  EXPECT_EQ(get("tags", AgentHouse::bob()).status, 403U);
  share_with_bob();
  EXPECT_EQ(body_of(get("tags", AgentHouse::bob())).at("tags"), json::parse(R"(["prod"])"));
  const auto refused = put("tags", R"({"tags": "nonsense"})", AgentHouse::bob());
  EXPECT_EQ(refused.status, 403U) << "before the values are looked at";
  EXPECT_EQ(detail_of(refused), "Only owners can change tags");
  EXPECT_EQ(put("tags", R"({"tags": ["a"]})", AgentHouse::admin()).status, 200U);
  EXPECT_EQ(put("tags", R"({"tags": ["a"]})", AgentHouse::admin(), "nobody").status, 404U);
}

TEST_F(SettingsRoutesTest, TwoChangesAtOnceEndWithTheLast) {
  for (int i = 0; i < 20; ++i) {
    auto one = asio::co_spawn(house.house.io[0],
                              house.agent_settings.set_api_key(house.call, AgentHouse::ann(), "bot", {i % 2 == 0}),
                              asio::use_future);
    auto two = asio::co_spawn(house.house.io[1],
                              house.agent_settings.set_api_key(house.call, AgentHouse::ann(), "bot", {i % 2 != 0}),
                              asio::use_future);
    one.get();
    two.get();
    const bool stored = house.count("agent_ownership", "use_platform_api_key = 1") == 1;
    EXPECT_EQ(house.house.held_by(2)->find("bot")->agent->metadata->use_platform_api_key, stored);
  }
}

TEST_F(SettingsRoutesTest, WhatWasSetGoesWithTheAgent) {
  put("capabilities", R"({"full_capabilities": false})");
  put("resources", R"({"memory": "8g"})");
  put("tags", R"({"tags": ["prod"]})");
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(house.count("trinity_capability_choices"), 0);
  EXPECT_EQ(house.count("trinity_agent_tags"), 0);
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_EQ(body_of(get("capabilities")).at("next_full_capabilities"), true);
  EXPECT_TRUE(body_of(get("resources")).at("memory").is_null());
  EXPECT_TRUE(body_of(get("tags")).at("tags").as_array().empty());
}

}  // namespace
}  // namespace trinity::agents
