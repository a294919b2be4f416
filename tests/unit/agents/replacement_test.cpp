// An agent whose settings have changed gets a new container at its start: all goes well, anything goes wrong, the
// process ends at any moment.
#include <gtest/gtest.h>

#include "agents/replacement_spec.h"
#include "unit/agents/house.h"

namespace trinity::agents {
namespace {

using engine::Fault;
using test::AgentHouse;

class ReplacementTest : public testing::Test {
 protected:
  ReplacementTest() {
    EXPECT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    old_id = house.engine.container("agent-bot")->id;
    before = *house.engine.spec("agent-bot");
  }

  void want_memory(const std::string& size) {
    house.run(house.agent_settings.set_resources(house.call, AgentHouse::ann(), "bot",
                                                 {boost::json::value(size), std::nullopt}));
  }
  void start() { house.run(house.service.start(house.call, AgentHouse::ann(), "bot")); }
  AgentHouse::Refusal refused_start() {
    return house.refusal(house.service.start(house.call, AgentHouse::ann(), "bot"));
  }
  void stop() { house.run(house.service.stop(house.call, AgentHouse::ann(), "bot")); }
  void settle() { house.run(house.service.clean_up(house.call, true)); }
  fleet::AgentPtr shown() {
    const auto snapshot = house.house.held_by(2);
    const auto* entry = snapshot->find("bot");
    return entry ? entry->agent : nullptr;
  }

  /// One container, under its name, with its volumes, its port and its row; everybody sees it as it is.
  void expect_whole(const std::string& memory, bool runs = true) {
    EXPECT_EQ(house.engine.container_names(), std::vector<std::string>{"agent-bot"});
    const auto container = house.engine.container("agent-bot");
    ASSERT_TRUE(container);
    EXPECT_EQ(container->state == "running", runs) << container->state;
    EXPECT_EQ(container->labels.contains("trinity.memory") ? container->labels.at("trinity.memory") : "4g", memory);
    const auto spec = *house.engine.spec("agent-bot");
    EXPECT_EQ(spec.ports.at(0).host, before.ports.at(0).host);
    EXPECT_EQ(spec.volumes.size(), before.volumes.size());
    EXPECT_EQ(house.engine.volume_names(), (std::set<std::string>{"agent-bot-data", "agent-bot-workspace"}));
    EXPECT_EQ(house.count("agent_ownership", "agent_name = 'bot'"), 1);
    EXPECT_EQ(house.count("mcp_api_keys", "agent_name = 'bot' AND is_active = 1"), 1);
    EXPECT_EQ(house.count("trinity_cleanup"), 0);
    EXPECT_TRUE(test::eventually([&] { return shown() && shown()->container_id == container->id; }));
    EXPECT_EQ(shown()->container_name, "agent-bot");
    EXPECT_EQ(shown()->status, runs ? "running" : "stopped");
    EXPECT_EQ(house.house.held_by(1)->entries.size(), 1U);
  }

  AgentHouse house;
  std::string old_id;
  engine::ContainerSpec before;
};

TEST_F(ReplacementTest, AStartWithoutAChangeStartsTheSameContainer) {
  stop();
  start();
  EXPECT_EQ(house.engine.container("agent-bot")->id, old_id);
  EXPECT_EQ(house.engine.calls("describe"), 0);
  expect_whole("4g");
}

TEST_F(ReplacementTest, AStoppedAgentGetsItsNewContainerAtTheStart) {
  stop();
  want_memory("8g");
  EXPECT_EQ(house.engine.container("agent-bot")->id, old_id) << "not before";
  start();
  EXPECT_NE(house.engine.container("agent-bot")->id, old_id);
  expect_whole("8g");
  const auto after = *house.engine.spec("agent-bot");
  EXPECT_EQ(after.memory, 8LL << 30);
  EXPECT_EQ(after.cpu_quota, before.cpu_quota);
  EXPECT_EQ(after.env, before.env);
  auto labels = before.labels;
  labels["trinity.memory"] = "8g";
  EXPECT_EQ(after.labels, labels);
  // And again there is nothing to do.
  const auto second = house.engine.container("agent-bot")->id;
  start();
  EXPECT_EQ(house.engine.container("agent-bot")->id, second);
}

TEST_F(ReplacementTest, ARunningAgentIsReplacedByAStart) {
  want_memory("8g");
  start();
  expect_whole("8g");
}

TEST_F(ReplacementTest, WhatTheServerPutIntoTheContainerMovesAlong) {
  want_memory("8g");
  start();
  const auto moved = house.engine.uploads("agent-bot");
  ASSERT_EQ(moved.size(), 3U);
  EXPECT_EQ(moved[0], (std::pair<std::string, std::string>{"/etc", "tar of /etc/trinity of " + old_id}));
  EXPECT_EQ(moved[1].first, "/");
}

TEST_F(ReplacementTest, ModelKeyAndCapabilityModeAreCompared) {
  house.run(house.agent_settings.set_api_key(house.call, AgentHouse::ann(), "bot", {boost::json::value(false)}));
  start();
  EXPECT_FALSE(house.engine.spec("agent-bot")->env.contains("ANTHROPIC_API_KEY"));
  house.run(house.agent_settings.set_api_key(house.call, AgentHouse::ann(), "bot", {boost::json::value(true)}));
  house.run(house.settings.set(house.call, "anthropic_api_key", "sk-newer"));
  start();
  EXPECT_EQ(house.engine.spec("agent-bot")->env.at("ANTHROPIC_API_KEY"), "sk-newer");
  house.run(house.agent_settings.set_capabilities(house.call, AgentHouse::ann(), "bot", {boost::json::value(false)}));
  start();
  EXPECT_EQ(house.engine.spec("agent-bot")->cap_drop, std::vector<std::string>{"ALL"});
  EXPECT_EQ(house.engine.container("agent-bot")->labels.at("trinity.full-capabilities"), "false");
  expect_whole("4g");
}

TEST_F(ReplacementTest, AnImageThatWasBuiltAnewDoesNotComeInByTheWay) {
  house.engine.rebuild_image("trinity-agent-base:latest");
  want_memory("8g");
  start();
  EXPECT_EQ(house.engine.spec("agent-bot")->image, "sha256:trinity-agent-base:latest");
  expect_whole("8g");
}

TEST_F(ReplacementTest, WatchersSeeOneAgentThatChanges) {
  stop();
  want_memory("8g");
  house.house.forget_changes();
  start();
  EXPECT_TRUE(test::eventually([&] {
    return std::ranges::any_of(house.house.changes(), [](const auto& change) {
      return change.kind == fleet::Change::Kind::status && change.before->status == "stopped" &&
             change.after->status == "running" && change.reason == "user";
    });
  }));
  for (const auto& change : house.house.changes()) {
    EXPECT_NE(change.kind, fleet::Change::Kind::created);
    EXPECT_NE(change.kind, fleet::Change::Kind::deleted);
  }
}

TEST_F(ReplacementTest, AnAdoptedAgentOfAnEarlierDeploymentIsReplacedToo) {
  // Without our label for the instance it is nobody's here, so it gets one; but no limits, no mode, no nonce.
  auto detail = *house.engine.container("agent-bot");
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('bot', 7, 't')");
  std::vector<fleet::Action> actions{fleet::MetadataChanged{"bot", house.metadata().at("bot")}};
  house.run(house.house.fleet.applied(std::move(actions)));
  detail.id = std::string(64, 'f');
  detail.labels = {{"trinity.platform", "agent"},
                   {"trinity.agent-name", "bot"},
                   {"trinity.ssh-port", "2222"},
                   {"trinity.instance", house.engine.instance}};
  detail.state = "exited";
  detail.model_key = 0;
  house.engine.add(detail);
  ASSERT_TRUE(house.house.becomes("bot", "stopped"));
  start();
  const auto fresh = *house.engine.container("agent-bot");
  EXPECT_NE(fresh.id, detail.id);
  EXPECT_EQ(fresh.labels.at("trinity.full-capabilities"), "true");
  EXPECT_EQ(fresh.labels.at("trinity.memory"), "4g");
  EXPECT_EQ(house.engine.spec("agent-bot")->env.at("ANTHROPIC_API_KEY"), "sk-platform");
  EXPECT_TRUE(house.engine.uploads("agent-bot").empty());
}

/// Whatever is refused, the agent stays what it was.
TEST_F(ReplacementTest, ARefusalAtAnyStepLeavesTheAgentAsItWas) {
  for (const bool ran : {true, false}) {
    if (!ran) stop();
    want_memory("8g");
    for (const auto* call : {"describe", "image", "create", "download", "upload", "stop", "start"}) {
      if (!ran && std::string(call) == "stop") continue;
      SCOPED_TRACE(std::string(call) + (ran ? ", running" : ", stopped"));
      house.engine.trouble(call, {.fault = Fault::failed, .times = 1});
      const auto refused = refused_start();
      EXPECT_EQ(refused.kind, ErrorKind::internal);
      EXPECT_NE(refused.text.find("Failed to start agent"), std::string::npos) << refused.text;
      house.engine.heal();
      EXPECT_EQ(house.engine.container("agent-bot")->id, old_id);
      expect_whole("4g", ran);
    }
  }
  start();
  expect_whole("8g");
}

TEST_F(ReplacementTest, AContainerThatDoesNotStayUpIsTakenBack) {
  want_memory("8g");
  house.engine.break_starts(true);
  EXPECT_EQ(refused_start().kind, ErrorKind::internal);
  house.engine.break_starts(false);
  settle();
  EXPECT_EQ(house.engine.container("agent-bot")->id, old_id);
  EXPECT_EQ(house.engine.container_names(), std::vector<std::string>{"agent-bot"});
}

TEST_F(ReplacementTest, APortThatIsTakenMeanwhileIsSaid) {
  stop();
  want_memory("8g");
  house.engine.take_port(before.ports.at(0).host);
  const auto refused = refused_start();
  EXPECT_NE(refused.text.find("SSH port is in use"), std::string::npos) << refused.text;
  EXPECT_EQ(house.engine.container("agent-bot")->id, old_id);
  expect_whole("4g", false);
}

TEST_F(ReplacementTest, AnOldContainerThatStaysIsRemovedLater) {
  want_memory("8g");
  for (const auto* call : {"remove", "rename"}) {
    SCOPED_TRACE(call);
    house.engine.trouble(call, {.fault = Fault::failed});
    want_memory(std::string(call) == "remove" ? "8g" : "16g");
    start();
    EXPECT_EQ(shown()->status, "running");
    EXPECT_EQ(house.count("trinity_cleanup", "kind = 'replacing'"), 1);
    house.engine.heal();
    settle();
    expect_whole(std::string(call) == "remove" ? "8g" : "16g");
  }
}

/// The engine loses its answer or its connection at each step: the clean-up brings it to one end or the other.
TEST_F(ReplacementTest, AnEngineThatIsLostAtAnyStepLosesNoAgent) {
  for (const bool ran : {true, false}) {
    for (const auto* call : {"create", "download", "upload", "stop", "start", "remove", "rename"}) {
      for (const bool after : {false, true}) {
        if (after && std::string(call) == "download") continue;
        if (!ran && std::string(call) == "stop") continue;
        SCOPED_TRACE(std::string(call) + (after ? ", answer lost" : "") + (ran ? ", running" : ", stopped"));
        const auto current = shown()->memory;
        const std::string next = current == "8g" ? "16g" : "8g";
        if (ran) start();
        if (!ran) stop();
        want_memory(next);
        house.engine.trouble(call, {.fault = Fault::timeout, .after = after});
        // Nothing of the repair works either, until the engine is back.
        house.engine.trouble("remove", {.fault = Fault::timeout});
        (void)refused_start();
        house.engine.heal();
        settle();
        const auto memory = house.engine.container("agent-bot")->labels.at("trinity.memory");
        EXPECT_TRUE(memory == current || memory == next) << memory;
        const bool runs = house.engine.container("agent-bot")->state == "running";
        EXPECT_TRUE(runs || (!ran && memory == current)) << "what ran runs";
        expect_whole(memory, runs);
        // And the change comes in at last.
        start();
        expect_whole(next);
      }
    }
  }
}

TEST_F(ReplacementTest, WhatAnInterruptedOneLeftIsSettledBeforeTheNextAction) {
  want_memory("8g");
  house.engine.trouble("upload", {.fault = Fault::timeout, .times = 1});
  house.engine.trouble("remove", {.fault = Fault::timeout, .times = 1});
  EXPECT_TRUE(refused_start().kind);
  EXPECT_EQ(house.engine.container_names().size(), 2U);
  stop();
  settle();
  expect_whole("4g", false);  // a stop stays one, though the agent ran before
}

TEST_F(ReplacementTest, ADeletionTakesBothContainers) {
  want_memory("8g");
  house.engine.trouble("upload", {.fault = Fault::timeout, .times = 1});
  house.engine.trouble("remove", {.fault = Fault::timeout, .times = 1});
  EXPECT_TRUE(refused_start().kind);
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  EXPECT_TRUE(house.engine.container_names().empty());
  EXPECT_TRUE(house.engine.volume_names().empty());
  EXPECT_EQ(house.count("trinity_cleanup"), 0);
}

TEST_F(ReplacementTest, AContainerOfAnEarlierTryDoesNotStandInTheWay) {
  want_memory("8g");
  const auto name = replacement_name(old_id);
  engine::ContainerSpec late;
  late.image = "trinity-agent-base:latest";
  late.labels = before.labels;
  house.run(house.engine.create(house.call, name, late));
  start();
  expect_whole("8g");
}

TEST_F(ReplacementTest, ACopyThatIsStrangersIsLeftAlone) {
  want_memory("8g");
  const auto name = replacement_name(old_id);
  engine::ContainerSpec strange;
  strange.image = "trinity-agent-base:latest";
  house.run(house.engine.create(house.call, name, strange));
  EXPECT_TRUE(refused_start().kind);
  EXPECT_TRUE(house.engine.container(name));
  EXPECT_EQ(house.engine.container("agent-bot")->id, old_id);
  EXPECT_EQ(house.engine.container("agent-bot")->state, "running");
}

/// What a start finds that follows a SIGKILL at this moment: rows and containers as they were then.
class KilledReplacementTest : public ReplacementTest {
 protected:
  /// The process dies when `call` comes.
  void killed_at(const std::string& call, bool after = false) {
    want_memory("8g");
    house.engine.trouble(call, {.fault = Fault::timeout, .after = after});
    for (const auto* repair : {"inspect", "remove"}) {
      if (call != repair) house.engine.trouble(repair, {.fault = Fault::timeout});
    }
    (void)refused_start();
    house.engine.heal();
    EXPECT_EQ(house.count("trinity_cleanup", "kind = 'replacing' AND was_running = 1"), 1);
  }
};

TEST_F(KilledReplacementTest, BeforeTheNewOneRunsTheOldOneStays) {
  for (const auto& [call, after] : std::vector<std::pair<std::string, bool>>{{"create", false},
                                                                             {"create", true},
                                                                             {"download", false},
                                                                             {"upload", true},
                                                                             {"stop", false},
                                                                             {"stop", true},
                                                                             {"start", false}}) {
    SCOPED_TRACE(call + (after ? ", done" : ""));
    killed_at(call, after);
    settle();
    EXPECT_EQ(house.engine.container("agent-bot")->id, old_id);
    expect_whole("4g");
  }
}

TEST_F(KilledReplacementTest, FromThenOnTheNewOneStays) {
  killed_at("start", true);
  settle();
  EXPECT_NE(house.engine.container("agent-bot")->id, old_id);
  expect_whole("8g");
}

TEST_F(KilledReplacementTest, BetweenRemovalAndNameTheAgentIsShownAndGetsItsName) {
  killed_at("start", true);
  // What the engine did not tell while it was in trouble.
  house.engine.set_state(replacement_name(old_id), "running");
  house.engine.destroy(old_id);
  EXPECT_TRUE(test::eventually([&] { return shown() && shown()->container_id != old_id; })) << "never without it";
  settle();
  expect_whole("8g");
}

TEST_F(KilledReplacementTest, AfterTheNameNothingIsLeftToDo) {
  want_memory("8g");
  start();
  const auto fresh = house.engine.container("agent-bot")->id;
  house.execute("INSERT INTO trinity_cleanup VALUES ('bot', 'replacing', '" + old_id +
                "', 0, 0, 0, 't', 0, 0, NULL, 'agent-bot', 1)");
  settle();
  EXPECT_EQ(house.engine.container("agent-bot")->id, fresh);
  expect_whole("8g");
}

}  // namespace
}  // namespace trinity::agents
