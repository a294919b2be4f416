// How an agent came to its state: since when, and why.
#include <gtest/gtest.h>

#include "fleet/model.h"
#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using test::container;
using test::steady;
using test::wall;

class ModelTurnTest : public testing::Test {
 protected:
  AgentPtr agent() {
    publication = model.take();
    const auto* entry = publication.snapshot->find("bot");
    return entry ? entry->agent : nullptr;
  }
  static engine::ContainerDetail ended(std::int64_t when, std::int64_t code) {
    auto made = container("c1", "bot", "exited");
    made.exit_code = code;
    made.started_at = wall(100);
    made.finished_at = wall(when);
    return made;
  }

  Model model{test::network};
  Publication publication;
};

TEST_F(ModelTurnTest, WhatIsFoundHasATimeButNoReason) {
  model.seen(container("c1", "bot"), "unknown", steady(0));
  auto found = agent();
  EXPECT_EQ(found->changed_at, wall(100));
  EXPECT_FALSE(found->reason);
  EXPECT_NE(found->fragment.find(R"("reason":null)"), std::string::npos);
  EXPECT_NE(found->fragment.find(R"("changed_at":")" + format_z(wall(100))), std::string::npos);
}

TEST_F(ModelTurnTest, FoundStoppedTellsWhenAndHowItEnded) {
  model.seen(ended(150, 3), "unknown", steady(0));
  const auto found = agent();
  EXPECT_EQ(found->changed_at, wall(150));
  EXPECT_EQ(found->exit_code, 3);
  EXPECT_FALSE(found->started_at);
  EXPECT_FALSE(found->reason);
}

TEST_F(ModelTurnTest, CreatedByAPersonHasThatReason) {
  model.creating("bot", true);
  model.seen(container("c1", "bot"), "user", steady(0));
  EXPECT_FALSE(agent());
  model.creating("bot", false);
  EXPECT_EQ(agent()->reason, "user");
}

TEST_F(ModelTurnTest, EndThatIsNoticedBeforeTheEngineTellsIt) {
  model.seen(container("c1", "bot"), "unknown", steady(0));
  agent();
  model.died("c1", 100, std::nullopt, steady(1));
  auto now = agent();
  EXPECT_EQ(now->status, "stopped");
  EXPECT_EQ(now->reason, "exit");
  EXPECT_FALSE(now->changed_at) << "the engine has not told it yet";
  EXPECT_FALSE(now->exit_code);
  model.seen(ended(160, 137), "unknown", steady(2));
  now = agent();
  EXPECT_EQ(now->changed_at, wall(160));
  EXPECT_EQ(now->exit_code, 137);
  EXPECT_EQ(now->reason, "exit") << "the code belongs to that end";
  ASSERT_EQ(publication.changes.size(), 1U);
  EXPECT_EQ(publication.changes[0].kind, Change::Kind::updated);
}

TEST_F(ModelTurnTest, EventAndInspectOfOneEndDoNotContradict) {
  model.seen(container("c1", "bot"), "unknown", steady(0));
  agent();
  model.died("c1", 0, 1, steady(1), wall(160));
  EXPECT_EQ(agent()->changed_at, wall(160));
  auto told = ended(160, 1);
  told.finished_at = wall(160) - std::chrono::milliseconds(4);
  model.seen(told, "unknown", steady(2));
  EXPECT_EQ(agent()->changed_at, wall(160));
  EXPECT_TRUE(publication.changes.empty());
}

TEST_F(ModelTurnTest, StartedAgainByAPerson) {
  model.seen(ended(150, 3), "unknown", steady(0));
  agent();
  model.expect("bot", "user", steady(1));
  model.seen(container("c1", "bot", "running", 200), "unknown", steady(2));
  const auto now = agent();
  EXPECT_EQ(now->reason, "user");
  EXPECT_EQ(now->changed_at, wall(200));
  EXPECT_FALSE(now->exit_code);
  // A crash after that is a crash, with a time of its own.
  model.died("c1", 0, 9, steady(3), wall(300));
  EXPECT_EQ(agent()->reason, "exit");
}

TEST_F(ModelTurnTest, OtherChangesKeepTheReason) {
  model.seen(container("c1", "bot"), "unknown", steady(0));
  model.died("c1", 0, 9, steady(3), wall(300));
  model.metadata("bot", test::owned_by(3));
  const auto now = agent();
  EXPECT_EQ(now->reason, "exit");
  EXPECT_EQ(now->changed_at, wall(300));
}

}  // namespace
}  // namespace trinity::fleet
