// A process that dies, an engine that hangs, at every step of a creation and of a deletion: then the next start.
#include <gtest/gtest.h>

#include "unit/agents/house.h"

namespace trinity::agents {
namespace {

using engine::Fault;
using test::AgentHouse;

struct Point {
  const char* call;
  bool after;  ///< the engine did it, its answer was lost
};

class CleanupTest : public testing::Test {
 protected:
  CleanupTest() { EXPECT_TRUE(house.house.start_and_load()); }

  /// All or nothing.
  void expect_whole_or_nothing(const std::string& name, bool nothing) {
    const bool row = house.count("agent_ownership", "agent_name = '" + name + "'") == 1;
    const bool key = house.count("mcp_api_keys", "agent_name = '" + name + "'") == 1;
    const bool container = house.engine.container("agent-" + name).has_value();
    const auto volumes = house.engine.volume_names();
    EXPECT_EQ(row, !nothing);
    EXPECT_EQ(key, !nothing);
    EXPECT_EQ(container, !nothing);
    EXPECT_EQ(volumes.contains("agent-" + name + "-workspace"), !nothing);
    EXPECT_EQ(volumes.contains("agent-" + name + "-data"), !nothing);
    EXPECT_EQ(house.shown(name), !nothing);
    EXPECT_EQ(house.count("trinity_cleanup"), 0);
  }
  void settle() { house.run(house.service.clean_up(house.call, true)); }
  /// The list as a process leaves it that dies with the creation under way: nobody decided to undo it.
  void as_if_killed() { house.execute("UPDATE trinity_cleanup SET kind = 'creating' WHERE kind = 'undoing'"); }

  AgentHouse house;
};

TEST_F(CleanupTest, AnActionThatEndsLeavesNoEntry) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  expect_whole_or_nothing("bot", false);
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  expect_whole_or_nothing("bot", true);
}

TEST_F(CleanupTest, ACreationThatLosesTheEngineAtAnyStepLeavesNothing) {
  for (const Point at :
       {Point{"create_volume", false}, Point{"create_volume", true}, Point{"create", false}, Point{"create", true},
        Point{"upload", false}, Point{"upload", true}, Point{"start", false}, Point{"start", true}}) {
    SCOPED_TRACE(std::string(at.call) + (at.after ? ", answer lost" : ""));
    house.engine.trouble(at.call, {.fault = Fault::timeout, .after = at.after});
    house.engine.trouble("remove", {.fault = Fault::timeout});
    house.engine.trouble("remove_volume", {.fault = Fault::timeout});
    EXPECT_TRUE(house.refusal(house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("bot"))).kind);
    house.engine.heal();
    settle();
    expect_whole_or_nothing("bot", true);
  }
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  expect_whole_or_nothing("bot", false);
}

TEST_F(CleanupTest, AKilledCreationIsUndoneByTheNextStart) {
  for (const Point at : {Point{"create_volume", false}, Point{"create", false}, Point{"create", true},
                         Point{"upload", false}, Point{"upload", true}, Point{"start", false}}) {
    SCOPED_TRACE(std::string(at.call) + (at.after ? ", answer lost" : ""));
    house.engine.trouble(at.call, {.fault = Fault::timeout, .after = at.after});
    house.engine.trouble("inspect", {.fault = Fault::timeout});
    house.engine.trouble("remove_volume", {.fault = Fault::timeout});
    EXPECT_TRUE(house.refusal(house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("bot"))).kind);
    EXPECT_EQ(house.count("trinity_cleanup"), 1);
    house.engine.heal();
    as_if_killed();
    settle();
    expect_whole_or_nothing("bot", true);
  }
}

TEST_F(CleanupTest, ACreationKilledAfterItsLastStepIsKept) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  const auto nonce = house.engine.container("agent-bot")->labels.at("trinity.key-nonce");
  house.execute("INSERT INTO trinity_cleanup VALUES ('bot', 'creating', '" + nonce +
                "', 1, 1, 1, 't', 0, 0, NULL, '', 0)");
  settle();
  expect_whole_or_nothing("bot", false);
}

TEST_F(CleanupTest, ADeletionThatLosesTheEngineAtAnyStepEnds) {
  for (const Point at :
       {Point{"remove", false}, Point{"remove", true}, Point{"remove_volume", false}, Point{"remove_volume", true}}) {
    SCOPED_TRACE(std::string(at.call) + (at.after ? ", answer lost" : ""));
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    house.engine.trouble(at.call, {.fault = Fault::timeout, .after = at.after});
    (void)house.refusal(house.service.remove(house.call, AgentHouse::ann(), "bot"));
    EXPECT_EQ(house.count("trinity_cleanup"), 1);
    house.engine.heal();
    settle();
    expect_whole_or_nothing("bot", true);
  }
}

TEST_F(CleanupTest, ARefusedDeletionLeavesTheWholeAgent) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  for (const auto* call : {"stop", "remove"}) {
    house.engine.trouble(call, {.fault = Fault::failed});
    EXPECT_TRUE(house.refusal(house.service.remove(house.call, AgentHouse::ann(), "bot")).kind);
    house.engine.heal();
    settle();
    expect_whole_or_nothing("bot", false);
  }
}

TEST_F(CleanupTest, ANameWaitsForTheDataOfTheAgentBefore) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  house.engine.trouble("remove_volume", {.fault = Fault::conflict});
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  const auto refused = house.refusal(house.service.create(house.call, AgentHouse::bob(), AgentHouse::named("bot")));
  EXPECT_EQ(refused.kind, ErrorKind::conflict) << "it would find ann's data";
  house.engine.heal();
  house.create(AgentHouse::bob(), AgentHouse::named("bot"));
  expect_whole_or_nothing("bot", false);
}

TEST_F(CleanupTest, AnAgentWhoseDeletionHasBegunIsNotStarted) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  house.engine.trouble("remove", {.fault = Fault::timeout});
  EXPECT_EQ(house.refusal(house.service.remove(house.call, AgentHouse::ann(), "bot")).kind, ErrorKind::unavailable);
  EXPECT_EQ(house.refusal(house.service.start(house.call, AgentHouse::ann(), "bot")).kind, ErrorKind::conflict);
  house.engine.heal();
  settle();
  expect_whole_or_nothing("bot", true);
}

/// The engine was asked for a container and nobody heard its answer: it may bring it after the clean-up has looked.
class LateContainerTest : public testing::Test {
 protected:
  LateContainerTest() {
    EXPECT_TRUE(house.house.start_and_load());
    house.engine.trouble("create", {.fault = Fault::timeout});
    EXPECT_TRUE(house.refusal(house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("bot"))).kind);
    house.engine.heal();
  }
  void settle() { house.run(house.service.clean_up(house.call, true)); }

  static constexpr std::chrono::milliseconds late{300};
  AgentHouse house{std::make_shared<test::FakeEngine>(), late};
};

TEST_F(LateContainerTest, IsTakenAwayWithItsVolumes) {
  EXPECT_EQ(house.count("agent_ownership"), 0) << "nobody sees half an agent meanwhile";
  settle();
  EXPECT_EQ(house.count("trinity_cleanup"), 1);
  EXPECT_EQ(house.refusal(house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("bot"))).kind,
            ErrorKind::conflict);
  auto job = [](db::Session& session) {
    return std::get<0>(*session.query("SELECT mark FROM trinity_cleanup").one<std::string>());
  };
  const auto mark = house.database.read_now(house.call, std::move(job));
  house.engine.add("bot", "created", {{fleet::label::key_nonce, mark}});
  // The engine makes what its container names.
  house.engine.add_volume("agent-bot-workspace", {});
  settle();
  EXPECT_FALSE(house.engine.container("agent-bot"));
  EXPECT_TRUE(house.engine.volume_names().empty());
  EXPECT_EQ(house.count("trinity_cleanup"), 0);
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
}

TEST_F(LateContainerTest, IsNotWaitedForWithoutEnd) {
  settle();
  EXPECT_EQ(house.count("trinity_cleanup"), 1);
  std::this_thread::sleep_for(late);
  settle();
  EXPECT_EQ(house.count("trinity_cleanup"), 0);
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
}

TEST_F(LateContainerTest, OfSomebodyElseStays) {
  house.engine.add("bot", "created", {{fleet::label::key_nonce, "another"}});
  settle();
  std::this_thread::sleep_for(late);
  settle();
  EXPECT_TRUE(house.engine.container("agent-bot"));
}

TEST_F(CleanupTest, AVolumeThatWasThereBeforeStays) {
  house.engine.add_volume("agent-bot-workspace", {});
  house.engine.trouble("start", {.fault = Fault::failed});
  EXPECT_TRUE(house.refusal(house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("bot"))).kind);
  settle();
  EXPECT_TRUE(house.engine.volume_names().contains("agent-bot-workspace"));
  EXPECT_FALSE(house.engine.volume_names().contains("agent-bot-data"));
}

TEST_F(CleanupTest, TriesComeWithGrowingPauses) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  house.engine.trouble("remove_volume", {.fault = Fault::failed});
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  for (int i = 0; i < 12; ++i) settle();
  EXPECT_EQ(house.count("trinity_cleanup", "attempts = 13 AND next_try - strftime('%s', 'now') BETWEEN 290 AND 301"),
            1);
  const auto before = house.engine.calls("remove_volume");
  house.run(house.service.clean_up(house.call, false));
  EXPECT_EQ(house.engine.calls("remove_volume"), before) << "its time has not come";
  // The clock was a day ahead when the row was put off.
  house.execute("UPDATE trinity_cleanup SET next_try = next_try + 86400");
  house.engine.heal();
  house.run(house.service.clean_up(house.call, false));
  EXPECT_EQ(house.count("trinity_cleanup"), 0);
}

}  // namespace
}  // namespace trinity::agents
