#include "db/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "db/migrations.h"
#include "unit/db/small_disk.h"
#include "unit/db/sqlite_file.h"

namespace trinity::db {
namespace {

using test::bytes_of;
using test::OtherProgram;
using testing::HasSubstr;

class BackupTest : public testing::Test {
 protected:
  std::string refusal(const std::filesystem::path& from, const std::filesystem::path& to) {
    try {
      back_up(from, to);
    } catch (const Failure& fault) {
      return fault.what();
    }
    return {};
  }

  test::TempDir dir;
  std::filesystem::path file = dir / "trinity.db";
  std::filesystem::path copy = dir / "copy.db";
  BlockingPool pool{2};
  BackgroundCall background{"test"};
};

TEST_F(BackupTest, TheCopyIsOneStateWhileTheServerWrites) {
  Database database(file, pool, 1);
  migrate(database);
  auto tables = [](Session& s) {
    s.query("CREATE TABLE a (n INTEGER)").run();
    s.query("CREATE TABLE b (n INTEGER, filling TEXT)").run();
  };
  database.write_now(background.call(), tables);
  std::atomic<int> written{0};
  const std::jthread writer([&](const std::stop_token& ended) {
    BackgroundCall call("writer");
    while (!ended.stop_requested()) {
      auto both = [&](Session& s) {
        s.query("INSERT INTO a VALUES (:a)", written.load()).run();
        s.query("INSERT INTO b VALUES (:a, hex(randomblob(500)))", written.load()).run();
      };
      database.write_now(call.call(), both);
      ++written;
    }
  });
  while (written < 50) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) {
    const auto to = dir / ("copy" + std::to_string(i));
    const int before = written;
    const auto size = back_up(file, to);
    EXPECT_EQ(size, std::filesystem::file_size(to));
    OtherProgram made(to);
    EXPECT_EQ(made.rows("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
    EXPECT_EQ(made.rows("SELECT count(*) FROM a"), made.rows("SELECT count(*) FROM b"));
    EXPECT_GE(std::stoi(made.rows("SELECT count(*) FROM a")[0]), before);
  }
}

TEST_F(BackupTest, TheCopyIsForItsOwnerOnlyAndCanBeUsed) {
  {
    Database database(file, pool, 1);
    migrate(database);
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    back_up(file, copy);
  }
  EXPECT_EQ(std::filesystem::status(copy).permissions(), std::filesystem::perms(0600));
  EXPECT_FALSE(std::filesystem::exists(dir / "copy.db.partial"));
  Database restored(copy, pool, 1);
  EXPECT_EQ(migrate(restored), newest_version());
}

TEST_F(BackupTest, AFileOfAnotherDeploymentIsCopiedWithoutBeingTouched) {
  OtherProgram(file).run("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  const auto before = bytes_of(file);
  back_up(file, copy);
  EXPECT_TRUE(bytes_of(file) == before);
  EXPECT_EQ(OtherProgram(copy).rows("SELECT a FROM t"), std::vector<std::string>{"1"});
}

TEST_F(BackupTest, NothingIsOverwritten) {
  OtherProgram(file).run("CREATE TABLE t (a)");
  std::ofstream(copy) << "precious";
  EXPECT_THAT(refusal(file, copy), HasSubstr("will not overwrite " + copy.string()));
  EXPECT_EQ(bytes_of(copy), "precious");
}

TEST_F(BackupTest, WhatACutOffCopyLeftIsReplaced) {
  OtherProgram(file).run("CREATE TABLE t (a)");
  std::ofstream(copy.string() + ".partial") << "half";
  EXPECT_EQ(refusal(file, copy), "");
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".partial"));
}

TEST_F(BackupTest, FaultsAreNamedAndLeaveNoCopy) {
  EXPECT_THAT(refusal(dir / "missing", copy), HasSubstr("cannot be opened"));
  OtherProgram(file).run("CREATE TABLE t (a)");
  EXPECT_THAT(refusal(file, dir / "nowhere" / "copy.db"), HasSubstr("nowhere"));
  std::ofstream(file) << std::string(5000, 'x');
  EXPECT_THAT(refusal(file, copy), HasSubstr("is no database"));
  EXPECT_FALSE(std::filesystem::exists(dir / "missing"));
  EXPECT_FALSE(std::filesystem::exists(copy));
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".partial"));
}

TEST_F(BackupTest, AFullDiskLeavesNoHalfCopy) {
  test::SmallDisk disk("64k");
  if (!disk.made()) GTEST_SKIP() << "only root can make a file system";
  OtherProgram(file).run("CREATE TABLE t (a); INSERT INTO t VALUES (hex(randomblob(100000)))");
  EXPECT_THAT(refusal(file, disk / "copy.db"), HasSubstr("disk is full"));
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
}

}  // namespace
}  // namespace trinity::db
