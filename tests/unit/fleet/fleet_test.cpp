#include "fleet/fleet.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "base/errors.h"
#include "support/fleet_house.h"
#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::FakeEngine;
using test::FleetHouse;
using test::run_on;
using test::Trouble;
using Kind = Change::Kind;

class FleetTest : public testing::Test {
 protected:
  FleetHouse& open(FleetOptions options = FleetHouse::quick_options()) {
    house = std::make_unique<FleetHouse>(engine, std::move(options));
    return *house;
  }
  static FleetOptions with_reconcile(std::chrono::milliseconds every) {
    auto options = FleetHouse::quick_options();
    options.reconcile_every = every;
    return options;
  }
  static Task<> apply(Fleet* fleet, std::vector<Action> actions) { co_await fleet->applied(std::move(actions)); }
  std::size_t count(Kind kind, const std::string& name) {
    std::size_t found = 0;
    for (const auto& one : house->changes()) found += one.kind == kind && one.name == name ? 1 : 0;
    return found;
  }

  std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
  std::unique_ptr<FleetHouse> house;
};

TEST_F(FleetTest, TheFirstListIsCompleteWithItsMetadata) {
  for (int i = 0; i < 30; ++i) engine->add("bot" + std::to_string(i), i % 3 == 0 ? "exited" : "running");
  engine->add("foreign", "running", {{label::instance, "another"}});
  open();
  house->metadata.set("bot1", test::owned_by(5));
  ASSERT_TRUE(house->start_and_load());
  const auto snapshot = house->newest();
  EXPECT_EQ(snapshot->entries.size(), 30U);
  EXPECT_FALSE(snapshot->find("foreign")) << "only this instance's containers";
  EXPECT_TRUE(snapshot->engine.reachable);
  EXPECT_EQ(house->status("bot0"), "stopped");
  EXPECT_EQ(house->status("bot1"), "running");
  EXPECT_EQ(snapshot->find("bot1")->agent->metadata->owner_id, 5);
  for (const auto& change : house->changes()) {
    if (change.name == "bot1") {
      EXPECT_EQ(change.kind, Kind::created) << "never shown without its owner";
    }
  }
}

TEST_F(FleetTest, AnEventReachesEveryIoThread) {
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->add("bot");
  ASSERT_TRUE(house->becomes("bot", "running"));
  for (std::size_t i = 0; i < house->io.size(); ++i) {
    EXPECT_TRUE(eventually([&] { return house->held_by(i)->find("bot") != nullptr; })) << i;
  }
  engine->die("agent-bot", 137);
  ASSERT_TRUE(house->becomes("bot", "stopped"));
  engine->destroy("agent-bot");
  ASSERT_TRUE(house->becomes("bot", ""));
  for (std::size_t i = 0; i < house->io.size(); ++i) {
    EXPECT_TRUE(eventually([&] { return house->held_by(i)->find("bot") == nullptr; })) << i;
  }
}

TEST_F(FleetTest, ReadersNeverHoldNothing) {
  open();
  house->io.start();
  EXPECT_TRUE(house->held_by(0));
  EXPECT_FALSE(house->held_by(0)->loaded);
}

TEST_F(FleetTest, ADeathIsToldOnceWithItsCode) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  house->forget_changes();
  engine->die("agent-bot", 137, true);
  ASSERT_TRUE(house->becomes("bot", "stopped"));
  ASSERT_TRUE(eventually([&] { return house->newest()->find("bot")->agent->oom_killed; })) << "seen by inspect";
  EXPECT_EQ(count(Kind::status, "bot"), 1U);
  EXPECT_EQ(house->changes().front().reason, "oom");
  EXPECT_EQ(house->newest()->find("bot")->agent->exit_code, 137);
}

TEST_F(FleetTest, ARestartByPolicyEndsRunning) {
  const auto id = engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  const auto first = house->newest()->find("bot")->agent->pid;
  for (int i = 0; i < 20; ++i) {
    engine->restart("agent-bot");
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 4));
  }
  const auto pid = engine->container(id)->pid;
  EXPECT_NE(pid, first);
  EXPECT_TRUE(eventually([&] {
    const auto snapshot = house->newest();
    return snapshot->find("bot") && snapshot->find("bot")->agent->pid == pid;
  }));
  EXPECT_EQ(house->status("bot"), "running");
}

TEST_F(FleetTest, AnEventFromBeforeTheStartIsNoDeath) {
  const auto id = engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  house->forget_changes();
  const auto started = *engine->container(id)->started_at;
  engine::Event late;
  late.type = "container";
  late.action = "die";
  late.id = id;
  late.attributes = engine->container(id)->labels;
  late.attributes["exitCode"] = "143";
  late.time_nano = std::chrono::nanoseconds((started - 50ms).time_since_epoch()).count();
  engine->push(late);
  engine->add("after");  // comes behind it in the stream
  ASSERT_TRUE(house->becomes("after", "running"));
  EXPECT_EQ(count(Kind::status, "bot"), 0U);
  EXPECT_EQ(house->status("bot"), "running");
}

TEST_F(FleetTest, ARemovalInPodmansWordsIsOne) {
  const auto id = engine->add("bot", "exited");
  open();
  ASSERT_TRUE(house->start_and_load());
  engine::Event removal;
  removal.type = "container";
  removal.action = "remove";
  removal.id = id;
  removal.attributes = engine->container(id)->labels;
  removal.time_nano = engine->last_event_nano() + 1;
  engine->push(removal);
  EXPECT_TRUE(house->becomes("bot", ""));
}

TEST_F(FleetTest, LostEventsAreRepaired) {
  engine->add("dies");
  engine->add("goes");
  open(with_reconcile(50ms));
  ASSERT_TRUE(house->start_and_load());
  engine->lose_events(true);
  engine->die("agent-dies", 1);
  engine->destroy("agent-goes");
  engine->add("comes");
  EXPECT_TRUE(house->becomes("dies", "stopped"));
  EXPECT_TRUE(house->becomes("goes", ""));
  EXPECT_TRUE(house->becomes("comes", "running"));
}

TEST_F(FleetTest, AContainerMadeDuringASlowListIsKept) {
  open(with_reconcile(30ms));
  ASSERT_TRUE(house->start_and_load());
  engine->trouble("list", {.delay = 100ms});
  const auto before = engine->calls("list");
  ASSERT_TRUE(eventually([&] { return engine->calls("list") > before; }));
  for (int i = 0; i < 5; ++i) {
    engine->add("bot" + std::to_string(i));
    ASSERT_TRUE(house->becomes("bot" + std::to_string(i), "running"));
    const auto lists = engine->calls("list");
    ASSERT_TRUE(eventually([&] { return engine->calls("list") >= lists + 2; })) << "old lists have come in";
  }
  for (const auto& change : house->changes()) EXPECT_NE(change.kind, Kind::deleted) << change.name;
}

TEST_F(FleetTest, ADeadEngineKeepsTheLastKnownState) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  const auto before = now();
  engine->down(true);
  ASSERT_TRUE(eventually([&] { return !house->newest()->engine.reachable; }));
  const auto lost = house->newest();
  EXPECT_TRUE(lost->find("bot"));
  EXPECT_EQ(house->status("bot"), "running");
  EXPECT_GE(lost->engine.since, before);
  EXPECT_LE(lost->engine.since, now());
  // Several failing probes later it is still the same trouble.
  const auto probes = engine->calls("negotiate");
  ASSERT_TRUE(eventually([&] { return engine->calls("negotiate") >= probes + 3; }));
  EXPECT_EQ(house->newest()->engine.since, lost->engine.since);

  engine->lose_events(true);  // while it was away, nobody told anything
  engine->die("agent-bot", 1);
  engine->add("new");
  const auto checkpoint = engine->last_event_nano();
  engine->down(false);
  ASSERT_TRUE(eventually([&] { return house->newest()->engine.reachable; }));
  EXPECT_TRUE(house->becomes("bot", "stopped"));
  EXPECT_TRUE(house->becomes("new", "running"));
  ASSERT_TRUE(eventually([&] { return engine->checkpoints().size() >= 2; }));
  EXPECT_LE(engine->checkpoints().back(), checkpoint) << "the stream begins where the last one ended";
  EXPECT_GE(engine->checkpoints().back(), engine->checkpoints().front());
}

TEST_F(FleetTest, AStreamThatBreaksGoesOnFromTheCheckpoint) {
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->add("one");
  ASSERT_TRUE(house->becomes("one", "running"));
  const auto newest = engine->last_event_nano();
  engine->cut_streams();
  engine->add("two");
  ASSERT_TRUE(house->becomes("two", "running"));
  ASSERT_TRUE(eventually([&] { return engine->checkpoints().size() == 2; }));
  EXPECT_EQ(engine->checkpoints()[1], newest);
  for (const auto& change : house->changes()) {
    if (change.kind == Kind::engine) {
      EXPECT_TRUE(house->newest()->engine.reachable);
    }
  }
  std::size_t health_changes = 0;
  for (const auto& change : house->changes()) health_changes += change.kind == Kind::engine ? 1 : 0;
  EXPECT_EQ(health_changes, 1U) << "a broken stream is no broken engine";
}

TEST_F(FleetTest, AnEngineThatHangsIsNoticed) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->trouble("negotiate", {.hang = true});
  engine->trouble("list", {.hang = true});
  ASSERT_TRUE(eventually([&] { return !house->newest()->engine.reachable; }));
  EXPECT_EQ(house->status("bot"), "running");
  engine->heal();
  EXPECT_TRUE(eventually([&] { return house->newest()->engine.reachable; }));
}

TEST_F(FleetTest, OneStuckContainerDelaysNoOther) {
  engine->add("stuck");
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->limit(20s);
  engine->trouble("inspect", {.hang = true, .container = "agent-stuck"});
  engine->set_state("agent-stuck", "paused");
  ASSERT_TRUE(eventually([&] { return engine->calls("inspect") >= 2; }));
  for (int i = 0; i < 20; ++i) engine->add("bot" + std::to_string(i));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(house->becomes("bot" + std::to_string(i), "running"));
  EXPECT_TRUE(house->newest()->engine.reachable);
  EXPECT_EQ(house->status("stuck"), "running") << "the last known state";
  engine->heal();
}

TEST_F(FleetTest, AStuckContainerIsNoDeadEngine) {
  engine->add("stuck");
  engine->limit(20ms);
  engine->trouble("inspect", {.hang = true, .container = "agent-stuck"});
  engine->add("good");
  open(with_reconcile(30ms));
  ASSERT_TRUE(house->start_and_load());
  const auto asked = engine->calls("inspect");
  ASSERT_TRUE(eventually([&] { return engine->calls("inspect") >= asked + 3; }));
  for (const auto& change : house->changes()) {
    if (change.kind == Kind::engine) {
      EXPECT_TRUE(house->newest()->engine.reachable);
    }
  }
  std::size_t health_changes = 0;
  for (const auto& change : house->changes()) health_changes += change.kind == Kind::engine ? 1 : 0;
  EXPECT_EQ(health_changes, 1U) << "reachable from the first answer on";
  engine->heal();
  EXPECT_TRUE(house->becomes("stuck", "running")) << "the next look at the list asks again";
}

TEST_F(FleetTest, AContainerThatTheEngineFailsToTellIsShownAsListed) {
  const auto bad = engine->add("bad");
  engine->add("good");
  engine->trouble("inspect", {.fault = engine::Fault::failed, .container = "agent-bad"});
  open(with_reconcile(30ms));
  ASSERT_TRUE(house->start_and_load());
  EXPECT_EQ(house->status("good"), "running");
  EXPECT_EQ(house->status("bad"), "running");
  EXPECT_EQ(house->newest()->find("bad")->agent->pid, 0);
  EXPECT_TRUE(house->newest()->engine.reachable);
  engine->lose_events(true);
  engine->die("agent-bad", 3);
  ASSERT_TRUE(house->becomes("bad", "stopped")) << "the list still tells the state";
  EXPECT_FALSE(house->newest()->find("bad")->agent->exit_code);
  engine->heal();
  EXPECT_TRUE(eventually([&] { return house->newest()->find("bad")->agent->exit_code == 3; }));
  EXPECT_EQ(house->newest()->find("bad")->agent->container_id, bad);
}

TEST_F(FleetTest, AContainerThatVanishesWhileItIsAskedForIsGone) {
  engine->add("stays");
  open();
  ASSERT_TRUE(house->start_and_load());
  auto fake = engine;
  std::atomic<bool> done = false;
  engine->on_inspect([fake, &done](const std::string& id) {
    const auto container = fake->container(id);
    if (container && container->name == "agent-brief" && !done.exchange(true)) fake->destroy(id);
  });
  engine->add("brief");
  ASSERT_TRUE(eventually([&] { return done.load(); }));
  engine->on_inspect(nullptr);
  engine->add("after");
  ASSERT_TRUE(house->becomes("after", "running"));
  EXPECT_EQ(house->status("brief"), "");
  EXPECT_EQ(count(Kind::created, "brief"), 0U) << "a ghost was shown";
}

TEST_F(FleetTest, MetadataThatCannotBeReadIsTriedAgain) {
  engine->add("bot");
  open();
  house->metadata.set("bot", test::owned_by(5));
  house->metadata.fail(1);
  ASSERT_TRUE(house->start_and_load());
  EXPECT_EQ(house->metadata.loads(), 2);
  ASSERT_TRUE(house->newest()->find("bot"));
  EXPECT_TRUE(house->newest()->find("bot")->agent->metadata);
}

TEST_F(FleetTest, RowsOfAnotherProgramAreReadAnew) {
  engine->add("bot");
  open();
  house->metadata.set("bot", test::owned_by(5));
  ASSERT_TRUE(house->start_and_load());
  const auto before = house->metadata.loads();
  house->metadata.set("bot", test::owned_by(6));
  house->metadata.fail(1);
  house->fleet.reload();
  ASSERT_TRUE(eventually([&] { return house->newest()->find("bot")->agent->metadata->owner_id == 6; }));
  EXPECT_EQ(house->metadata.loads(), before + 2) << "what fails is tried again";
  EXPECT_EQ(count(Kind::updated, "bot"), 1U);
}

TEST_F(FleetTest, ManyCallsForTheSameReadingsMakeFew) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  const auto before = house->metadata.loads();
  house->on_fleet([&] {
    for (int i = 0; i < 100; ++i) house->fleet.reload();
  });
  ASSERT_TRUE(eventually([&] { return house->metadata.loads() > before; }));
  house->metadata.set("bot", test::owned_by(6));
  house->fleet.reload();
  ASSERT_TRUE(eventually([&] {
    const auto& metadata = house->newest()->find("bot")->agent->metadata;
    return metadata && metadata->owner_id == 6;
  }));
  EXPECT_LE(house->metadata.loads(), before + 4);
}

TEST_F(FleetTest, WhatIsToldIsAppliedInTurnAndSeenAfterApplied) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  for (int i = 1; i <= 100; ++i) house->fleet.tell({MetadataChanged{"bot", test::owned_by(i)}});
  run_on(house->io[0], house->fleet.applied({}));
  for (std::size_t i = 0; i < house->io.size(); ++i)
    EXPECT_EQ(house->held_by(i)->find("bot")->agent->metadata->owner_id, 100);
}

/// Runs on the thread whose snapshot it reads; awaiting a post alone would come back on the caller's own.
Task<SnapshotPtr> held_here(FleetHouse* house) {
  const auto here = co_await asio::this_coro::executor;
  co_return house->fleet.snapshot(here);
}

/// Changes on one thread, reads on all: whatever was answered is seen.
Task<> change_and_read(FleetHouse* house, std::string name, int times, std::atomic<int>* missed) {
  for (int i = 1; i <= times; ++i) {
    std::vector<Action> actions{MetadataChanged{name, test::owned_by(i)}};
    co_await house->fleet.applied(std::move(actions));
    for (std::size_t other = 0; other < house->io.size(); ++other) {
      auto executor = house->io[other].get_executor();
      auto read = held_here(house);
      const auto snapshot = co_await asio::co_spawn(executor, std::move(read), use_awaitable);
      const auto* entry = snapshot->find(name);
      if (!entry || !entry->agent->metadata || entry->agent->metadata->owner_id != i) missed->fetch_add(1);
    }
  }
}

TEST_F(FleetTest, WhatWasAnsweredIsSeenByEveryReader) {
  engine->add("one");
  engine->add("two");
  open();
  ASSERT_TRUE(house->start_and_load());
  std::atomic<int> missed = 0;
  auto first = asio::co_spawn(house->io[0], change_and_read(house.get(), "one", 2'000, &missed), asio::use_future);
  auto second = asio::co_spawn(house->io[1], change_and_read(house.get(), "two", 2'000, &missed), asio::use_future);
  ASSERT_EQ(first.wait_for(120s), std::future_status::ready);
  ASSERT_EQ(second.wait_for(120s), std::future_status::ready);
  first.get();
  second.get();
  EXPECT_EQ(missed.load(), 0);
}

/// Changes and looks at what was reckoned from the change meanwhile.
Task<> change_and_reckon(FleetHouse* house, int times, const std::atomic<std::int64_t>* reckoned, int* missed) {
  for (int i = 1; i <= times; ++i) {
    std::vector<Action> actions{MetadataChanged{"bot", test::owned_by(i)}};
    co_await house->fleet.applied(std::move(actions));
    if (reckoned->load() != i) ++*missed;
  }
}

TEST_F(FleetTest, WhatIsReckonedBeforeAPublicationIsThereWhenItsWaiterGoesOn) {
  engine->add("bot");
  open();
  std::atomic<std::int64_t> reckoned = 0;
  house->fleet.before_publication([&](const Publication& publication) {
    const auto* entry = publication.snapshot->find("bot");
    if (entry && entry->agent->metadata) reckoned = entry->agent->metadata->owner_id;
  });
  ASSERT_TRUE(house->start_and_load());
  int missed = 0;
  run_on(house->io[0], change_and_reckon(house.get(), 2'000, &reckoned, &missed));
  EXPECT_EQ(missed, 0);
}

TEST_F(FleetTest, AppliedWithoutADifferenceStillAnswers) {
  open();
  ASSERT_TRUE(house->start_and_load());
  std::vector<Action> nothing;
  EXPECT_NO_THROW(run_on(house->io[0], apply(&house->fleet, nothing)));
  std::vector<Action> same{Expected{"nobody", "user"}, ContainerGone{"nothing"}};
  EXPECT_NO_THROW(run_on(house->io[1], apply(&house->fleet, same)));
}

TEST_F(FleetTest, AppliedWithAnIoThreadThatIsStuckSaysSo) {
  open();
  ASSERT_TRUE(house->start_and_load());
  std::promise<void> release;
  auto released = release.get_future().share();
  asio::post(house->io[2], [released] { released.wait(); });
  std::vector<Action> actions{MetadataChanged{"bot", test::owned_by(1)}};
  EXPECT_THROW(run_on(house->io[0], apply(&house->fleet, std::move(actions))), TimedOut);
  release.set_value();
}

TEST_F(FleetTest, ACreationUnderWayIsNotShown) {
  open();
  ASSERT_TRUE(house->start_and_load());
  std::vector<Action> begun{Creating{"bot", true}, MetadataChanged{"bot", test::owned_by(3)}};
  run_on(house->io[0], apply(&house->fleet, std::move(begun)));
  engine->add("bot");
  engine->add("other");
  ASSERT_TRUE(house->becomes("other", "running"));
  EXPECT_EQ(house->status("bot"), "");
  std::vector<Action> ended{Creating{"bot", false}};
  run_on(house->io[0], apply(&house->fleet, std::move(ended)));
  EXPECT_TRUE(house->becomes("bot", "running"));
  EXPECT_EQ(count(Kind::created, "bot"), 1U);
}

TEST_F(FleetTest, FiguresComeFromTheEngineWhereTheHostShowsNone) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  const auto figures = [&] { return house->newest()->find("bot")->figures; };
  ASSERT_TRUE(eventually([&] { return figures() != nullptr; }));
  EXPECT_EQ(figures()->sample.memory_bytes, 50'000'000U);
  EXPECT_EQ(figures()->sample.memory_percent, 50);
  EXPECT_GE(house->sampled(), 1);
  const auto asked = engine->calls("statistics");
  EXPECT_TRUE(eventually([&] { return engine->calls("statistics") >= asked + 3; }));
}

TEST_F(FleetTest, AnEngineWithoutFiguresIsNotSlowedDown) {
  engine->trouble("statistics", {.hang = true});
  for (int i = 0; i < 10; ++i) engine->add("bot" + std::to_string(i));
  open();
  ASSERT_TRUE(house->start_and_load());
  ASSERT_TRUE(eventually([&] { return engine->calls("statistics") >= 4; }));
  EXPECT_TRUE(house->newest()->engine.reachable);
  engine->die("agent-bot1", 0);
  EXPECT_TRUE(house->becomes("bot1", "stopped"));
}

TEST_F(FleetTest, StoppingLeavesNothingBehind) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  EXPECT_EQ(engine->open_streams(), 1);
  EXPECT_TRUE(house->stop(5s)) << "something of the fleet goes on";
  EXPECT_EQ(engine->open_streams(), 0);
}

TEST_F(FleetTest, StoppingWithADeadEngineEndsToo) {
  engine->down(true);
  open();
  house->start();
  ASSERT_TRUE(eventually([&] { return house->newest() && house->newest()->engine.since != Time{}; }));
  EXPECT_FALSE(house->newest()->engine.reachable);
  EXPECT_FALSE(house->newest()->loaded);
  EXPECT_TRUE(house->stop(5s));
}

TEST_F(FleetTest, AFirstListWithAStuckContainerIsShownSoon) {
  engine->add("stuck");
  engine->add("good");
  engine->limit(20s);
  engine->trouble("inspect", {.hang = true, .container = "agent-stuck"});
  open();
  const auto begun = steady_now();
  ASSERT_TRUE(house->start_and_load());
  EXPECT_LT(steady_now() - begun, 3s);
  EXPECT_EQ(house->status("good"), "running");
  EXPECT_EQ(house->status("stuck"), "running") << "as listed";
  engine->heal();
  EXPECT_TRUE(eventually([&] { return house->newest()->find("stuck")->agent->pid != 0; }));
}

/// An engine whose /version answers and whose list does not: the age must not claim more than is known.
TEST_F(FleetTest, AListThatFailsMakesTheStateOldButNotTheEngineDead) {
  engine->add("bot");
  open(with_reconcile(30ms));
  ASSERT_TRUE(house->start_and_load());
  for (const auto fault : {engine::Fault::failed, engine::Fault::timeout}) {
    engine->trouble("list", {.fault = fault});
    const auto asked = engine->calls("list");
    ASSERT_TRUE(eventually([&] { return engine->calls("list") >= asked + 1; }));
    std::this_thread::sleep_for(50ms);
    const auto confirmed = house->newest()->engine.confirmed_at;
    const auto probes = engine->calls("negotiate");
    ASSERT_TRUE(eventually([&] { return engine->calls("negotiate") >= probes + 3; }));
    EXPECT_EQ(house->newest()->engine.confirmed_at, confirmed);
    EXPECT_TRUE(house->newest()->engine.reachable);
    engine->heal();
    EXPECT_TRUE(eventually([&] { return house->newest()->engine.confirmed_at > confirmed; }));
  }
  std::size_t health_changes = 0;
  for (const auto& change : house->changes()) health_changes += change.kind == Kind::engine ? 1 : 0;
  EXPECT_EQ(health_changes, 1U);
}

TEST_F(FleetTest, AnEngineThatAnswersWithoutAListIsNotFollowed) {
  engine->add("bot");
  engine->trouble("list", {.fault = engine::Fault::failed});
  open();
  house->start();
  ASSERT_TRUE(eventually([&] { return engine->calls("list") >= 3; }));
  EXPECT_FALSE(house->newest()->loaded);
  EXPECT_FALSE(house->newest()->engine.reachable);
  std::size_t health_changes = 0;
  for (const auto& change : house->changes()) health_changes += change.kind == Kind::engine ? 1 : 0;
  EXPECT_EQ(health_changes, 1U) << "it does not come and go with every probe";
  engine->heal();
  EXPECT_TRUE(house->becomes("bot", "running"));
  EXPECT_TRUE(eventually([&] { return house->newest()->engine.reachable; }));
}

/// It ran before and runs now, but as another process: the list shows no difference.
TEST_F(FleetTest, ARestartWhileNobodyListenedIsSeen) {
  const auto id = engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->lose_events(true);
  engine->down(true);
  engine->restart("agent-bot");
  engine->down(false);
  const auto pid = engine->container(id)->pid;
  EXPECT_TRUE(eventually([&] { return house->newest()->find("bot")->agent->pid == pid; }));
}

TEST_F(FleetTest, ARestartWithoutAnyEventIsFoundByLookingAround) {
  const auto id = engine->add("bot");
  open(with_reconcile(30ms));
  ASSERT_TRUE(house->start_and_load());
  engine->lose_events(true);
  engine->restart("agent-bot");
  const auto pid = engine->container(id)->pid;
  EXPECT_TRUE(eventually([&] { return house->newest()->find("bot")->agent->pid == pid; }));
}

TEST_F(FleetTest, AClockThatIsSetBackLosesNothing) {
  engine->set_clock_ahead(3h);
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->add("early");
  ASSERT_TRUE(house->becomes("early", "running"));
  engine->set_clock_ahead(0ms);
  engine->die("agent-bot", 7);
  ASSERT_TRUE(house->becomes("bot", "stopped")) << "the end bears a time before the start";
  ASSERT_TRUE(eventually([&] { return house->newest()->find("bot")->agent->exit_code == 7; }));
  // The next stream begins at the clock as it is now, not three hours later.
  const auto newest = engine->last_event_nano();
  const auto streams = engine->checkpoints().size();
  engine->cut_streams();
  engine->add("next");
  ASSERT_TRUE(house->becomes("next", "running"));
  ASSERT_TRUE(eventually([&] { return engine->checkpoints().size() > streams; }));
  EXPECT_LE(engine->checkpoints().back(), newest);
  EXPECT_GT(engine->checkpoints().back(), newest - 60'000'000'000);
}

TEST_F(FleetTest, AClockThatIsSetForwardLosesNothing) {
  engine->add("bot");
  open();
  ASSERT_TRUE(house->start_and_load());
  engine->set_clock_ahead(-48h);
  engine->die("agent-bot", 7);
  ASSERT_TRUE(house->becomes("bot", "stopped"));
  engine->set_clock_ahead(24h * 365);
  engine->add("later");
  ASSERT_TRUE(house->becomes("later", "running"));
  engine->cut_streams();
  engine->set_clock_ahead(0ms);
  engine->add("now");
  EXPECT_TRUE(house->becomes("now", "running"));
  engine->destroy("agent-later");
  EXPECT_TRUE(house->becomes("later", ""));
}

TEST_F(FleetTest, ThousandsOfContainersComeInTimeAndChangesAmongThemAtOnce) {
  for (int i = 0; i < 2'000; ++i) engine->add("bot" + std::to_string(i));
  open();
  const auto begun = steady_now();
  house->start();
  ASSERT_TRUE(eventually([&] { return house->loaded(); }, 60s));
  EXPECT_EQ(house->newest()->entries.size(), 2'000U) << "those without details as they are listed";
  engine->add("new");
  ASSERT_TRUE(house->becomes("new", "running"));
  ASSERT_TRUE(eventually(
      [&] {
        const auto snapshot = house->newest();
        return std::ranges::all_of(snapshot->entries, [](const auto& entry) { return entry.agent->pid != 0; });
      },
      60s));
  RecordProperty("milliseconds", static_cast<int>((steady_now() - begun) / 1ms));
  for (const auto& change : house->changes()) {
    EXPECT_TRUE(change.kind == Kind::created || change.kind == Kind::updated || change.kind == Kind::engine)
        << change.name << ": details that come later are no start";
  }
}

// ---- adopt

/// A container of a deployment that knows no instances.
engine::ContainerDetail earlier(const std::string& id, const std::string& agent) {
  auto made = test::container(std::string(64 - id.size(), 'e') + id, agent, "running", 4'100'500'000);
  made.name = "agent-" + agent;
  return made;
}

TEST_F(FleetTest, AdoptTakesContainersWithoutAnInstance) {
  engine->add("ours");
  engine->add("theirs", "running", {{label::instance, "another"}});
  engine->add(earlier("1", "old"));
  auto unnamed = earlier("2", "unnamed");
  unnamed.labels.erase(label::agent_name);
  engine->add(unnamed);
  auto options = with_reconcile(30ms);
  options.adopt = true;
  open(options);
  ASSERT_TRUE(house->start_and_load());
  EXPECT_EQ(house->status("ours"), "running");
  EXPECT_EQ(house->status("old"), "running");
  EXPECT_EQ(house->newest()->entries.size(), 2U) << "not another instance's, nor one without an agent's name";
  // By event, by death, by destruction.
  engine->add(earlier("3", "newer"));
  engine->add("foreign", "running", {{label::instance, "another"}});
  ASSERT_TRUE(house->becomes("newer", "running"));
  engine->die("agent-old", 4);
  ASSERT_TRUE(house->becomes("old", "stopped"));
  engine->destroy("agent-newer");
  ASSERT_TRUE(house->becomes("newer", ""));
  engine->die("agent-theirs", 0);
  const auto lists = engine->calls("list");
  ASSERT_TRUE(eventually([&] { return engine->calls("list") >= lists + 2; }));
  EXPECT_EQ(house->newest()->entries.size(), 2U);
}

TEST_F(FleetTest, WithoutAdoptOtherContainersAreNobodysBusiness) {
  engine->add(earlier("1", "old"));
  open(with_reconcile(30ms));
  ASSERT_TRUE(house->start_and_load());
  engine->add(earlier("2", "newer"));
  engine->add("ours");
  ASSERT_TRUE(house->becomes("ours", "running"));
  EXPECT_EQ(house->newest()->entries.size(), 1U);
}

}  // namespace
}  // namespace trinity::fleet
