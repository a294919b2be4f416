#include "agents/service.h"

#include <gtest/gtest.h>

#include "unit/agents/house.h"

namespace trinity::agents {
namespace {

using namespace std::chrono_literals;
using engine::Fault;
using test::AgentHouse;
using test::eventually;

constexpr const char* not_found = "Agent not found";
constexpr const char* no_permission = "You don't have permission to access this agent";
constexpr const char* no_delete = "You don't have permission to delete this agent";
constexpr const char* no_system = "System agents cannot be deleted. Use re-initialization to reset to clean state.";

/// Agents: `mine` (ann's, shared with bob), `orphan` (no row), `system` (flagged).
class ServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    house.execute(
        "INSERT INTO agent_ownership (agent_name, owner_id, created_at, is_system) VALUES ('mine', 7, 't', 0), "
        "('system', 1, 't', 1), ('rowonly', 7, 't', 0)");
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('mine', "
        "'bob@example.org', 7, 't')");
    for (const auto* name : {"mine", "orphan", "system"}) house.engine.add(name);
    ASSERT_TRUE(house.house.start_and_load());
  }
  static CallerPtr eve() { return std::make_shared<const Caller>(Caller{9, "eve", "eve@example.org", Role::user}); }

  using Action = std::function<AgentHouse::Refusal(const CallerPtr&, const std::string&)>;
  void expect(const Action& action, const CallerPtr& caller, const std::string& name, ErrorKind kind,
              const std::string& text) {
    const auto refusal = action(caller, name);
    EXPECT_EQ(refusal.kind, kind) << caller->username << " and " << name << ": " << refusal.text;
    EXPECT_EQ(refusal.text, text) << caller->username << " and " << name;
  }

  Action get = [this](const CallerPtr& c, const std::string& n) { return house.refusal(house.service.get(c, n)); };
  Action start = [this](const CallerPtr& c, const std::string& n) {
    return house.refusal(house.service.start(house.call, c, n));
  };
  Action stop = [this](const CallerPtr& c, const std::string& n) {
    return house.refusal(house.service.stop(house.call, c, n));
  };
  Action remove = [this](const CallerPtr& c, const std::string& n) {
    return house.refusal(house.service.remove(house.call, c, n));
  };
  Action logs = [this](const CallerPtr& c, const std::string& n) {
    return house.refusal(house.service.logs(house.call, c, n, 5));
  };
  Action stats = [this](const CallerPtr& c, const std::string& n) {
    return house.refusal(house.service.running(c, n));
  };

  AgentHouse house;
};

TEST_F(ServiceTest, GettingLooksForTheRowFirst) {
  for (const auto& caller : {AgentHouse::admin(), AgentHouse::ann(), eve()}) {
    expect(get, caller, "unknown", ErrorKind::not_found, not_found);
    expect(get, caller, "orphan", ErrorKind::not_found, not_found);
    expect(get, caller, "rowonly", ErrorKind::not_found, not_found);
  }
  expect(get, eve(), "mine", ErrorKind::forbidden, "Access denied to agent");
  for (const auto& caller : {AgentHouse::admin(), AgentHouse::ann(), AgentHouse::bob()})
    EXPECT_FALSE(get(caller, "mine").kind);
}

TEST_F(ServiceTest, ActionsLookAtTheRuleFirst) {
  for (const auto& action : {start, stop, logs, stats}) {
    expect(action, AgentHouse::admin(), "unknown", ErrorKind::not_found, not_found);
    expect(action, AgentHouse::ann(), "unknown", ErrorKind::forbidden, no_permission);
    expect(action, eve(), "mine", ErrorKind::forbidden, no_permission);
    expect(action, AgentHouse::ann(), "orphan", ErrorKind::forbidden, no_permission);
    EXPECT_FALSE(action(AgentHouse::admin(), "orphan").kind == ErrorKind::forbidden)
        << "an administrator may use an orphan";
  }
}

TEST_F(ServiceTest, WhoReadsMayStartAndStopAndReadLogs) {
  for (const auto& caller : {AgentHouse::bob(), AgentHouse::ann(), AgentHouse::admin()}) {
    EXPECT_EQ(stop(caller, "mine").text, "");
    EXPECT_EQ(start(caller, "mine").text, "");
    EXPECT_EQ(logs(caller, "mine").text, "");
    EXPECT_EQ(stats(caller, "mine").text, "");
  }
}

TEST_F(ServiceTest, DeletingIsForTheOwnerAndNeverForSystemAgents) {
  for (const auto& caller : {AgentHouse::admin(), AgentHouse::ann(), eve()}) {
    expect(remove, caller, "trinity-system", ErrorKind::forbidden, no_system);
    expect(remove, caller, "system", ErrorKind::forbidden, no_system);
  }
  expect(remove, AgentHouse::bob(), "mine", ErrorKind::forbidden, no_delete);
  expect(remove, eve(), "mine", ErrorKind::forbidden, no_delete);
  expect(remove, AgentHouse::ann(), "unknown", ErrorKind::forbidden, no_delete);
  expect(remove, AgentHouse::admin(), "unknown", ErrorKind::not_found, not_found);
  EXPECT_EQ(house.engine.calls("remove"), 0);
  EXPECT_EQ(house.engine.calls("stop"), 0);
}

TEST_F(ServiceTest, StopAndStartAreSeenByEveryReaderWhenTheyAnswer) {
  for (int round = 0; round < 10; ++round) {
    EXPECT_FALSE(stop(AgentHouse::ann(), "mine").kind);
    for (std::size_t i = 0; i < house.house.io.size(); ++i)
      EXPECT_EQ(house.house.held_by(i)->find("mine")->agent->status, "stopped");
    expect(stats, AgentHouse::ann(), "mine", ErrorKind::bad_request, "Agent is not running");
    EXPECT_FALSE(start(AgentHouse::ann(), "mine").kind);
    for (std::size_t i = 0; i < house.house.io.size(); ++i)
      EXPECT_EQ(house.house.held_by(i)->find("mine")->agent->status, "running");
  }
  // The engine's events come behind the answers; they must not change the outcome.
  house.engine.add("after");
  ASSERT_TRUE(house.house.becomes("after", "running"));
  EXPECT_EQ(house.house.status("mine"), "running");
}

TEST_F(ServiceTest, AUsersStopIsToldAsSuch) {
  house.house.forget_changes();
  EXPECT_FALSE(stop(AgentHouse::ann(), "mine").kind);
  ASSERT_TRUE(house.house.becomes("mine", "stopped"));
  for (const auto& change : house.house.changes()) {
    if (change.kind == fleet::Change::Kind::status) {
      EXPECT_EQ(change.reason, "user");
    }
  }
}

TEST_F(ServiceTest, StoppingAStoppedOneAndStartingARunningOneSucceed) {
  EXPECT_FALSE(start(AgentHouse::ann(), "mine").kind);
  EXPECT_FALSE(stop(AgentHouse::ann(), "mine").kind);
  EXPECT_FALSE(stop(AgentHouse::ann(), "mine").kind);
}

TEST_F(ServiceTest, DeletingTakesEverythingAway) {
  house.engine.add_volume("agent-mine-workspace", {});
  house.engine.add_volume("agent-mine-data", {});
  house.engine.add_volume("agent-other-data", {});
  EXPECT_EQ(remove(AgentHouse::ann(), "mine").text, "");
  EXPECT_FALSE(house.engine.container("agent-mine"));
  EXPECT_EQ(house.engine.volume_names(), std::set<std::string>{"agent-other-data"});
  EXPECT_EQ(house.count("agent_ownership", "agent_name = 'mine'"), 0);
  EXPECT_EQ(house.count("agent_sharing"), 0);
  EXPECT_FALSE(house.shown("mine"));
  expect(get, AgentHouse::ann(), "mine", ErrorKind::not_found, not_found);
  expect(remove, AgentHouse::ann(), "mine", ErrorKind::forbidden, no_delete);
  expect(remove, AgentHouse::admin(), "mine", ErrorKind::not_found, not_found);
}

TEST_F(ServiceTest, ADeletionThatTheEngineRefusesKeepsTheAgent) {
  for (const auto* call : {"stop", "remove"}) {
    house.engine.trouble(call, {.fault = Fault::failed});
    const auto refusal = remove(AgentHouse::ann(), "mine");
    house.engine.heal();
    EXPECT_EQ(refusal.kind, ErrorKind::internal) << call;
    EXPECT_EQ(refusal.text.find("own words"), std::string::npos);
    EXPECT_TRUE(house.engine.container("agent-mine"));
    EXPECT_TRUE(house.shown("mine")) << call;
    EXPECT_EQ(house.count("agent_ownership", "agent_name = 'mine'"), 1);
  }
  EXPECT_FALSE(remove(AgentHouse::ann(), "mine").kind) << "it can be tried again";
}

TEST_F(ServiceTest, AContainerThatSomebodyElseRemovedCanStillBeDeleted) {
  house.engine.lose_events(true);
  house.engine.destroy("agent-mine");
  ASSERT_TRUE(house.shown("mine"));
  EXPECT_EQ(remove(AgentHouse::ann(), "mine").text, "");
  EXPECT_FALSE(house.shown("mine"));
  EXPECT_EQ(house.count("agent_ownership", "agent_name = 'mine'"), 0);
}

TEST_F(ServiceTest, AnEngineThatHangsIsSaidWithinItsLimit) {
  for (const auto* call : {"start", "stop", "logs"}) house.engine.trouble(call, {.hang = true});
  const auto began = steady_now();
  EXPECT_EQ(start(AgentHouse::ann(), "mine").kind, ErrorKind::unavailable);
  EXPECT_EQ(stop(AgentHouse::ann(), "mine").kind, ErrorKind::unavailable);
  EXPECT_EQ(logs(AgentHouse::ann(), "mine").kind, ErrorKind::unavailable);
  EXPECT_LT(steady_now() - began, 10s);
  house.engine.heal();
  house.engine.down(true);
  EXPECT_EQ(start(AgentHouse::ann(), "mine").kind, ErrorKind::unavailable);
  EXPECT_EQ(remove(AgentHouse::ann(), "mine").kind, ErrorKind::unavailable);
  EXPECT_FALSE(get(AgentHouse::ann(), "mine").kind) << "reading goes on";
}

TEST_F(ServiceTest, AnEngineThatIsKnownToBeAwayIsNotWaitedFor) {
  house.engine.limit(50ms);
  for (const auto* call : {"negotiate", "start", "stop", "logs", "remove"}) house.engine.trouble(call, {.hang = true});
  ASSERT_TRUE(eventually([&] { return !house.house.held_by(0)->engine.reachable; }));
  house.engine.limit(20s);
  const auto began = steady_now();
  for (const auto& action : {start, stop, remove, logs})
    EXPECT_EQ(action(AgentHouse::ann(), "mine").kind, ErrorKind::unavailable);
  EXPECT_LT(steady_now() - began, 5s);
  EXPECT_EQ(house.engine.calls("start") + house.engine.calls("stop") + house.engine.calls("remove"), 0);
  house.engine.heal();
}

TEST_F(ServiceTest, ReadsOfStateAskNobody) {
  house.cost.sql = 0;
  house.cost.engine = 0;
  house.run(house.service.get(AgentHouse::ann(), "mine"));
  house.run(house.service.running(AgentHouse::ann(), "mine"));
  house.run(house.service.snapshot());
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(house.cost.engine.load(), 0U);
}

TEST_F(ServiceTest, LogsAreBounded) {
  const auto tail = [&](int lines) {
    return house.run(house.service.logs(house.call, AgentHouse::ann(), "mine", lines));
  };
  EXPECT_EQ(tail(5), "tail 5\n");
  EXPECT_EQ(tail(0), "tail 0\n");
  EXPECT_EQ(tail(-1), "tail 10000\n");
  EXPECT_EQ(tail(1'000'000), "tail 10000\n");
}

TEST_F(ServiceTest, WhoMayNotActDoesNotWaitForWhoDoes) {
  house.engine.limit(20s);
  house.engine.trouble("stop", {.hang = true});
  auto stopping =
      asio::co_spawn(house.house.io[0], house.service.stop(house.call, AgentHouse::ann(), "mine"), asio::use_future);
  ASSERT_TRUE(eventually([&] { return house.engine.calls("stop") == 1; }));
  const auto began = steady_now();
  for (const auto& action : {start, stop}) expect(action, eve(), "mine", ErrorKind::forbidden, no_permission);
  expect(remove, eve(), "mine", ErrorKind::forbidden, no_delete);
  EXPECT_LT(steady_now() - began, 10s);
  house.engine.heal();
  ASSERT_EQ(stopping.wait_for(10s), std::future_status::ready);
  EXPECT_THROW(stopping.get(), Unavailable);
}

TEST_F(ServiceTest, ActionsOnOneAgentComeOneAfterTheOther) {
  house.engine.trouble("stop", {.delay = 50ms});
  auto stopping =
      asio::co_spawn(house.house.io[0], house.service.stop(house.call, AgentHouse::ann(), "mine"), asio::use_future);
  ASSERT_TRUE(eventually([&] { return house.engine.calls("stop") == 1; }));
  auto starting =
      asio::co_spawn(house.house.io[1], house.service.start(house.call, AgentHouse::ann(), "mine"), asio::use_future);
  ASSERT_EQ(stopping.wait_for(10s), std::future_status::ready);
  ASSERT_EQ(starting.wait_for(10s), std::future_status::ready);
  stopping.get();
  starting.get();
  EXPECT_EQ(house.house.held_by(2)->find("mine")->agent->status, "running") << "the later action has the last word";
}

/// With the key of agent `mine`, which may reach `friend` but not `system`; its owner is an administrator in one case.
TEST_F(ServiceTest, AnAgentsKeyActsForItsAgentOnly) {
  house.execute(
      "INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('friend', 7, 't'), ('stranger', 7, 't')");
  house.execute(
      "INSERT INTO agent_permissions (source_agent, target_agent, created_at, created_by) VALUES ('mine', 'friend', "
      "'t', 'ann')");
  const auto all = house.metadata();
  for (const auto* name : {"friend", "stranger"}) {
    house.engine.add(name);
    const auto detail = house.run(house.engine.inspect(house.call, "agent-" + std::string(name)));
    std::vector<fleet::Action> seen{fleet::MetadataChanged{name, all.at(name)}, fleet::ContainerSeen{*detail}};
    house.run(house.house.fleet.applied(std::move(seen)));
  }
  const auto keyed = [](const CallerPtr& owner) {
    auto made = *owner;
    made.scope = Scope::agent_key;
    made.agent_name = "mine";
    return std::make_shared<const Caller>(made);
  };
  for (const auto& owner : {AgentHouse::ann(), std::make_shared<const Caller>(Caller{7, "ann", {}, Role::admin})}) {
    const auto key = keyed(owner);
    for (const auto* name : {"mine", "friend"}) {
      EXPECT_EQ(get(key, name).text, "");
      EXPECT_EQ(stats(key, name).text, "");
      EXPECT_EQ(logs(key, name).text, "");
      EXPECT_EQ(stop(key, name).text, "");
      EXPECT_EQ(start(key, name).text, "");
      expect(remove, key, name, ErrorKind::forbidden, no_delete);
    }
    for (const auto* name : {"stranger", "unknown"}) {
      expect(stats, key, name, ErrorKind::forbidden, no_permission);
      expect(logs, key, name, ErrorKind::forbidden, no_permission);
      expect(start, key, name, ErrorKind::forbidden, no_permission);
      expect(stop, key, name, ErrorKind::forbidden, no_permission);
      expect(remove, key, name, ErrorKind::forbidden, no_delete);
    }
    expect(get, key, "stranger", ErrorKind::forbidden, "Access denied to agent");
    const auto list = fleet::list_text(*house.house.held_by(0), *key);
    EXPECT_NE(list.find(R"("name":"mine")"), std::string::npos);
    EXPECT_NE(list.find(R"("name":"friend")"), std::string::npos);
    EXPECT_EQ(list.find(R"("name":"stranger")"), std::string::npos);
    EXPECT_EQ(list.find(R"("name":"system")"), std::string::npos);
  }
  const auto made = house.create(keyed(AgentHouse::ann()), AgentHouse::named("child"));
  EXPECT_EQ(made->metadata->owner_id, 7) << "the key's owner owns what it makes";
}

/// Before the engine has told its containers, nobody knows which agents are missing.
TEST(ServiceBeforeTheEngine, AnAgentOfTheDatabaseIsNotSaidToBeMissing) {
  AgentHouse house;
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at, is_system) VALUES ('mine', 7, 't', 0)");
  house.engine.add("mine");
  house.engine.down(true);
  house.house.start();
  ASSERT_TRUE(eventually([&] { return house.house.held_by(0)->engine.since != Time{}; }));
  const auto get = [&](const CallerPtr& caller, const std::string& name) {
    return house.refusal(house.service.get(caller, name)).kind;
  };
  const auto start = [&](const CallerPtr& caller, const std::string& name) {
    return house.refusal(house.service.start(house.call, caller, name)).kind;
  };
  EXPECT_EQ(get(AgentHouse::ann(), "mine"), ErrorKind::unavailable);
  EXPECT_EQ(start(AgentHouse::ann(), "mine"), ErrorKind::unavailable);
  EXPECT_EQ(start(AgentHouse::admin(), "mine"), ErrorKind::unavailable);
  EXPECT_EQ(get(AgentHouse::bob(), "mine"), ErrorKind::forbidden);
  EXPECT_EQ(start(AgentHouse::bob(), "mine"), ErrorKind::forbidden);
  EXPECT_EQ(get(AgentHouse::ann(), "nobody"), ErrorKind::not_found);
  house.engine.down(false);
  ASSERT_TRUE(eventually([&] { return house.shown("mine"); }));
  EXPECT_FALSE(start(AgentHouse::ann(), "mine"));
}

/// With `adopt`: an agent of a deployment that knows no instances, with the volumes that it had there.
TEST(ServiceWithAdopt, AnAdoptedAgentIsStoppedStartedAndDeletedLikeOneOfOurs) {
  auto options = test::FleetHouse::quick_options();
  options.adopt = true;
  AgentHouse house(std::make_shared<test::FakeEngine>(), 0ms, options);
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at, is_system) VALUES ('old', 7, 't', 0)");
  engine::ContainerDetail old;
  old.id = std::string(64, 'e');
  old.name = "was-old";  // a prefix that is not ours
  old.state = "exited";
  old.created = now();
  old.labels = {{"trinity.platform", "agent"}, {"trinity.agent-name", "old"}};
  house.engine.add(old);
  const engine::Labels workspace{{"trinity.platform", "agent-workspace"}, {"trinity.agent-name", "old"}};
  house.engine.add_volume("was-old-workspace", workspace);
  house.engine.add_volume("was-old-shared", {{"trinity.platform", "agent-shared"}, {"trinity.agent-name", "old"}});
  house.engine.add_volume("encrypted-data", {});
  house.engine.add_volume("agent-old-workspace", {{"trinity.instance", "another"}});
  ASSERT_TRUE(house.house.start_and_load());
  house.run(house.service.start(house.call, AgentHouse::ann(), "old"));
  // Its first start here gives it a container with this server's model key and capability mode.
  EXPECT_FALSE(house.engine.container(old.id));
  EXPECT_EQ(house.engine.container("was-old")->state, "running");
  EXPECT_EQ(house.run(house.service.logs(house.call, AgentHouse::ann(), "old", 5)), "tail 5\n");
  house.run(house.service.stop(house.call, AgentHouse::ann(), "old"));
  EXPECT_EQ(house.engine.container("was-old")->state, "exited");
  EXPECT_EQ(house.refusal(house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("old"))).text,
            "Agent already exists");
  house.run(house.service.remove(house.call, AgentHouse::ann(), "old"));
  EXPECT_TRUE(house.engine.container_names().empty());
  EXPECT_EQ(house.engine.volume_names(), (std::set<std::string>{"agent-old-workspace", "encrypted-data"}));
  EXPECT_EQ(house.count("agent_ownership"), 0);
}

}  // namespace
}  // namespace trinity::agents
