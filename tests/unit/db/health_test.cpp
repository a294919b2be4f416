// What can be wrong with a database file: a clear message, and the file stays as it was, byte for byte.
#include "db/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "db/migrations.h"
#include "unit/db/small_disk.h"
#include "unit/db/sqlite_file.h"

namespace trinity::db {
namespace {

using namespace std::chrono_literals;
using test::bytes_of;
using test::OtherProgram;
using testing::HasSubstr;

class HealthTest : public testing::Test {
 protected:
  /// A file as deployments in the field have it: another journal mode, no table of ours.
  void make_file(int rows = 10) {
    OtherProgram other(file);
    other.run("CREATE TABLE things (id INTEGER PRIMARY KEY, username TEXT NOT NULL, note TEXT)");
    other.run("CREATE INDEX idx_things ON things(username)");
    other.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(rows) +
              ") INSERT INTO things SELECT i, 'user ' || i, hex(randomblob(200)) FROM n");
  }
  /// The text of what opening throws; empty when it opens.
  std::string opening(const std::filesystem::path& path) {
    try {
      Database database(path, pool, 1);
      migrate(database);
    } catch (const Failure& fault) {
      return fault.what();
    }
    return {};
  }
  void expect_refused(const std::string& text) {
    const auto before = bytes_of(file);
    const auto said = opening(file);
    EXPECT_THAT(said, HasSubstr(text));
    EXPECT_THAT(said, HasSubstr(file.string()));
    EXPECT_TRUE(bytes_of(file) == before) << "the file was changed";
    for (const auto& entry : std::filesystem::directory_iterator(file.parent_path()))
      EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr("backup"))) << "a copy of no use is left";
  }

  test::TempDir dir;
  std::filesystem::path file = dir / "trinity.db";
  BlockingPool pool{1};
};

TEST_F(HealthTest, AGoodFileAndAMissingOnePass) {
  EXPECT_FALSE(check_file(file, 1).exists);
  EXPECT_FALSE(std::filesystem::exists(file)) << "looking makes no file";
  make_file();
  const auto before = bytes_of(file);
  const auto facts = check_file(file, 1, {5s, 10s});
  EXPECT_TRUE(facts.exists);
  EXPECT_TRUE(facts.looked_through);
  EXPECT_EQ(facts.version, 0);
  EXPECT_TRUE(bytes_of(file) == before);
  EXPECT_EQ(opening(file), "");
  EXPECT_EQ(check_file(file, newest_version(), {5s, 10s}).version, newest_version());
}

TEST_F(HealthTest, WhatAKilledProgramLeftHalfDoneIsTakenBack) {
  const auto original = dir / "original.db";
  file = original;
  make_file(2000);
  const auto rows = OtherProgram(original).rows("SELECT count(*), sum(length(note)) FROM things");
  file = dir / "killed.db";
  {
    OtherProgram other(original);
    other.run("PRAGMA cache_size = 1; BEGIN; UPDATE things SET note = note || 'half'");
    // What a kill at this moment leaves: changed pages, and the journal that takes them back.
    std::filesystem::copy_file(original, file);
    std::filesystem::copy_file(original.string() + "-journal", file.string() + "-journal");
  }
  EXPECT_EQ(opening(file), "");
  EXPECT_EQ(OtherProgram(file).rows("SELECT count(*), sum(length(note)) FROM things"), rows);
}

TEST_F(HealthTest, AFileOfAnotherKind) {
  std::ofstream(file) << std::string(5000, 'x');
  expect_refused("is no database");
}

TEST_F(HealthTest, ACutOffFile) {
  make_file(1000);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  expect_refused("is damaged");
}

TEST_F(HealthTest, AnOverwrittenPage) {
  make_file(1000);
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(4096 * 20);
  out << std::string(4096, '\x55');
  out.close();
  expect_refused("is damaged");
}

TEST_F(HealthTest, ANewerFile) {
  make_file();
  OtherProgram(file).run(
      "CREATE TABLE trinity_schema (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL); "
      "INSERT INTO trinity_schema VALUES (99, 't')");
  expect_refused("Use a newer program");
}

TEST_F(HealthTest, AFileThatAnotherProgramKeepsLocked) {
  make_file();
  OtherProgram other(file);
  other.run("BEGIN EXCLUSIVE");
  try {
    check_file(file, 1, {50ms, 1s});
    ADD_FAILURE() << "it was not refused";
  } catch (const Failure& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("locked by another program (waited 50 ms)"));
  }
  expect_refused("locked by another program");
  other.run("ROLLBACK");
  EXPECT_EQ(opening(file), "");
}

TEST_F(HealthTest, AFileThatAnotherProgramIsWritingTo) {
  make_file();
  OtherProgram other(file);
  other.run("BEGIN IMMEDIATE");
  expect_refused("locked by another program");
}

TEST_F(HealthTest, ADiskThatCannotBeWritten) {
  test::SmallDisk disk("4m");
  if (!disk.made()) GTEST_SKIP() << "only root can make a file system";
  file = disk / "trinity.db";
  make_file();
  ASSERT_TRUE(disk.make_read_only());
  expect_refused("cannot be written");
}

TEST_F(HealthTest, AFolderThatCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere; the read-only disk stands for it";
  make_file();
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0500));
  expect_refused("cannot be written");
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0700));
}

TEST_F(HealthTest, ADiskThatIsFull) {
  test::SmallDisk disk("1m");
  if (!disk.made()) GTEST_SKIP() << "only root can make a file system";
  file = disk / "trinity.db";
  make_file(1200);
  ASSERT_GT(std::filesystem::file_size(file), 550'000U);
  const auto before = OtherProgram(file).rows("SELECT * FROM things");
  // No room for the copy that comes before the change.
  EXPECT_THAT(opening(file), HasSubstr("disk is full"));
  EXPECT_EQ(OtherProgram(file).rows("SELECT * FROM things"), before);
  EXPECT_EQ(OtherProgram(file).rows("SELECT name FROM sqlite_master WHERE type = 'table'"),
            std::vector<std::string>{"things"});
  for (const auto& entry : std::filesystem::directory_iterator(disk.path()))
    EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr("backup"))) << "half a copy is left";
}

TEST_F(HealthTest, ARunningServerWhoseDiskIsFullGoesOnReading) {
  Database database(file, pool, 1);
  migrate(database);
  BackgroundCall background("test");
  auto limit = [](Session& s) {
    const auto pages = std::get<0>(*s.query("PRAGMA page_count").one<std::int64_t>());
    (void)s.query("PRAGMA max_page_count = " + std::to_string(pages)).one<std::int64_t>();
  };
  database.write_now(background.call(), limit);
  auto fill = [](Session& s) {
    for (int i = 0; i < 1000; ++i) {
      s.query("INSERT INTO system_settings VALUES (:a, :b, 't')", std::to_string(i), std::string(1000, 'x')).run();
    }
  };
  EXPECT_THROW(database.write_now(background.call(), fill), DiskFull);
  auto count = [](Session& s) { return std::get<0>(*s.query("SELECT count(*) FROM system_settings").one<int>()); };
  EXPECT_EQ(database.read_now(background.call(), count), 0) << "all or nothing";
}

TEST_F(HealthTest, LookingForDamageEndsInTime) {
  make_file(40'000);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(check_file(file, 1, {5s, 0ms}).looked_through);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_TRUE(check_file(file, 1, {5s, 60s}).looked_through);
}

TEST_F(HealthTest, RowsThatBreakARuleOfTheirTableAreNoDamage) {
  OtherProgram other(file);
  other.run("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (NULL)");
  other.run("PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE t (a TEXT NOT NULL)'");
  EXPECT_TRUE(check_file(file, 1, {5s, 60s}).looked_through);
}

}  // namespace
}  // namespace trinity::db
