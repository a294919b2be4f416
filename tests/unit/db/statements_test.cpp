#include "db/statements.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "db/database.h"
#include "unit/db/temp_dir.h"

namespace trinity::db {
namespace {

using namespace std::chrono_literals;

TEST(Statements, AreNamedByVerbAndTable) {
  EXPECT_EQ(statement_name("SELECT id, key FROM users WHERE name = :a"), "select users");
  EXPECT_EQ(statement_name("  select count(*)\nFROM\n agent_ownership o JOIN users u"), "select agent_ownership");
  EXPECT_EQ(statement_name("SELECT id, coalesce((SELECT v FROM versions), 0) FROM users"), "select users");
  EXPECT_EQ(statement_name("INSERT INTO users (id) VALUES (:a)"), "insert users");
  EXPECT_EQ(statement_name("INSERT OR REPLACE INTO trinity_ended_sessions (a) VALUES (:a)"),
            "insert trinity_ended_sessions");
  EXPECT_EQ(statement_name("UPDATE mcp_api_keys SET a = :a"), "update mcp_api_keys");
  EXPECT_EQ(statement_name("DELETE FROM users"), "delete users");
  EXPECT_EQ(statement_name("CREATE TABLE a (b)"), "create");
  EXPECT_EQ(statement_name("BEGIN IMMEDIATE"), "begin");
  EXPECT_EQ(statement_name("SELECT 1"), "select");
  EXPECT_EQ(statement_name("SELECT a FROM"), "select");
  EXPECT_EQ(statement_name(""), "");
}

TEST(Statements, NamesAreBounded) {
  Statements statements;
  for (std::size_t i = 0; i < Statements::most_names + 50; ++i)
    statements.count("DELETE FROM t" + std::to_string(i), 1ms, false);
  const auto lines = statements.read();
  EXPECT_EQ(lines.size(), Statements::most_names + 1);
  const auto other = std::ranges::find(lines, "other", &Statements::Line::name);
  ASSERT_NE(other, lines.end());
  EXPECT_EQ(other->durations.count(), 50U);
}

TEST(Statements, ADatabaseCountsWhatItRuns) {
  test::TempDir dir;
  BlockingPool pool(2);
  Database database(dir / "a.db", pool, 1);
  BackgroundCall call("test");
  const auto line = [&](const std::string& name) {
    const auto lines = database.statements().read();
    const auto found = std::ranges::find(lines, name, &Statements::Line::name);
    return found == lines.end() ? Statements::Line{} : *found;
  };
  auto fill = [](Session& s) {
    s.query("CREATE TABLE t (a INTEGER UNIQUE)").run();
    s.query("INSERT INTO t VALUES (:a)", 1).run();
    s.query("INSERT INTO t VALUES (:a)", 2).run();
  };
  database.write_now(call.call(), fill);
  auto look = [](Session& s) { return s.query("SELECT a FROM t").all<std::int64_t>(); };
  database.read_now(call.call(), look);
  auto twice = [](Session& s) { s.query("INSERT INTO t VALUES (1)").run(); };
  EXPECT_THROW(database.write_now(call.call(), twice), ConstraintViolation);

  EXPECT_EQ(line("insert t").durations.count(), 3U);
  EXPECT_EQ(line("insert t").failed, 1U);
  EXPECT_EQ(line("select t").durations.count(), 1U);
  EXPECT_EQ(line("select t").failed, 0U);
  EXPECT_GT(line("select t").durations.total, 0ns);
  EXPECT_EQ(line("begin").durations.count(), 2U) << "of the writer only";
  EXPECT_EQ(line("commit").durations.count(), 1U);
}

}  // namespace
}  // namespace trinity::db
