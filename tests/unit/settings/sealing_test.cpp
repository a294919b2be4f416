#include "settings/sealing.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "db/backup.h"
#include "db/migrations.h"
#include "settings/store.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"

namespace trinity::settings {
namespace {

constexpr const char* planted = "sk-ant-planted-0123456789-abcdefghij";

class SealingTest : public testing::Test {
 protected:
  SealingTest() { db::migrate(database); }

  void execute(const std::string& sql) {
    auto job = [&](db::Session& session) { session.query(sql).run(); };
    database.write_now(call, std::move(job));
  }
  std::string stored(const std::string& key) {
    auto job = [&](db::Session& session) { return SettingsStore::saved(session, key).value_or("none"); };
    return database.read_now(call, std::move(job));
  }
  /// Files of the folder that hold the text.
  std::vector<std::string> files_with(const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string all((std::istreambuf_iterator<char>(in)), {});
      if (all.find(text) != std::string::npos) found.push_back(entry.path().filename().string());
    }
    return found;
  }

  test::TempDir dir;
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 1};
  vault::Vault vault{{vault::MasterKey::make()}};
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
};

TEST_F(SealingTest, ASecretIsSealedInTheTableAndOpenInMemory) {
  SettingsStore store(database, &vault);
  store.load(call);
  test::run_task(store.set(call, "anthropic_api_key", planted));
  test::run_task(store.set(call, "trinity_prompt", "plain"));
  EXPECT_EQ(store.text("anthropic_api_key"), planted);
  EXPECT_TRUE(vault::Vault::is_sealed(stored("anthropic_api_key")));
  EXPECT_EQ(stored("trinity_prompt"), "plain");
  SettingsStore again(database, &vault);
  again.load(call);
  EXPECT_EQ(again.text("anthropic_api_key"), planted);
  EXPECT_EQ(files_with(planted), std::vector<std::string>());
  test::run_task(store.set(call, "anthropic_api_key", ""));
  EXPECT_EQ(stored("anthropic_api_key"), "") << "empty means not set";
}

TEST_F(SealingTest, EverySecretKeyIsMeant) {
  for (const auto* key : {"anthropic_api_key", "github_pat", "google_api_key", "openai_api_key"})
    EXPECT_TRUE(is_secret(key));
  for (const auto* key : {"trinity_prompt", "setup_completed", "", "anthropic_api_key2"}) EXPECT_FALSE(is_secret(key));
}

TEST_F(SealingTest, PlainRowsOfAnOldDatabaseAreSealedAndNothingOfThemIsLeft) {
  // A value that was replaced and one that was deleted lie in free room of the file.
  execute(std::string("INSERT INTO system_settings VALUES ('github_pat', '") + planted + "-first', 't')");
  execute(std::string("UPDATE system_settings SET value = '") + planted + "-second' WHERE key = 'github_pat'");
  execute(std::string("INSERT INTO system_settings VALUES ('google_api_key', '") + planted + "-third', 't')");
  execute(std::string("INSERT INTO system_settings VALUES ('old', '") + planted + "-fourth', 't')");
  execute("DELETE FROM system_settings WHERE key = 'old'");
  execute("INSERT INTO system_settings VALUES ('anthropic_api_key', '', 't'), ('trinity_prompt', 'p', 't')");
  db::back_up(database.file(), dir / "trinity.db.backup-9-20260101T000000000Z");
  ASSERT_FALSE(files_with(planted).empty());

  SettingsStore store(database, &vault);
  store.load(call);
  EXPECT_EQ(store.text("github_pat"), std::string(planted) + "-second");
  EXPECT_EQ(store.text("google_api_key"), std::string(planted) + "-third");
  EXPECT_EQ(store.text("trinity_prompt"), "p");
  EXPECT_TRUE(vault::Vault::is_sealed(stored("github_pat")));
  EXPECT_EQ(files_with(planted), std::vector<std::string>());
}

TEST_F(SealingTest, AnotherProgramsPlainRowIsSealedWhenItIsNoticed) {
  SettingsStore store(database, &vault);
  store.load(call);
  execute(std::string("INSERT INTO system_settings VALUES ('github_pat', '") + planted + "', 't')");
  test::run_task(store.reload(call));
  EXPECT_EQ(store.text("github_pat"), planted);
  EXPECT_TRUE(vault::Vault::is_sealed(stored("github_pat")));
}

TEST_F(SealingTest, TheWrongKeyIsAFaultAndNoPlainText) {
  SettingsStore store(database, &vault);
  store.load(call);
  test::run_task(store.set(call, "github_pat", planted));
  const vault::Vault other({vault::MasterKey::make()});
  SettingsStore wrong(database, &other);
  EXPECT_THROW(wrong.load(call), vault::Damaged);
  SettingsStore none(database);
  EXPECT_THROW(none.load(call), vault::Damaged);
  EXPECT_THROW(test::run_task(none.set(call, "github_pat", planted)), Internal);
  auto job = [](db::Session& session) { SettingsStore::save(session, "github_pat", planted); };
  EXPECT_THROW(database.write_now(call, std::move(job)), std::logic_error);
}

TEST_F(SealingTest, KeysAreReplacedUnderTheSettings) {
  SettingsStore store(database, &vault);
  store.load(call);
  test::run_task(store.set(call, "github_pat", planted));
  const auto before = vault.newest_id();
  auto needs = [&before](db::Session& session) { return SettingsStore::needs_key(session, before); };
  EXPECT_TRUE(database.read_now(call, needs));
  auto keys = *vault.keys();
  keys.push_back(vault::MasterKey::make());
  vault.replace_keys(keys);
  const vault::Reseal rewrap = [this](const vault::Label& label, std::string_view text) -> std::optional<std::string> {
    return vault.rewrap(label, text);
  };
  const auto done = test::run_task(store.each(call, rewrap));
  EXPECT_EQ(done.seen, 1U);
  EXPECT_EQ(done.changed, 1U);
  EXPECT_FALSE(database.read_now(call, needs));
  const vault::Vault newest({keys.back()});
  SettingsStore again(database, &newest);
  again.load(call);
  EXPECT_EQ(again.text("github_pat"), planted);
}

}  // namespace
}  // namespace trinity::settings
