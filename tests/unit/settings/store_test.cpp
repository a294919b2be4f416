#include "settings/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "db/migrations.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"

namespace trinity::settings {
namespace {

TEST(Values, SwitchesAreOnForThreeWordsInAnyCase) {
  for (const auto* text : {"true", "TRUE", "True", "1", "yes", "Yes"}) EXPECT_TRUE(is_true(text)) << text;
  for (const auto* text : {"false", "0", "no", "on", "", "truex", " true", "11"}) EXPECT_FALSE(is_true(text)) << text;
}

TEST(Values, ReadsTypes) {
  const Values values({{"on", "YES"}, {"off", "false"}, {"empty", ""}, {"n", "-12"}, {"nn", "12x"}, {"word", "True"}});
  EXPECT_TRUE(values.flag("on", false));
  EXPECT_FALSE(values.flag("off", true));
  EXPECT_FALSE(values.flag("empty", true));
  EXPECT_TRUE(values.flag("missing", true));
  EXPECT_EQ(values.number("n"), -12);
  EXPECT_EQ(values.number("nn"), std::nullopt);
  EXPECT_EQ(values.number("empty"), std::nullopt);
  EXPECT_EQ(values.text("empty"), "");
  EXPECT_EQ(values.filled("empty"), std::nullopt);
  EXPECT_EQ(values.filled("n"), "-12");
  EXPECT_TRUE(values.is_word("word", "true"));
  EXPECT_FALSE(values.is_exactly("word", "true"));
  EXPECT_FALSE(values.is_exactly("missing", "true"));
}

class SettingsStoreTest : public testing::Test {
 protected:
  SettingsStoreTest() { db::migrate(database); }

  test::TempDir dir;
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 1};
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
};

TEST_F(SettingsStoreTest, ReadingCostsNoSql) {
  SettingsStore store(database);
  store.load(call);
  const auto before = cost.sql.load();
  EXPECT_FALSE(store.flag("ssh_access_enabled", false));
  EXPECT_EQ(store.text("trinity_prompt"), std::nullopt);
  EXPECT_EQ(cost.sql.load(), before);
}

TEST_F(SettingsStoreTest, AChangeIsSeenAtOnceAndAfterARestart) {
  SettingsStore store(database);
  store.load(call);
  const auto before = store.values();
  test::run_task(store.set(call, "trinity_prompt", "one"));
  test::run_task(store.set(call, "trinity_prompt", "two"));
  EXPECT_EQ(store.text("trinity_prompt"), "two");
  EXPECT_EQ(before->text("trinity_prompt"), std::nullopt);

  SettingsStore again(database);
  again.load(call);
  EXPECT_EQ(again.text("trinity_prompt"), "two");
  EXPECT_EQ(again.values()->size(), 1U);
}

TEST_F(SettingsStoreTest, RemoveSaysWhetherThereWasOne) {
  SettingsStore store(database);
  store.load(call);
  test::run_task(store.set(call, "k", "v"));
  EXPECT_TRUE(test::run_task(store.remove(call, "k")));
  EXPECT_FALSE(test::run_task(store.remove(call, "k")));
  EXPECT_EQ(store.text("k"), std::nullopt);
}

TEST_F(SettingsStoreTest, ALargerTransactionPublishesWhatItSaved) {
  SettingsStore store(database);
  store.load(call);
  auto failing = [](db::Session& session) {
    SettingsStore::save(session, "k", "v");
    throw Conflict("no");
  };
  auto publish = [&] { store.publish("k", "v"); };
  EXPECT_THROW(database.write_now(call, failing, publish), Conflict);
  EXPECT_EQ(store.text("k"), std::nullopt);
  auto job = [](db::Session& session) { SettingsStore::save(session, "k", "v"); };
  database.write_now(call, job, publish);
  EXPECT_EQ(store.text("k"), "v");
  auto look = [](db::Session& session) { return SettingsStore::saved(session, "k"); };
  EXPECT_EQ(database.read_now(call, look), "v");
}

TEST_F(SettingsStoreTest, ChangesFromManyThreadsAreAllKept) {
  SettingsStore store(database);
  store.load(call);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) test::run_task(store.set(call, fmt::format("{}-{}", t, i), "v"));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store.values()->size(), 80U);
}

}  // namespace
}  // namespace trinity::settings
