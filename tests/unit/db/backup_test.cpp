#include "db/backup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

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

TEST_F(BackupTest, AnExistingFileIsReplacedWhenAsked) {
  OtherProgram(file).run("CREATE TABLE t (a); INSERT INTO t VALUES (7)");
  std::ofstream(copy) << "outdated";
  back_up(file, copy, Existing::replace);
  EXPECT_EQ(OtherProgram(copy).rows("SELECT a FROM t"), std::vector<std::string>{"7"});
  EXPECT_EQ(std::filesystem::status(copy).permissions(), std::filesystem::perms(0600));
}

TEST_F(BackupTest, WhatBelongsToTheDatabaseIsNeverReplaced) {
  OtherProgram keeps(file);
  keeps.run("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (7)");
  std::filesystem::create_hard_link(file, dir / "other-name.db");
  std::filesystem::create_symlink(file, dir / "link.db");
  for (const auto* name :
       {"trinity.db", "trinity.db-wal", "trinity.db-shm", "trinity.db-journal", "other-name.db", "link.db"}) {
    try {
      back_up(file, dir / name, Existing::replace);
      ADD_FAILURE() << name << " was overwritten";
    } catch (const Failure& fault) {
      EXPECT_THAT(fault.what(), HasSubstr("belongs to the database")) << name;
    }
  }
  EXPECT_EQ(keeps.rows("SELECT a FROM t"), std::vector<std::string>{"7"});
  EXPECT_EQ(OtherProgram(file).rows("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
}

TEST_F(BackupTest, AFolderIsNotReplaced) {
  OtherProgram(file).run("CREATE TABLE t (a)");
  EXPECT_THROW(back_up(file, dir.path(), Existing::replace), Failure);
  EXPECT_TRUE(std::filesystem::is_directory(dir.path()));
}

TEST_F(BackupTest, ASecondBackupToTheSameNameIsRefused) {
  OtherProgram(file).run("CREATE TABLE t (a)");
  const auto partial = copy.string() + ".partial";
  const int held = ::open(partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  EXPECT_THAT(refusal(file, copy), HasSubstr("another backup"));
  EXPECT_TRUE(std::filesystem::exists(partial)) << "it belongs to the other one";
  ::close(held);
  EXPECT_EQ(refusal(file, copy), "");
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
