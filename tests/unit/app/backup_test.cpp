#include "app/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "app/home.h"
#include "db/database.h"
#include "db/migrations.h"
#include "unit/db/sqlite_file.h"
#include "unit/db/temp_dir.h"

namespace trinity::app {
namespace {

using test::OtherProgram;
using testing::HasSubstr;

struct Outcome {
  int status = -1;
  std::string out;
  std::string errors;
};

/// What main does with a command line, as far as backups are concerned.
Outcome run(std::vector<std::string> words) {
  std::ostringstream out;
  std::ostringstream errors;
  const auto parsed = parse_command_line(words, {}, out, errors);
  Outcome outcome;
  if (parsed.exit_code) {
    outcome.status = *parsed.exit_code;
  } else if (parsed.backup) {
    outcome.status = back_up(parsed.config, *parsed.backup, out, errors);
  }
  outcome.out = out.str();
  outcome.errors = errors.str();
  return outcome;
}

class BackupCommand : public testing::Test {
 protected:
  test::TempDir dir;
  std::string home = dir / "home";
  std::string copy = dir / "copy.db";
};

TEST_F(BackupCommand, WorksBesideAServerThatWrites) {
  const Home lock(home);
  BlockingPool pool(2);
  BackgroundCall call("test");
  db::Database database(dir / "home" / "trinity.db", pool, 1);
  db::migrate(database);
  std::atomic<int> written{0};
  const std::jthread writer([&](const std::stop_token& ended) {
    BackgroundCall own("writer");
    while (!ended.stop_requested()) {
      const auto name = std::to_string(written.load());
      auto both = [&](db::Session& session) {
        session.query("INSERT INTO system_settings VALUES (:a, 'x', 't')", "a" + name).run();
        session.query("INSERT INTO system_settings VALUES (:a, 'x', 't')", "b" + name).run();
      };
      database.write_now(own.call(), both);
      ++written;
    }
  });
  while (written < 20) std::this_thread::yield();
  const int before = written;
  const auto made = run({"--home", home, "--backup", copy});
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_THAT(made.out, HasSubstr("to " + copy + " (" + std::to_string(std::filesystem::file_size(copy)) + " bytes)"));
  OtherProgram file(copy);
  EXPECT_EQ(file.rows("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
  const auto count = [&](const std::string& letter) {
    return std::stoi(file.rows("SELECT count(*) FROM system_settings WHERE key GLOB '" + letter + "[0-9]*'")[0]);
  };
  EXPECT_GE(count("a"), before);
  EXPECT_EQ(count("a"), count("b")) << "half a transaction";
}

TEST_F(BackupCommand, AnExistingFileNeedsForce) {
  std::filesystem::create_directories(home);
  OtherProgram(dir / "home" / "trinity.db").run("CREATE TABLE t (a)");
  ASSERT_EQ(run({"--home", home, "--backup", copy}).status, 0);
  const auto again = run({"--home", home, "--backup", copy});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.errors, HasSubstr("will not overwrite " + copy));
  EXPECT_EQ(again.out, "");
  EXPECT_EQ(run({"--home", home, "--backup", copy, "--force"}).status, 0);
}

TEST_F(BackupCommand, FaultsHaveTheirExitCode) {
  const auto missing = run({"--home", home, "--backup", copy});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.errors, HasSubstr("there is no database " + home));
  EXPECT_FALSE(std::filesystem::exists(home)) << "a backup makes no data folder";
  EXPECT_EQ(run({"--backup"}).status, 2);
  EXPECT_EQ(run({"--backup", ""}).status, 2);
  const auto alone = run({"--force"});
  EXPECT_EQ(alone.status, 2);
  EXPECT_THAT(alone.errors, HasSubstr("--backup FILE"));
}

}  // namespace
}  // namespace trinity::app
