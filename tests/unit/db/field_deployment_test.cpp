// An existing deployment's file is taken over in place: every row survives, and once is enough.
#include "unit/db/field_deployment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "db/migrations.h"
#include "db/schema.h"
#include "unit/db/temp_dir.h"

namespace trinity::db {
namespace {

using test::OtherProgram;

class FieldDeploymentTest : public testing::Test {
 protected:
  FieldDeploymentTest() { test::make_field_deployment(file); }
  std::int64_t open() {
    Database database(file, pool, 1);
    return migrate(database);
  }
  /// Columns of each table as the file has them now.
  std::map<std::string, std::string> columns() {
    OtherProgram program(file);
    std::map<std::string, std::string> found;
    for (const std::string table : test::field_tables())
      found[table] = program.rows("SELECT group_concat(quote(name)) FROM pragma_table_info('" + table + "')").at(0);
    return found;
  }
  /// All rows of all tables, in these columns.
  std::map<std::string, std::vector<std::string>> rows(const std::map<std::string, std::string>& columns) {
    OtherProgram program(file);
    std::map<std::string, std::vector<std::string>> found;
    for (const auto& [table, names] : columns) {
      std::string list = names;
      std::replace(list.begin(), list.end(), '\'', '"');
      found[table] = program.rows("SELECT rowid, " + list + " FROM " + table + " ORDER BY rowid");
    }
    return found;
  }
  int backups() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
      count += entry.path().string().find(".backup-") != std::string::npos ? 1 : 0;
    return count;
  }

  test::TempDir dir;
  std::filesystem::path file = dir / "trinity.db";
  BlockingPool pool{1};
};

TEST_F(FieldDeploymentTest, TheFixtureHasEveryTableWithRows) {
  EXPECT_EQ(test::field_tables().size(), first_tables().size());
  for (const auto& [table, found] : rows(columns())) EXPECT_FALSE(found.empty()) << table;
}

TEST_F(FieldDeploymentTest, EveryRowSurvives) {
  const auto before = columns();
  const auto content = rows(before);
  EXPECT_EQ(open(), newest_version());
  EXPECT_EQ(rows(before), content);
  EXPECT_EQ(backups(), 1);
  EXPECT_EQ(OtherProgram(file).rows("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
}

TEST_F(FieldDeploymentTest, MissingColumnsComeWithTheirDefaults) {
  open();
  const auto now = columns();
  for (const auto& column : late_columns())
    EXPECT_THAT(now.at(std::string(column.table)), testing::HasSubstr(std::string(column.name)));
  OtherProgram program(file);
  EXPECT_EQ(program.rows("SELECT DISTINCT scope, agent_name FROM mcp_api_keys"), std::vector<std::string>{"user|NULL"});
  EXPECT_EQ(program.rows("SELECT DISTINCT is_system, use_platform_api_key, memory_limit FROM agent_ownership"),
            std::vector<std::string>{"0|1|NULL"});
}

TEST_F(FieldDeploymentTest, TheSecondAndThirdStartChangeNothing) {
  open();
  const auto all = columns();
  const auto content = rows(all);
  const auto schema = OtherProgram(file).rows("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2");
  const auto own = OtherProgram(file).rows("SELECT * FROM trinity_schema");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(open(), newest_version());
    EXPECT_EQ(columns(), all);
    EXPECT_EQ(rows(all), content);
    EXPECT_EQ(OtherProgram(file).rows("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"), schema);
    EXPECT_EQ(OtherProgram(file).rows("SELECT * FROM trinity_schema"), own);
    EXPECT_EQ(backups(), 1);
  }
}

TEST_F(FieldDeploymentTest, TheCopyIsTheFileAsItWas) {
  const auto before = OtherProgram(file).rows("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2");
  const auto all = columns();
  const auto content = rows(all);
  open();
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    if (entry.path().string().find(".backup-") != std::string::npos) file = entry.path();
  }
  ASSERT_NE(file, dir / "trinity.db");
  EXPECT_EQ(OtherProgram(file).rows("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"), before);
  EXPECT_EQ(rows(all), content);
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

}  // namespace
}  // namespace trinity::db
