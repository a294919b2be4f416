#include "fleet/model.h"

#include <gtest/gtest.h>

#include <set>

#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using test::container;
using test::listed;
using test::owned_by;
using test::steady;
using test::wall;
using Kind = Change::Kind;

class ModelTest : public testing::Test {
 protected:
  /// Changes since the last look.
  std::vector<Change> changes() {
    auto publication = model.take();
    snapshot = publication.snapshot;
    return std::move(publication.changes);
  }
  Change only_change() {
    auto all = changes();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Change{} : all.front();
  }
  void run(const std::string& id, const std::string& name, std::int64_t pid = 100) {
    model.seen(container(id, name, "running", pid), "unknown", steady(0));
  }
  const Snapshot::Entry* entry(const std::string& name) {
    changes();
    return snapshot->find(name);
  }

  Model model{test::network};
  SnapshotPtr snapshot;
};

TEST_F(ModelTest, AContainerAppearsChangesAndGoes) {
  run("c1", "bot");
  auto change = only_change();
  EXPECT_EQ(change.kind, Kind::created);
  EXPECT_EQ(change.name, "bot");
  EXPECT_FALSE(change.before);
  ASSERT_TRUE(change.after);
  EXPECT_EQ(change.after->status, "running");

  model.metadata("bot", owned_by(3));
  change = only_change();
  EXPECT_EQ(change.kind, Kind::updated);
  EXPECT_EQ(change.after->metadata->owner_id, 3);

  model.seen(container("c1", "bot", "exited"), "unknown", steady(1));
  change = only_change();
  EXPECT_EQ(change.kind, Kind::status);
  EXPECT_EQ(change.before->status, "running");
  EXPECT_EQ(change.after->status, "stopped");

  model.gone("c1");
  change = only_change();
  EXPECT_EQ(change.kind, Kind::deleted);
  EXPECT_TRUE(change.before);
  EXPECT_FALSE(change.after);
  EXPECT_TRUE(snapshot->entries.empty());
  EXPECT_FALSE(snapshot->find("bot"));
}

TEST_F(ModelTest, TheSameFactsTwiceChangeNothing) {
  run("c1", "bot");
  model.metadata("bot", owned_by(3));
  model.engine(true, wall(1));
  changes();
  run("c1", "bot");
  model.metadata("bot", owned_by(3));
  model.metadata({{"bot", owned_by(3)}});
  model.creating("bot", false);
  model.engine(true, wall(2));
  model.expect("bot", "user", steady(0));
  model.oom("nobody");
  model.gone("nobody");
  model.died("nobody", 5, 1, steady(0));
  model.figures("nobody", std::make_shared<Figures>());
  EXPECT_FALSE(model.dirty());
  EXPECT_TRUE(changes().empty());
}

TEST_F(ModelTest, AStopOfAUserKeepsItsReasonWhoeverReportsIt) {
  run("c1", "bot");
  changes();
  model.expect("bot", "user", steady(10));
  model.died("c1", 100, std::nullopt, steady(11));
  EXPECT_EQ(only_change().reason, "user");
}

TEST_F(ModelTest, TheCodeOfAUsersStopHasItsReasonToo) {
  run("c1", "bot");
  model.expect("bot", "user", steady(10));
  model.died("c1", 100, std::nullopt, steady(11));
  changes();
  model.died("c1", 0, 143, steady(11));
  EXPECT_EQ(only_change().reason, "user");
}

TEST_F(ModelTest, ACrashAfterAUsersStartIsACrash) {
  run("c1", "bot");
  model.died("c1", 0, 0, steady(0));
  changes();
  model.expect("bot", "user", steady(10));
  run("c1", "bot", 101);
  EXPECT_EQ(only_change().reason, "user");
  model.died("c1", 101, std::nullopt, steady(12));
  EXPECT_EQ(only_change().reason, "exit");
}

TEST_F(ModelTest, AnExpectationEndsAfterHalfAMinute) {
  run("c1", "bot");
  changes();
  model.expect("bot", "user", steady(10));
  model.died("c1", 100, std::nullopt, steady(41));
  EXPECT_EQ(only_change().reason, "exit");
}

TEST_F(ModelTest, AnExpectationIsOnlyForItsAgent) {
  run("c1", "bot");
  changes();
  model.expect("other", "user", steady(10));
  model.died("c1", 100, std::nullopt, steady(11));
  EXPECT_EQ(only_change().reason, "exit");
}

TEST_F(ModelTest, AStopThroughTheEngineIsSomebodysAlsoFromOutside) {
  run("c1", "bot");
  model.died("c1", 100, std::nullopt, steady(11));
  model.died("c1", 0, 143, steady(11));
  changes();
  model.stopped("c1");
  const auto change = only_change();
  EXPECT_EQ(change.kind, Kind::updated);
  EXPECT_EQ(change.after->reason, "user");
  EXPECT_EQ(change.after->exit_code, 143);
  model.stopped("c1");
  EXPECT_TRUE(changes().empty());
}

TEST_F(ModelTest, AStopOfOneThatRunsOrWasOutOfMemoryChangesNoReason) {
  run("c1", "bot");
  changes();
  model.stopped("c1");
  model.stopped("nobody");
  EXPECT_TRUE(changes().empty());
  model.oom("c1");
  model.died("c1", 0, 137, steady(1));
  changes();
  model.stopped("c1");
  EXPECT_TRUE(changes().empty());
}

TEST_F(ModelTest, TheEndAfterAStopFromOutsideIsItsOwn) {
  run("c1", "bot");
  model.died("c1", 0, 143, steady(1));
  model.stopped("c1");
  run("c1", "bot", 101);
  changes();
  model.died("c1", 101, 1, steady(9));
  EXPECT_EQ(only_change().reason, "exit");
}

TEST_F(ModelTest, OutOfMemoryIsTheReason) {
  run("c1", "bot");
  changes();
  model.oom("c1");
  model.died("c1", 0, 137, steady(1));
  const auto change = only_change();
  EXPECT_EQ(change.reason, "oom");
  EXPECT_EQ(change.after->exit_code, 137);
}

TEST_F(ModelTest, OutOfMemorySeenByInspectIsTheReason) {
  run("c1", "bot");
  changes();
  auto dead = container("c1", "bot", "exited");
  dead.oom_killed = true;
  dead.exit_code = 137;
  model.seen(dead, "unknown", steady(1));
  EXPECT_EQ(only_change().reason, "oom");
}

TEST_F(ModelTest, AnEarlierOutOfMemoryIsForgottenByTheNextRun) {
  run("c1", "bot");
  model.oom("c1");
  model.died("c1", 0, 137, steady(1));
  run("c1", "bot", 101);
  changes();
  model.died("c1", 101, std::nullopt, steady(2));
  EXPECT_EQ(only_change().reason, "exit");
}

TEST_F(ModelTest, DeathIsVisibleOnceThenTheCodeIsAdded) {
  run("c1", "bot");
  changes();
  model.died("c1", 100, std::nullopt, steady(1));
  auto change = only_change();
  EXPECT_EQ(change.kind, Kind::status);
  EXPECT_EQ(change.after->status, "stopped");
  EXPECT_FALSE(change.after->exit_code) << "nobody has told it yet";
  EXPECT_FALSE(change.after->started_at);

  model.died("c1", 0, 137, steady(1.1));
  change = only_change();
  EXPECT_EQ(change.kind, Kind::updated) << "the status was told already";
  EXPECT_EQ(change.after->exit_code, 137);

  auto dead = container("c1", "bot", "exited");
  dead.exit_code = 137;
  model.seen(dead, "unknown", steady(1.2));
  EXPECT_TRUE(changes().empty());
}

TEST_F(ModelTest, ACleanEndGetsItsCodeToo) {
  run("c1", "bot");
  model.died("c1", 100, std::nullopt, steady(1));
  changes();
  model.died("c1", 0, 0, steady(1));
  EXPECT_EQ(only_change().after->exit_code, 0);
}

TEST_F(ModelTest, TheEventWithoutProcessWatchSaysItAll) {
  run("c1", "bot");
  changes();
  model.died("c1", 0, 3, steady(1));
  const auto change = only_change();
  EXPECT_EQ(change.kind, Kind::status);
  EXPECT_EQ(change.after->exit_code, 3);
  EXPECT_EQ(change.reason, "exit");
}

TEST_F(ModelTest, AnInspectFromBeforeTheDeathIsIgnored) {
  run("c1", "bot");
  model.died("c1", 100, std::nullopt, steady(1));
  changes();
  run("c1", "bot", 100);
  EXPECT_TRUE(changes().empty());
  EXPECT_EQ(entry("bot")->agent->status, "stopped");
}

TEST_F(ModelTest, AnotherProcessRunsAgain) {
  run("c1", "bot");
  model.died("c1", 100, std::nullopt, steady(1));
  changes();
  run("c1", "bot", 101);
  const auto change = only_change();
  EXPECT_EQ(change.kind, Kind::status);
  EXPECT_EQ(change.after->status, "running");
  EXPECT_EQ(change.after->pid, 101);
}

TEST_F(ModelTest, ARestartThatNobodySawIsAStatusChange) {
  run("c1", "bot", 100);
  changes();
  run("c1", "bot", 101);
  EXPECT_EQ(only_change().kind, Kind::status);
}

TEST_F(ModelTest, DeathOfAnotherProcessIsIgnored) {
  run("c1", "bot", 100);
  changes();
  model.died("c1", 99, std::nullopt, steady(1));
  EXPECT_TRUE(changes().empty());
}

TEST_F(ModelTest, ALateEventOfAnEarlierRunDoesNotEndTheNewOne) {
  run("c1", "bot", 101);  // started at wall(101)
  changes();
  model.died("c1", 0, 143, steady(1), wall(100));
  EXPECT_TRUE(changes().empty());
  EXPECT_EQ(entry("bot")->agent->status, "running");
  model.died("c1", 0, 143, steady(1), wall(102));
  EXPECT_EQ(only_change().after->status, "stopped");
}

TEST_F(ModelTest, WhatIsNotListedIsGone) {
  run("c1", "one");
  run("c2", "two");
  changes();
  model.listed({listed(container("c1", "one"))}, model.version());
  EXPECT_EQ(only_change().name, "two");
}

TEST_F(ModelTest, AContainerThatChangedAfterTheListBeganIsKept) {
  run("c1", "one");
  const auto began = model.version();
  run("c2", "two");  // made while the list was on its way
  changes();
  model.listed({listed(container("c1", "one"))}, began);
  EXPECT_TRUE(changes().empty());
  EXPECT_TRUE(snapshot->find("two"));
  model.listed({listed(container("c1", "one"))}, model.version());
  EXPECT_EQ(only_change().name, "two");
}

TEST_F(ModelTest, TheFirstListLoads) {
  EXPECT_FALSE(model.take().snapshot->loaded);
  model.listed({}, 0);
  EXPECT_TRUE(model.dirty());
  EXPECT_TRUE(model.take().snapshot->loaded);
  model.listed({}, 0);
  EXPECT_FALSE(model.dirty());
}

TEST_F(ModelTest, OnlyWhatIsNewOrDifferentIsInspected) {
  run("same", "same");
  run("stopped", "stopped");
  run("renamed", "renamed");
  auto stopped = listed(container("stopped", "stopped", "exited"));
  auto renamed = listed(container("renamed", "renamed"));
  renamed.name = "agent-other";
  EXPECT_EQ(model.to_inspect({listed(container("same", "same")), stopped, renamed, listed(container("new", "new"))}),
            (std::vector<std::string>{"stopped", "renamed", "new"}));
}

TEST_F(ModelTest, ACreationIsHiddenUntilItEnds) {
  model.creating("bot", true);
  model.seen(container("c1", "bot", "created"), "unknown", steady(0));
  run("c1", "bot");
  model.metadata("bot", owned_by(3));
  EXPECT_TRUE(changes().empty());
  EXPECT_FALSE(snapshot->find("bot"));
  EXPECT_TRUE(snapshot->entries.empty()) << "nothing of it is watched or sampled";
  model.creating("bot", false);
  const auto change = only_change();
  EXPECT_EQ(change.kind, Kind::created);
  EXPECT_EQ(change.after->metadata->owner_id, 3);
  EXPECT_EQ(snapshot->entries.size(), 1U);
}

TEST_F(ModelTest, FiguresLeaveTheAgentsAndTheirPlacesAlone) {
  run("c1", "one");
  run("c2", "two");
  changes();
  const auto before = snapshot;
  const auto figures = std::make_shared<const Figures>();
  model.figures("c2", figures);
  model.confirmed(steady(5));
  changes();
  EXPECT_GT(snapshot->epoch, before->epoch);
  EXPECT_EQ(snapshot->agents_epoch, before->agents_epoch) << "lists stay as they are";
  EXPECT_EQ(snapshot->by_name, before->by_name) << "shared, not made again";
  EXPECT_EQ(snapshot->find("two")->figures, figures);
  EXPECT_EQ(before->find("two")->figures, nullptr) << "what was given out does not change";
}

TEST_F(ModelTest, AChangeOfOneAgentKeepsAllPlaces) {
  for (const auto* name : {"one", "two", "three"}) run(std::string("c-") + name, name);
  changes();
  const auto before = snapshot;
  model.figures("c-two", std::make_shared<const Figures>());
  model.died("c-two", 0, 3, steady(1));
  changes();
  EXPECT_GT(snapshot->agents_epoch, before->agents_epoch);
  EXPECT_EQ(snapshot->by_name, before->by_name);
  EXPECT_EQ(snapshot->find("two")->agent->status, "stopped");
  EXPECT_EQ(snapshot->find("two")->figures, nullptr) << "only what runs has figures";
  EXPECT_EQ(snapshot->find("one")->agent, before->find("one")->agent);
  EXPECT_EQ(before->find("two")->agent->status, "running");
}

TEST_F(ModelTest, WhatComesAndGoesMovesTheOthers) {
  run("c1", "one");
  run("c2", "two");
  changes();
  const auto before = snapshot;
  model.gone("c1");
  run("c3", "three");
  model.figures("c3", std::make_shared<const Figures>());
  model.figures("c2", std::make_shared<const Figures>());
  changes();
  EXPECT_GT(snapshot->agents_epoch, before->agents_epoch);
  ASSERT_EQ(snapshot->entries.size(), 2U);
  EXPECT_EQ(snapshot->find("one"), nullptr);
  for (const auto* name : {"two", "three"}) {
    ASSERT_NE(snapshot->find(name), nullptr) << name;
    EXPECT_EQ(snapshot->find(name)->agent->name, name);
    EXPECT_NE(snapshot->find(name)->figures, nullptr) << name;
  }
  EXPECT_NE(before->find("one"), nullptr);
}

TEST_F(ModelTest, AFailedCreationIsNeverShown) {
  model.creating("bot", true);
  run("c1", "bot");
  model.gone("c1");
  model.creating("bot", false);
  EXPECT_TRUE(changes().empty());
}

TEST_F(ModelTest, TheEnginesHealthChangesOnce) {
  model.engine(false, wall(1));
  auto change = only_change();
  EXPECT_EQ(change.kind, Kind::engine);
  EXPECT_EQ(snapshot->engine.since, wall(1));
  EXPECT_FALSE(snapshot->engine.reachable);
  model.engine(false, wall(2));
  EXPECT_TRUE(changes().empty());
  EXPECT_EQ(snapshot->engine.since, wall(1)) << "since then, not since the last look";
  model.engine(true, wall(3));
  EXPECT_EQ(only_change().kind, Kind::engine);
  EXPECT_EQ(snapshot->engine.since, wall(3));
  EXPECT_TRUE(snapshot->engine.reachable);
}

TEST_F(ModelTest, AnUnreachableEngineEmptiesNothing) {
  run("c1", "bot");
  model.engine(true, wall(1));
  changes();
  model.engine(false, wall(2));
  changes();
  EXPECT_EQ(snapshot->entries.size(), 1U);
}

TEST_F(ModelTest, NewMetadataReplacesAllOfTheOld) {
  run("c1", "one");
  run("c2", "two");
  run("c3", "three");
  model.metadata({{"one", owned_by(1)}, {"two", owned_by(2)}});
  changes();
  model.metadata({{"two", owned_by(2)}, {"three", owned_by(3)}});
  const auto all = changes();
  std::set<std::string> names;
  for (const auto& one : all) {
    EXPECT_EQ(one.kind, Kind::updated);
    names.insert(one.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"one", "three"}));
  EXPECT_FALSE(snapshot->find("one")->agent->metadata);
  EXPECT_EQ(snapshot->find("three")->agent->metadata->owner_id, 3);
}

TEST_F(ModelTest, PermissionsOfOneSourceLeaveTheOthersAlone) {
  for (const auto* name : {"one", "two", "three"}) {
    run("c-" + std::string(name), name);
    model.metadata(name, owned_by(3));
  }
  model.permissions("bot", {"one", "two"});
  model.permissions("ant", {"two"});
  changes();
  const auto sources = [&](const std::string& name) { return snapshot->find(name)->agent->metadata->permitted_by; };
  using Names = std::vector<std::string>;
  EXPECT_EQ(sources("one"), Names{"bot"});
  EXPECT_EQ(sources("two"), (Names{"ant", "bot"})) << "sorted";
  model.permissions("bot", {"three", "two"});
  std::set<std::string> changed;
  for (const auto& one : changes()) {
    EXPECT_EQ(one.kind, Kind::updated);
    changed.insert(one.name);
  }
  EXPECT_EQ(changed, (std::set<std::string>{"one", "three"})) << "and only what is different";
  EXPECT_EQ(sources("one"), Names{});
  EXPECT_EQ(sources("two"), (Names{"ant", "bot"}));
  model.permissions("bot", {"three", "two", "unheard-of"});
  EXPECT_FALSE(model.dirty());
}

TEST_F(ModelTest, PermissionsStayWithTheAgentThatIsNotThere) {
  model.metadata("bot", owned_by(3));
  model.permissions("ant", {"bot"});
  run("c1", "bot");
  EXPECT_EQ(only_change().after->metadata->permitted_by, std::vector<std::string>{"ant"});
}

TEST_F(ModelTest, MetadataMayComeBeforeItsContainer) {
  model.metadata("bot", owned_by(5));
  run("c1", "bot");
  EXPECT_EQ(only_change().after->metadata->owner_id, 5);
}

TEST_F(ModelTest, FiguresEndWithTheRun) {
  run("c1", "bot");
  changes();
  model.figures("c1", std::make_shared<Figures>());
  auto publication = model.take();
  EXPECT_TRUE(publication.sampled);
  EXPECT_TRUE(publication.changes.empty());
  EXPECT_TRUE(publication.snapshot->find("bot")->figures);
  EXPECT_FALSE(model.take().sampled);
  model.died("c1", 100, std::nullopt, steady(1));
  EXPECT_FALSE(entry("bot")->figures);
  model.figures("c1", std::make_shared<Figures>());
  EXPECT_FALSE(model.dirty()) << "a reading that comes late is of no use";
  run("c1", "bot", 101);
  EXPECT_FALSE(entry("bot")->figures) << "the new run begins anew";
}

TEST_F(ModelTest, NewestContainerFirst) {
  for (int i = 0; i < 5; ++i) {
    auto c = container("c" + std::to_string(i), "bot" + std::to_string(i));
    c.created = wall(i == 4 ? 1 : i);
    model.seen(c, "unknown", steady(0));
  }
  changes();
  std::vector<std::string> names;
  for (const auto& one : snapshot->entries) names.push_back(one.agent->name);
  EXPECT_EQ(names, (std::vector<std::string>{"bot3", "bot2", "bot1", "bot4", "bot0"}));
  for (const auto& name : names) EXPECT_EQ(snapshot->find(name)->agent->name, name);
}

TEST_F(ModelTest, EveryPublicationHasAnEpochOfItsOwn) {
  const auto first = model.take().snapshot->epoch;
  EXPECT_GT(model.take().snapshot->epoch, first);
}

TEST_F(ModelTest, SnapshotsDoNotChangeAfterwards) {
  run("c1", "bot");
  changes();
  const auto kept = snapshot;
  model.died("c1", 100, std::nullopt, steady(1));
  model.gone("c1");
  changes();
  ASSERT_TRUE(kept->find("bot"));
  EXPECT_EQ(kept->find("bot")->agent->status, "running");
}

TEST_F(ModelTest, WhatOnlyTheListTellsIsShownUntilMoreIsKnown) {
  model.seen_in_list(listed(container("c1", "bot")), steady(0));
  auto change = only_change();
  EXPECT_EQ(change.kind, Kind::created);
  EXPECT_EQ(change.after->status, "running");
  EXPECT_EQ(change.after->pid, 0);
  EXPECT_EQ(model.to_inspect({listed(container("c1", "bot"))}), std::vector<std::string>{"c1"}) << "asked for again";
  run("c1", "bot");
  change = only_change();
  EXPECT_EQ(change.kind, Kind::updated) << "it did not start now";
  EXPECT_EQ(change.after->pid, 100);
  EXPECT_TRUE(model.to_inspect({listed(container("c1", "bot"))}).empty());
  model.seen_in_list(listed(container("c1", "bot")), steady(1));
  EXPECT_TRUE(changes().empty()) << "more is known already";
}

TEST_F(ModelTest, AnEndThatOnlyTheListTellsHasNoCodeYet) {
  run("c1", "bot");
  changes();
  model.seen_in_list(listed(container("c1", "bot", "exited")), steady(1));
  auto change = only_change();
  EXPECT_EQ(change.kind, Kind::status);
  EXPECT_EQ(change.after->status, "stopped");
  EXPECT_FALSE(change.after->exit_code);
  EXPECT_EQ(change.after->pid, 0);
  EXPECT_TRUE(change.after->address.empty());
  auto ended = container("c1", "bot", "exited");
  ended.exit_code = 3;
  model.seen(ended, "unknown", steady(2));
  change = only_change();
  EXPECT_EQ(change.kind, Kind::updated);
  EXPECT_EQ(change.after->exit_code, 3);
}

TEST_F(ModelTest, ContainersThatAreListedWithoutAStateAreAgentsOfTheirOwn) {
  model.seen_in_list(listed(container("c1", "bot", "")), steady(0));
  model.seen_in_list(listed(container("c2", "cat", "")), steady(0));
  model.metadata("bot", owned_by(3));
  model.metadata("cat", owned_by(3));
  std::set<std::string> ids;
  for (const auto& change : changes()) {
    if (change.after) ids.insert(change.after->container_id);
  }
  EXPECT_EQ(ids, (std::set<std::string>{"c1", "c2"}));
}

TEST_F(ModelTest, TheLongestUnseenAreVerifiedFirst) {
  for (int i = 0; i < 5; ++i) {
    model.seen(container("c" + std::to_string(i), "bot" + std::to_string(i), "running", 10 + i), "unknown",
               steady(10 - i));
  }
  model.seen(container("c9", "done", "exited"), "unknown", steady(0));
  EXPECT_EQ(model.to_verify(steady(9), 2), (std::vector<std::string>{"c4", "c3"}));
  EXPECT_EQ(model.to_verify(steady(100), 50).size(), 5U) << "running ones only";
  EXPECT_TRUE(model.to_verify(steady(6), 50).empty());
}

TEST_F(ModelTest, AnAdoptedAgentStandsBackBehindOneOfOurs) {
  auto ours = container("c2", "bot");
  ours.labels[label::instance] = "0123456789abcdef";
  run("c1", "bot");
  EXPECT_EQ(entry("bot")->agent->container_id, "c1");
  model.seen(ours, "unknown", steady(1));
  EXPECT_EQ(entry("bot")->agent->container_id, "c2");
  EXPECT_EQ(snapshot->entries.size(), 1U);
  model.gone("c2");
  EXPECT_EQ(entry("bot")->agent->container_id, "c1");
  model.seen(ours, "unknown", steady(2));
  run("c3", "bot");
  EXPECT_EQ(entry("bot")->agent->container_id, "c2");
  EXPECT_EQ(snapshot->entries.size(), 1U);
}

TEST_F(ModelTest, AnOldDeathThatIsToldAgainIsPutRightByTheEngine) {
  run("c1", "bot", 100);
  model.died("c1", 0, 1, steady(1), wall(10'000));  // stamped by a clock that was ahead
  EXPECT_EQ(entry("bot")->agent->status, "stopped");
  run("c1", "bot", 100);
  EXPECT_EQ(entry("bot")->agent->status, "running");
  model.died("c1", 100, std::nullopt, steady(2));
  run("c1", "bot", 100);
  EXPECT_EQ(entry("bot")->agent->status, "stopped") << "this process has ended for sure";
}

TEST_F(ModelTest, AContainerThatIsToTakeAnothersPlaceIsNotShownBesideIt) {
  auto old = container("old", "bot");
  auto fresh = container("new", "bot", "created");
  fresh.name = std::string(replacement_prefix) + "old";
  for (const bool first : {true, false}) {
    Model model(trinity::test::network);
    if (first) model.seen(fresh, "unknown", steady(0));
    model.seen(old, "unknown", steady(1));
    if (!first) model.seen(fresh, "unknown", steady(2));
    const auto snapshot = model.take().snapshot;
    ASSERT_EQ(snapshot->entries.size(), 1U);
    EXPECT_EQ(snapshot->entries[0].agent->container_id, "old");
    // Alone it is the agent.
    model.gone("old");
    const auto alone = model.take().snapshot;
    ASSERT_EQ(alone->entries.size(), 1U);
    EXPECT_EQ(alone->entries[0].agent->container_id, "new");
  }
}

TEST_F(ModelTest, AReplacementIsAChangeOfOneAgent) {
  Model model(trinity::test::network);
  auto old = container("old", "bot", "exited");
  model.seen(old, "unknown", steady(0));
  (void)model.take();
  auto fresh = container("new", "bot", "running", 200);
  fresh.name = std::string(replacement_prefix) + "old";
  model.replaced("old", fresh, "user", steady(1));
  auto publication = model.take();
  ASSERT_EQ(publication.changes.size(), 1U);
  EXPECT_EQ(publication.changes[0].kind, Change::Kind::status);
  EXPECT_EQ(publication.changes[0].reason, "user");
  EXPECT_EQ(publication.changes[0].before->container_id, "old");
  EXPECT_EQ(publication.changes[0].after->container_id, "new");
  // Whatever is still told of the old one.
  model.seen(container("old", "bot"), "unknown", steady(2));
  model.listed({listed(old), listed(fresh)}, model.version());
  publication = model.take();
  EXPECT_TRUE(publication.changes.empty());
  EXPECT_EQ(publication.snapshot->find("bot")->agent->container_id, "new");
  model.gone("old");
  fresh.name = "agent-bot";
  model.seen(fresh, "unknown", steady(3));
  publication = model.take();
  ASSERT_EQ(publication.snapshot->entries.size(), 1U);
  EXPECT_EQ(publication.snapshot->find("bot")->agent->container_name, "agent-bot");
}

}  // namespace
}  // namespace trinity::fleet
