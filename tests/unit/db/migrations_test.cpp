#include "db/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/schema.h"
#include "unit/db/temp_dir.h"

namespace trinity::db {
namespace {

using std::int64_t;
using std::string;

class MigrationsTest : public testing::Test {
 protected:
  Database open() { return {dir / "trinity.db", pool, 1}; }
  void execute(Database& database, const std::vector<string>& statements) {
    auto job = [&](Session& s) {
      for (const auto& sql : statements) s.query(sql).run();
    };
    database.write_now(background.call(), std::move(job));
  }
  template <class... C>
  std::vector<std::tuple<C...>> rows(Database& database, const string& sql) {
    auto job = [&](Session& s) { return s.query(sql).template all<C...>(); };
    return database.read_now(background.call(), std::move(job));
  }
  std::vector<std::filesystem::path> backups() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      if (entry.path().filename().string().starts_with("trinity.db.backup-")) found.push_back(entry.path());
    }
    return found;
  }

  test::TempDir dir;
  BlockingPool pool{1};
  BackgroundCall background{"test"};
};

const std::vector<string> old_file{
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT UNIQUE NOT NULL, password_hash TEXT, role "
    "TEXT NOT NULL DEFAULT 'user', auth0_sub TEXT UNIQUE, name TEXT, picture TEXT, email TEXT, created_at TEXT NOT "
    "NULL, updated_at TEXT NOT NULL, last_login TEXT)",
    "INSERT INTO users (username, email, created_at, updated_at) VALUES ('ann', 'Ann@Example.com', 't', 't'), "
    "('bob', NULL, 't', 't'), ('ann2', 'ann@example.com', 't', 't')",
    "CREATE TABLE agent_ownership (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_name TEXT UNIQUE NOT NULL, owner_id "
    "INTEGER NOT NULL, created_at TEXT NOT NULL)",
    "INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('one', 1, 't')",
    "CREATE TABLE agent_sharing (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_name TEXT NOT NULL, shared_with_id "
    "INTEGER "
    "NOT NULL, shared_by_id INTEGER NOT NULL, created_at TEXT NOT NULL, UNIQUE(agent_name, shared_with_id))",
    "CREATE INDEX idx_agent_sharing_agent ON agent_sharing(agent_name)",
    "INSERT INTO agent_sharing (agent_name, shared_with_id, shared_by_id, created_at) VALUES ('one', 1, 2, 't1'), "
    "('one', 2, 2, 't2'), ('one', 3, 2, 't3')",
    "CREATE TABLE schedule_executions (id TEXT PRIMARY KEY, schedule_id TEXT NOT NULL, agent_name TEXT NOT NULL, "
    "status "
    "TEXT NOT NULL, started_at TEXT NOT NULL, completed_at TEXT, duration_ms INTEGER, message TEXT NOT NULL, response "
    "TEXT, error TEXT, triggered_by TEXT NOT NULL)",
    "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, triggered_by) VALUES "
    "('e1', '__manual__', 'one', 'success', 't', 'hello', 'manual')",
};

TEST_F(MigrationsTest, AFreshFileGetsEveryTableAndIndexAndNoBackup) {
  auto database = open();
  EXPECT_EQ(migrate(database), newest_version());
  const auto tables = rows<string>(database, "SELECT name FROM sqlite_master WHERE type = 'table'");
  for (const auto* name :
       {"users", "agent_ownership", "agent_sharing", "mcp_api_keys", "agent_schedules", "schedule_executions",
        "agent_git_config", "chat_sessions", "chat_messages", "agent_activities", "agent_permissions",
        "agent_shared_folder_config", "system_settings", "agent_public_links", "public_link_verifications",
        "public_link_usage", "email_whitelist", "email_login_codes", "trinity_schema"}) {
    EXPECT_THAT(tables, testing::Contains(std::tuple<string>(name)));
  }
  const auto indexes = rows<string>(database, "SELECT name FROM sqlite_master WHERE name LIKE 'idx\\_%' ESCAPE '\\'");
  EXPECT_EQ(indexes.size(), first_indexes().size());
  EXPECT_TRUE(backups().empty());
}

TEST_F(MigrationsTest, ColumnsAndDefaultsAreThoseOfTheField) {
  auto database = open();
  migrate(database);
  execute(database, {"INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('one', 1, 't')"});
  const auto row = rows<int64_t, int64_t, int64_t, std::optional<string>, int64_t>(
      database,
      "SELECT is_system, use_platform_api_key, autonomy_enabled, memory_limit, full_capabilities FROM agent_ownership");
  EXPECT_THAT(row, testing::ElementsAre(std::make_tuple(0, 1, 0, std::nullopt, 0)));
  using Column = std::tuple<string, string, int64_t, std::optional<string>, int64_t>;
  const auto users = rows<string, string, int64_t, std::optional<string>, int64_t>(
      database, "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('users')");
  const std::vector<Column> expected{
      {"id", "INTEGER", 0, std::nullopt, 1},         {"username", "TEXT", 1, std::nullopt, 0},
      {"password_hash", "TEXT", 0, std::nullopt, 0}, {"role", "TEXT", 1, "'user'", 0},
      {"auth0_sub", "TEXT", 0, std::nullopt, 0},     {"name", "TEXT", 0, std::nullopt, 0},
      {"picture", "TEXT", 0, std::nullopt, 0},       {"email", "TEXT", 0, std::nullopt, 0},
      {"created_at", "TEXT", 1, std::nullopt, 0},    {"updated_at", "TEXT", 1, std::nullopt, 0},
      {"last_login", "TEXT", 0, std::nullopt, 0}};
  EXPECT_EQ(users, expected);
}

TEST_F(MigrationsTest, TheSecondStartChangesNothing) {
  {
    auto database = open();
    migrate(database);
    execute(database, {"INSERT INTO system_settings VALUES ('k', 'v', 't')"});
  }
  auto database = open();
  EXPECT_EQ(migrate(database), newest_version());
  EXPECT_TRUE(backups().empty());
  EXPECT_EQ(rows<int64_t>(database, "SELECT count(*) FROM trinity_schema").front(), std::make_tuple(newest_version()));
  EXPECT_EQ(rows<string>(database, "SELECT value FROM system_settings").front(), std::make_tuple("v"));
}

TEST_F(MigrationsTest, AnOldFileGetsItsMissingColumnsAndKeepsItsRows) {
  auto database = open();
  execute(database, old_file);
  EXPECT_EQ(migrate(database), newest_version());
  EXPECT_THAT((rows<string, int64_t, int64_t>(
                  database, "SELECT agent_name, use_platform_api_key, full_capabilities FROM agent_ownership")),
              testing::ElementsAre(std::make_tuple("one", 1, 0)));
  EXPECT_THAT((rows<string, std::optional<double>>(database, "SELECT schedule_id, cost FROM schedule_executions")),
              testing::ElementsAre(std::make_tuple("__manual__", std::nullopt)));
  EXPECT_EQ(rows<string>(database, "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'idx%'").size(),
            first_indexes().size());
}

TEST_F(MigrationsTest, AFileWithoutTagsGetsThem) {
  auto database = open();
  execute(database, old_file);
  migrate(database);
  execute(database, {"INSERT INTO trinity_agent_tags (agent_name, tag) VALUES ('one', 'prod'), ('two', 'prod')"});
  EXPECT_THROW(execute(database, {"INSERT INTO trinity_agent_tags (agent_name, tag) VALUES ('one', 'prod')"}),
               ConstraintViolation);
}

TEST_F(MigrationsTest, OldSharesBecomeAddressesInLowerCase) {
  auto database = open();
  execute(database, old_file);
  migrate(database);
  EXPECT_THAT((rows<string, string, int64_t, string>(
                  database, "SELECT agent_name, shared_with_email, shared_by_id, created_at FROM agent_sharing")),
              testing::ElementsAre(std::make_tuple("one", "ann@example.com", 2, "t1")));
  EXPECT_TRUE(rows<string>(database, "SELECT name FROM sqlite_master WHERE name = 'agent_sharing_by_user'").empty());
}

TEST_F(MigrationsTest, OneConversationOfTwoStaysActive) {
  auto database = open();
  std::vector<string> statements;
  for (const auto table : first_tables()) statements.emplace_back(table);
  statements.emplace_back(
      "INSERT INTO chat_sessions (id, agent_name, user_id, user_email, started_at, last_message_at, status) VALUES "
      "('old', 'bot', 1, 'e', 't', '2026-01-01', 'active'), ('new', 'bot', 1, 'e', 't', '2026-01-02', 'active'), "
      "('twin', 'bot', 1, 'e', 't', '2026-01-02', 'active'), ('closed', 'bot', 1, 'e', 't', '2026-01-03', 'closed'), "
      "('other', 'bot', 2, 'e', 't', '2026-01-01', 'active')");
  statements.emplace_back(
      "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, triggered_by, "
      "created_at) VALUES ('tool', 'bot', 'tool_call', 'started', 't', 'user', 't'), "
      "('chat', 'bot', 'chat_start', 'started', 't', 'user', 't')");
  execute(database, statements);
  migrate(database);
  EXPECT_THAT((rows<string, string>(database, "SELECT id, status FROM chat_sessions ORDER BY id")),
              testing::ElementsAre(std::make_tuple("closed", "closed"), std::make_tuple("new", "closed"),
                                   std::make_tuple("old", "closed"), std::make_tuple("other", "active"),
                                   std::make_tuple("twin", "active")));
  EXPECT_THAT((rows<string, string>(database, "SELECT id, activity_state FROM agent_activities ORDER BY id")),
              testing::ElementsAre(std::make_tuple("chat", "started"), std::make_tuple("tool", "completed")));
}

TEST_F(MigrationsTest, ACopyOfAnOldFileIsKeptAsItWas) {
  auto database = open();
  execute(database, old_file);
  migrate(database);
  const auto copies = backups();
  ASSERT_EQ(copies.size(), 1U);
  EXPECT_THAT(copies.front().filename().string(), testing::MatchesRegex("trinity\\.db\\.backup-0-[0-9TZ]+"));
  Database copy(copies.front(), pool, 1);
  EXPECT_EQ(rows<int64_t>(copy, "SELECT count(shared_with_id) FROM agent_sharing").front(), std::make_tuple(3));
  EXPECT_TRUE(rows<string>(copy, "SELECT name FROM sqlite_master WHERE name = 'trinity_schema'").empty());
}

TEST_F(MigrationsTest, AFailureLeavesTheFileAsItWas) {
  auto database = open();
  execute(database, {"CREATE TABLE users (id INTEGER PRIMARY KEY)", "CREATE TABLE agent_sharing (id INTEGER)"});
  EXPECT_THROW(migrate(database), Failure);
  EXPECT_EQ(rows<string>(database, "SELECT name FROM sqlite_master WHERE type = 'table'").size(), 2U);
  EXPECT_TRUE(backups().empty());
}

TEST_F(MigrationsTest, ANewerFileIsRefused) {
  auto database = open();
  migrate(database);
  execute(database, {"INSERT INTO trinity_schema VALUES (99, 't')"});
  EXPECT_THROW(migrate(database), Failure);
}

}  // namespace
}  // namespace trinity::db
