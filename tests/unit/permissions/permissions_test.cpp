#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/log.h"
#include "permissions/routes.h"
#include "unit/agents/house.h"

namespace trinity::permissions {
namespace {

namespace json = boost::json;
using http::Method;
using test::AgentHouse;
using testing::ElementsAre;
using testing::IsEmpty;

/// ann has lead, worker and spare; bob has his.
class PermissionsTest : public testing::Test {
 protected:
  PermissionsTest() {
    log::redirect([this](std::string line) {
      const std::lock_guard lock(mutex);
      if (line.find(" audit: ") != std::string::npos) audited.push_back(std::move(line));
    });
  }
  ~PermissionsTest() override {
    house.house.stop();
    log::redirect(nullptr);
  }
  void SetUp() override {
    router.add(routes(service));
    ASSERT_TRUE(house.house.start_and_load());
    for (const auto* name : {"lead", "worker", "spare"}) house.create(AgentHouse::ann(), AgentHouse::named(name));
    house.create(AgentHouse::bob(), AgentHouse::named("his"));
  }
  http::Response ask(Method method, const std::string& path, const agents::CallerPtr& caller,
                     const std::string& body = "") {
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
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
  http::Response set(const agents::CallerPtr& caller, const std::vector<std::string>& targets,
                     const std::string& source = "lead") {
    return ask(Method::put, "/api/agents/" + source + "/permissions", caller,
               json::serialize(json::object{{"permitted_agents", json::value_from(targets)}}));
  }
  http::Response change(Method method, const agents::CallerPtr& caller, const std::string& target) {
    return ask(method, "/api/agents/lead/permissions/" + target, caller);
  }
  static json::value body_of(const http::Response& response) { return json::parse(response.bytes()); }
  static std::string detail_of(const http::Response& response) {
    return std::string(body_of(response).at("detail").as_string());
  }
  /// The names in one of the answer's two lists.
  std::vector<std::string> listed(const agents::CallerPtr& caller, const char* which = "permitted_agents",
                                  const std::string& source = "lead") {
    std::vector<std::string> names;
    const auto body = body_of(ask(Method::get, "/api/agents/" + source + "/permissions", caller));
    for (const auto& one : body.at(which).as_array()) names.emplace_back(one.at("name").as_string());
    return names;
  }
  static agents::CallerPtr key_of(const std::string& agent) {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, agent});
  }
  bool reaches(const std::string& source, const std::string& target) {
    return fleet::can_read(*house.house.held_by(1)->find(target)->agent, *key_of(source));
  }

  std::mutex mutex;
  std::vector<std::string> audited;
  AgentHouse house;
  PermissionStore store{house.database};
  PermissionService service{house.house.fleet, store, house.pool};
  http::Router router;
};

TEST_F(PermissionsTest, TheListIsFromMemory) {
  const auto response = ask(Method::get, "/api/agents/lead/permissions", AgentHouse::ann());
  ASSERT_EQ(response.status, 200U);
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(house.cost.engine.load(), 0U);
  EXPECT_EQ(response.headers.find("Trinity-Engine"), "ok");
  const auto body = body_of(response).as_object();
  EXPECT_EQ(body.at("source_agent"), "lead");
  EXPECT_EQ(body.at("permitted_agents").as_array().size(), 2U) << "an owner's agents may reach each other";
  EXPECT_EQ(body.at("available_agents"), body.at("permitted_agents"));
  const auto one = body.at("available_agents").at(0).as_object();
  EXPECT_EQ(one.at("status"), "running");
  EXPECT_EQ(one.at("type"), "business-assistant");
  EXPECT_EQ(one.at("permitted"), true);
}

TEST_F(PermissionsTest, EachSeesWhatTheyMayRead) {
  EXPECT_THAT(listed(AgentHouse::admin(), "available_agents"), ElementsAre("his", "spare", "worker"))
      << "in the order of the list";
  EXPECT_THAT(listed(AgentHouse::admin()), ElementsAre("spare", "worker"));
  ASSERT_EQ(set(AgentHouse::admin(), {"his", "worker"}).status, 200U);
  EXPECT_THAT(listed(AgentHouse::admin()), ElementsAre("his", "worker"));
  EXPECT_THAT(listed(AgentHouse::ann()), ElementsAre("worker")) << "one that she cannot see is not shown";
  EXPECT_EQ(ask(Method::get, "/api/agents/lead/permissions", AgentHouse::bob()).status, 403U);
  EXPECT_THAT(listed(key_of("lead")), ElementsAre("worker")) << "its own key: within the owner's reach";
  EXPECT_THAT(listed(key_of("lead"), "available_agents"), ElementsAre("worker"));
}

TEST_F(PermissionsTest, AReplacementIsSeenByTheNextRead) {
  EXPECT_TRUE(reaches("lead", "spare"));
  const auto response = set(AgentHouse::ann(), {"worker", "lead", "worker"});
  ASSERT_EQ(response.status, 200U) << response.bytes();
  EXPECT_EQ(body_of(response), (json::object{{"status", "updated"}, {"source_agent", "lead"}, {"permitted_count", 1}}))
      << "itself and repetitions are left out";
  EXPECT_FALSE(reaches("lead", "spare"));
  EXPECT_TRUE(reaches("lead", "worker"));
  EXPECT_TRUE(reaches("spare", "lead")) << "the other direction stays";
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead'"), 1);
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead' AND created_by = 'ann'"), 1);
  EXPECT_EQ(body_of(ask(Method::put, "/api/agents/lead/permissions", AgentHouse::ann(), "{}")).at("permitted_count"),
            0);
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead'"), 0);
  EXPECT_FALSE(reaches("lead", "worker"));
}

TEST_F(PermissionsTest, OneThatIsRefusedRefusesAll) {
  for (const auto* target : {"his", "none"}) {
    const auto refused = set(AgentHouse::ann(), {"worker", target});
    EXPECT_EQ(refused.status, 400U);
    EXPECT_EQ(detail_of(refused), "Agent '" + std::string(target) + "' does not exist or is not accessible");
  }
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead'"), 2) << "nothing was changed";
  EXPECT_TRUE(reaches("lead", "spare"));
  EXPECT_EQ(set(AgentHouse::admin(), {"to-come"}).status, 200U) << "an administrator may name any";
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead' AND target_agent = 'to-come'"), 1);
  EXPECT_THAT(listed(AgentHouse::admin()), IsEmpty()) << "which is not there yet";
}

TEST_F(PermissionsTest, ThousandsInOneTransaction) {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("bot-" + std::to_string(i));
  ASSERT_EQ(set(AgentHouse::admin(), names).status, 200U);
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead'"), 1000);
  EXPECT_LE(house.cost.sql.load(), 50U) << "no statement for each";
}

TEST_F(PermissionsTest, BadInputNamesTheField) {
  const auto put = [&](const std::string& body) {
    return ask(Method::put, "/api/agents/lead/permissions", AgentHouse::ann(), body);
  };
  for (const auto* body : {"", "[]", R"({"permitted_agents": "worker"})", R"({"permitted_agents": null})"})
    EXPECT_EQ(put(body).status, 422U) << body;
  const auto odd = put(R"({"permitted_agents": ["worker", 7, true]})");
  EXPECT_EQ(odd.status, 422U);
  EXPECT_EQ(body_of(odd).at("detail").at(0).at("loc"), (json::array{"body", "permitted_agents", 1}));
  for (const std::string name : {"", "a/b", "a\\nb", "a\\u0000b"}) {
    const auto response = put(R"({"permitted_agents": ["worker", ")" + name + "\"]}");
    EXPECT_EQ(response.status, 422U) << name;
    EXPECT_EQ(body_of(response).at("detail").at(0).at("loc"), (json::array{"body", "permitted_agents", 1}));
  }
  EXPECT_EQ(set(AgentHouse::admin(), {std::string(201, 'x')}).status, 422U);
  EXPECT_EQ(set(AgentHouse::admin(), std::vector<std::string>(10'001, "x")).status, 422U);
  EXPECT_EQ(ask(Method::put, "/api/agents/lead/permissions", AgentHouse::bob(), "7").status, 422U) << "the body first";
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'lead'"), 2);
}

TEST_F(PermissionsTest, ChecksInTheContractsOrder) {
  const auto refused = set(AgentHouse::bob(), {"his"});
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(detail_of(refused), "Only the owner can modify agent permissions");
  EXPECT_EQ(set(AgentHouse::bob(), {}, "none").status, 403U);
  EXPECT_EQ(set(AgentHouse::admin(), {}, "none").status, 404U);
  EXPECT_EQ(change(Method::post, AgentHouse::bob(), "none").status, 403U);
  EXPECT_EQ(change(Method::del, AgentHouse::bob(), "none").status, 403U);
  for (const auto& key : {key_of("lead"), key_of("worker")}) {
    EXPECT_EQ(set(key, {"worker"}).status, 403U) << "an agent's key manages nothing";
    EXPECT_EQ(change(Method::post, key, "worker").status, 403U);
  }
  const auto itself = change(Method::post, AgentHouse::ann(), "lead");
  EXPECT_EQ(itself.status, 400U);
  EXPECT_EQ(detail_of(itself), "Agent cannot be permitted to call itself");
  const auto foreign = change(Method::post, AgentHouse::ann(), "his");
  EXPECT_EQ(foreign.status, 400U);
  EXPECT_EQ(detail_of(foreign), "Target agent 'his' does not exist or is not accessible");
}

TEST_F(PermissionsTest, OneAtATimeInOneDirection) {
  const auto answer = [&](Method method, const std::string& target) {
    return body_of(change(method, AgentHouse::ann(), target));
  };
  const auto is = [](const char* status, const char* target = "worker") {
    return json::value(json::object{{"status", status}, {"source_agent", "lead"}, {"target_agent", target}});
  };
  EXPECT_EQ(answer(Method::post, "worker"), is("already_exists"));
  EXPECT_EQ(answer(Method::del, "worker"), is("removed"));
  EXPECT_FALSE(reaches("lead", "worker"));
  EXPECT_TRUE(reaches("worker", "lead"));
  EXPECT_EQ(answer(Method::del, "worker"), is("not_found"));
  EXPECT_EQ(answer(Method::del, "never-was"), is("not_found", "never-was")) << "the target is not looked at";
  EXPECT_EQ(answer(Method::post, "worker"), is("added"));
  EXPECT_TRUE(reaches("lead", "worker"));
}

TEST_F(PermissionsTest, EveryChangeIsAuditedAndNothingElse) {
  set(AgentHouse::ann(), {"worker"});
  set(AgentHouse::ann(), {"worker"});
  change(Method::post, AgentHouse::ann(), "spare");
  change(Method::post, AgentHouse::ann(), "spare");
  change(Method::del, AgentHouse::ann(), "worker");
  change(Method::del, AgentHouse::ann(), "worker");
  set(AgentHouse::bob(), {});
  ASSERT_EQ(audited.size(), 3U);
  EXPECT_NE(audited[0].find(R"(action=set_permissions agent=lead added="" removed=spare count=1 user=ann user_id=7)"),
            std::string::npos)
      << audited[0];
  EXPECT_NE(audited[1].find("action=add_permission agent=lead target=spare"), std::string::npos) << audited[1];
  EXPECT_NE(audited[2].find("action=remove_permission agent=lead target=worker"), std::string::npos) << audited[2];
}

TEST_F(PermissionsTest, NobodyInheritsWhatWasPermittedToAnAgentThatHasGone) {
  PermissionStore::Source gone{"gone", "ann", true};
  agents::Tell tell = [](std::vector<fleet::Action>) { FAIL() << "nothing was changed"; };
  EXPECT_FALSE(house.run(store.replace(house.call, gone, {"worker"}, tell)).found);
  EXPECT_EQ(house.run(store.add(house.call, gone, "worker", tell)), PermissionStore::Added::no_source);
  EXPECT_EQ(house.count("agent_permissions", "source_agent = 'gone'"), 0);
}

TEST_F(PermissionsTest, AnOrphanIsForAdministrators) {
  house.engine.add("orphan");
  ASSERT_TRUE(test::eventually([&] { return house.shown("orphan"); }));
  EXPECT_EQ(set(AgentHouse::ann(), {"worker"}, "orphan").status, 403U);
  EXPECT_EQ(set(AgentHouse::admin(), {"worker"}, "orphan").status, 200U);
  EXPECT_THAT(listed(AgentHouse::admin(), "permitted_agents", "orphan"), ElementsAre("worker"));
}

/// Whoever writes, in whatever order: what the fleet shows in the end is what the database has.
Task<> shuffle(PermissionService* service, Call call, std::string source, std::vector<std::string> others, int times) {
  for (int i = 0; i < times; ++i) {
    const auto& target = others[static_cast<std::size_t>(i) % others.size()];
    std::vector<std::string> only(1, target);
    co_await service->set(call, AgentHouse::ann(), source, std::move(only));
    co_await service->add(call, AgentHouse::ann(), source, others[0]);
    co_await service->remove(call, AgentHouse::ann(), source, target);
  }
}
TEST_F(PermissionsTest, ManyAtOnceEndWithWhatIsStored) {
  const std::vector<std::string> names{"lead", "worker", "spare"};
  std::vector<std::future<void>> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<std::string> others;
    for (const auto& name : names) {
      if (name != names[i]) others.push_back(name);
    }
    auto work = shuffle(&service, house.call, names[i], others, 11);
    all.push_back(asio::co_spawn(house.house.io[i], std::move(work), asio::use_future));
  }
  for (auto& one : all) one.get();
  const auto stored = house.metadata();
  for (const auto& name : names)
    EXPECT_EQ(house.house.held_by(2)->find(name)->agent->metadata, stored.at(name)) << name;
}

}  // namespace
}  // namespace trinity::permissions
