#include "credentials/take_over.h"

#include <gtest/gtest.h>

#include "credentials/sqlite_store.h"
#include "db/migrations.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"

namespace trinity::credentials {
namespace {

using test::run_task;

class TakeOverTest : public testing::Test {
 protected:
  TakeOverTest() { db::migrate(database); }

  static RedisRecord old(const std::string& id, const std::string& secret) {
    RedisRecord record;
    record.meta.id = id;
    record.meta.name = "KEY_" + id;
    record.meta.owner = "ann";
    record.meta.created_at = "2025-01-01T00:00:00";
    record.secret = secret;
    return record;
  }
  OldData data() {
    OldData made;
    made.credentials = {
        old("plain", "{\"api_key\":\"x\"}"), old("empty", ""),
        old("sealed", vault.seal(secret_label("sealed", "ann"), "{\"token\":\"y\"}")),
        old("foreign", vault::Vault({vault::MasterKey::make()}).seal(secret_label("foreign", "ann"), "{}"))};
    made.assignments = {{"bot", "plain"}, {"bot", "sealed"}, {"bot", "deleted"}, {"gone", "plain"}};
    made.ties = {{"bot", "google", "plain"}, {"bot", "slack", "deleted"}, {"gone", "google", "plain"}};
    return made;
  }
  std::string opened(const std::string& id) {
    const auto stored = run_task(store.get(call, id));
    return stored ? std::string(vault.open(secret_label(id, "ann"), stored->sealed).view()) : "none";
  }

  test::TempDir dir;
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 1};
  SqliteStore store{database};
  vault::Vault vault{{vault::MasterKey::make()}};
  const std::optional<std::set<std::string>> agents{{"bot", "other"}};
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
};

TEST_F(TakeOverTest, TellsWhatItWouldDo) {
  const auto plan = plan_take_over(data(), {}, agents, &vault);
  EXPECT_EQ(plan.credentials.size(), 3U);
  EXPECT_EQ(plan.plain, 1U);
  EXPECT_EQ(plan.there, 0U);
  ASSERT_EQ(plan.unreadable.size(), 1U);
  EXPECT_EQ(plan.unreadable[0].id, "foreign");
  EXPECT_EQ(plan.assignments, (std::vector<OfAgent>{{"bot", "plain"}, {"bot", "sealed"}}));
  ASSERT_EQ(plan.ties.size(), 1U);
  EXPECT_EQ(plan.ties[0].id, "plain");
  EXPECT_EQ(plan.unknown_agents, std::set<std::string>{"gone"});
}

TEST_F(TakeOverTest, StoresItSealedAndOnlyOnce) {
  run_task(carry_out(&store, &vault, call, plan_take_over(data(), {}, agents, &vault)));
  EXPECT_EQ(opened("plain"), "{\"api_key\":\"x\"}");
  EXPECT_EQ(opened("sealed"), "{\"token\":\"y\"}");
  EXPECT_EQ(opened("empty"), "{}");
  EXPECT_EQ(opened("foreign"), "none");
  EXPECT_EQ(run_task(store.of_agent(call, "bot")).size(), 2U);
  EXPECT_EQ(run_task(store.of_agent(call, "gone")).size(), 0U);
  EXPECT_EQ(run_task(store.ties_of(call, "bot")).size(), 1U);

  const auto held = held_in_database(database.file());
  EXPECT_EQ(held.ids, (std::set<std::string>{"empty", "plain", "sealed"}));
  EXPECT_EQ(held.assignments.size(), 2U);
  EXPECT_EQ(held.ties, (std::set<OfAgent>{{"bot", "google"}}));
  const auto again = plan_take_over(data(), held, agents, &vault);
  EXPECT_TRUE(again.credentials.empty());
  EXPECT_EQ(again.there, 3U);
  EXPECT_TRUE(again.assignments.empty());
  EXPECT_TRUE(again.ties.empty());
}

TEST_F(TakeOverTest, WhatACutOffRunLeftIsDoneByTheNext) {
  auto first = plan_take_over(data(), {}, agents, &vault);
  first.assignments.clear();
  first.ties.clear();
  run_task(carry_out(&store, &vault, call, std::move(first)));
  const auto rest = plan_take_over(data(), held_in_database(database.file()), agents, &vault);
  EXPECT_TRUE(rest.credentials.empty());
  EXPECT_EQ(rest.assignments.size(), 2U);
  EXPECT_EQ(rest.ties.size(), 1U);
}

TEST_F(TakeOverTest, LooksAtFilesFromOutside) {
  EXPECT_EQ(agents_in_database(dir / "none.db"), std::nullopt);
  EXPECT_TRUE(held_in_database(dir / "none.db").ids.empty());
  EXPECT_FALSE(std::filesystem::exists(dir / "none.db"));
  EXPECT_EQ(agents_in_database(database.file()), std::set<std::string>());
  EXPECT_EQ(plan_take_over(data(), {}, std::nullopt, nullptr).unknown_agents.size(), 0U);
}

}  // namespace
}  // namespace trinity::credentials
