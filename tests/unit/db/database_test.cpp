#include "db/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <thread>

#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"

namespace trinity::db {
namespace {

using std::int64_t;
using std::string;

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    auto job = [](Session& s) {
      s.query("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, note TEXT, score REAL)").run();
    };
    database.write_now(call, std::move(job));
  }
  void insert(int64_t id, const string& name) {
    auto job = [&](Session& s) { s.query("INSERT INTO t (id, name) VALUES (:a, :b)", id, name).run(); };
    database.write_now(call, std::move(job));
  }
  int64_t count() {
    auto job = [](Session& s) { return std::get<0>(*s.query("SELECT count(*) FROM t").one<int64_t>()); };
    return database.read_now(call, std::move(job));
  }

  test::TempDir dir;
  BlockingPool pool{4};
  Database database{dir / "sub" / "test.db", pool, 2};
  BackgroundCall background{"test"};
  Call call = background.call();
};

TEST_F(DatabaseTest, MakesItsDirectoryAndUsesTheWalJournal) {
  EXPECT_TRUE(std::filesystem::exists(dir / "sub/test.db"));
  auto job = [](Session& s) { return std::get<0>(*s.query("PRAGMA journal_mode").one<string>()); };
  EXPECT_EQ(database.read_now(call, job), "wal");
  auto synchronous = [](Session& s) { return std::get<0>(*s.query("PRAGMA synchronous").one<int64_t>()); };
  EXPECT_EQ(database.write_now(call, synchronous), 1);
  auto keys = [](Session& s) { return std::get<0>(*s.query("PRAGMA foreign_keys").one<int64_t>()); };
  EXPECT_EQ(database.write_now(call, keys), 0);
}

TEST_F(DatabaseTest, CarriesEveryTypeAndNullBothWays) {
  auto put = [](Session& s) {
    return s
        .query("INSERT INTO t (id, name, note, score) VALUES (:a, :b, :c, :d), (:e, :f, NULL, NULL)",
               int64_t{9'007'199'254'740'993}, "Ann's \"x\"", std::optional<string>(), 1.5, 2, string("Bo\xc3\xb6"))
        .run();
  };
  EXPECT_EQ(database.write_now(call, put), 2);
  auto get = [](Session& s) {
    return s.query("SELECT id, name, note, score FROM t ORDER BY score DESC")
        .all<int64_t, string, std::optional<string>, std::optional<double>>();
  };
  const auto rows = database.read_now(call, get);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], std::make_tuple(9'007'199'254'740'993, "Ann's \"x\"", std::nullopt, 1.5));
  EXPECT_EQ(rows[1], std::make_tuple(2, "Bo\xc3\xb6", std::nullopt, std::nullopt));
}

TEST_F(DatabaseTest, BindsByNameNotByOrderOfAppearance) {
  auto job = [](Session& s) { return s.query("SELECT :b, :a, :b", 1, "two").one<string, int64_t, string>(); };
  EXPECT_EQ(database.read_now(call, job), std::make_tuple("two", 1, "two"));
}

TEST_F(DatabaseTest, OneGivesNothingWhenThereIsNoRow) {
  insert(1, "a");
  auto job = [](Session& s) {
    const auto found = s.query("SELECT name FROM t WHERE id = :a", 1).one<string>();
    const auto missing = s.query("SELECT name FROM t WHERE id = :a", 2).one<string>();
    return std::make_pair(found.has_value(), missing.has_value());
  };
  EXPECT_EQ(database.read_now(call, job), std::make_pair(true, false));
}

TEST_F(DatabaseTest, NullInAColumnReadAsPlainValueIsAFailure) {
  insert(1, "a");
  auto job = [](Session& s) { return s.query("SELECT note FROM t").one<string>().has_value(); };
  EXPECT_THROW(database.read_now(call, job), Failure);
}

TEST_F(DatabaseTest, NoStatementStaysOpen) {
  for (int i = 0; i < 5; ++i) insert(i, "n" + std::to_string(i));
  auto job = [](Session& s) {
    s.query("SELECT id FROM t").one<int64_t>();  // rows are left over
    s.query("SELECT id FROM t").all<int64_t>();
    EXPECT_THROW(s.query("SELECT note FROM t").one<string>(), Failure);
    EXPECT_THROW(s.query("SELECT nonsense FROM t").one<string>(), Failure);
    return s.open_statements();
  };
  EXPECT_EQ(database.read_now(call, job), 0);
  auto write = [](Session& s) {
    EXPECT_THROW(s.query("INSERT INTO t (id, name) VALUES (0, 'again')").run(), ConstraintViolation);
    return s.open_statements();
  };
  EXPECT_EQ(database.write_now(call, write), 0);
}

TEST_F(DatabaseTest, ConstraintsAreTypedAndHideTheValues) {
  insert(1, "hidden-value");
  auto job = [](Session& s) { s.query("INSERT INTO t (id, name) VALUES (2, :a)", "hidden-value").run(); };
  try {
    database.write_now(call, job);
    FAIL() << "the unique rule was not kept";
  } catch (const ConstraintViolation& fault) {
    EXPECT_THAT(fault.what(), testing::HasSubstr("UNIQUE"));
    EXPECT_THAT(fault.what(), testing::Not(testing::HasSubstr("hidden-value")));
    EXPECT_FALSE(fault.shown());
  }
}

TEST_F(DatabaseTest, AJobThatThrowsChangesNothing) {
  auto job = [](Session& s) {
    s.query("INSERT INTO t (id, name) VALUES (1, 'a')").run();
    throw Conflict("no");
  };
  EXPECT_THROW(database.write_now(call, job), Conflict);
  EXPECT_EQ(count(), 0);
  insert(1, "a");  // the connection is usable again
  EXPECT_EQ(count(), 1);
}

TEST_F(DatabaseTest, ReadersSeeWhatWasCommittedAndNothingElse) {
  auto job = [&](Session& s) {
    s.query("INSERT INTO t (id, name) VALUES (1, 'a')").run();
    EXPECT_EQ(count(), 0);
  };
  database.write_now(call, job);
  EXPECT_EQ(count(), 1);
}

TEST_F(DatabaseTest, AReadJobSeesOneState) {
  insert(1, "a");
  auto job = [&](Session& s) {
    const auto before = s.query("SELECT count(*) FROM t").one<int64_t>();
    insert(2, "b");
    const auto after = s.query("SELECT count(*) FROM t").one<int64_t>();
    return before == after;
  };
  EXPECT_TRUE(database.read_now(call, job));
  EXPECT_EQ(count(), 2);
}

TEST_F(DatabaseTest, AReaderRefusesToWrite) {
  auto job = [](Session& s) { s.query("INSERT INTO t (id, name) VALUES (1, 'a')").run(); };
  EXPECT_THROW(database.read_now(call, job), Failure);
}

TEST_F(DatabaseTest, CountsStatementsButNotTransactions) {
  CallCost cost;
  const string id = "request";
  auto job = [](Session& s) {
    s.query("INSERT INTO t (id, name) VALUES (1, 'a')").run();
    s.query("SELECT id FROM t").all<int64_t>();
  };
  database.write_now(Call(&id, &cost), job);
  EXPECT_EQ(cost.sql.load(), 2U);
  EXPECT_EQ(cost.engine.load(), 0U);
}

TEST_F(DatabaseTest, AHeldLockIsBusy) {
  // Another program holds the write lock for longer than the limit.
  Session other(database.file(), Session::Mode::writer);
  std::promise<void> held;
  std::promise<void> release;
  std::thread holder([&] {
    auto job = [&](Session&) {
      held.set_value();
      release.get_future().wait();
    };
    other.transaction(call, job);
  });
  held.get_future().wait();
  auto job = [](Session& s) { s.query("INSERT INTO t (id, name) VALUES (1, 'a')").run(); };
  EXPECT_THROW(database.write_now(call, job), Busy);
  release.set_value();
  holder.join();
  EXPECT_NO_THROW(database.write_now(call, job));
}

Task<int64_t> write_then_read(Database* database, Call call) {
  auto put = [](Session& s) { return s.query("INSERT INTO t (id, name) VALUES (7, 'seven')").run(); };
  co_await database->write(call, std::move(put));
  auto get = [](Session& s) { return std::get<0>(*s.query("SELECT id FROM t WHERE name = 'seven'").one<int64_t>()); };
  co_return co_await database->read(call, std::move(get));
}

TEST_F(DatabaseTest, CoroutinesWriteAndRead) {
  EXPECT_EQ(test::run_task(write_then_read(&database, call)), 7);
}

Task<> failing_write(Database* database, Call call) {
  auto job = [](Session& s) {
    s.query("INSERT INTO t (id, name) VALUES (8, 'eight')").run();
    throw Conflict("no");
  };
  co_await database->write(call, std::move(job));
}

TEST_F(DatabaseTest, AJobsErrorReachesTheCoroutine) {
  EXPECT_THROW(test::run_task(failing_write(&database, call)), Conflict);
  EXPECT_EQ(count(), 0);
}

Task<> add_and_publish(Database* database, Call call, int64_t id, std::vector<int64_t>* published) {
  auto job = [id](Session& s) {
    s.query("INSERT INTO t (id, name) VALUES (:a, :b)", id, std::to_string(id)).run();
    return std::get<0>(*s.query("SELECT count(*) FROM t").one<int64_t>());
  };
  // Not guarded: the writer is the guard.
  auto publish = [published](int64_t rows) { published->push_back(rows); };
  co_await database->write(call, std::move(job), std::move(publish));
}

TEST_F(DatabaseTest, ManyWritersArePublishedInTheOrderOfTheirCommits) {
  std::vector<int64_t> published;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      asio::io_context io;
      for (int i = 0; i < 50; ++i) {
        asio::co_spawn(io, add_and_publish(&database, call, t * 50 + i, &published),
                       [](std::exception_ptr fault) { EXPECT_FALSE(fault); });
      }
      io.run();
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(published.size(), 200U);
  for (std::size_t i = 0; i < published.size(); ++i) EXPECT_EQ(published[i], static_cast<int64_t>(i + 1));
}

Task<> read_and_publish(Database* database, Call call, std::vector<int64_t>* published) {
  auto job = [](Session& s) { return std::get<0>(*s.query("SELECT count(*) FROM t").one<int64_t>()); };
  auto publish = [published](int64_t& count) { published->push_back(count); };
  co_await database->read_in_order(call, std::move(job), std::move(publish));
}

TEST_F(DatabaseTest, AReadInOrderIsPublishedBetweenTheWritesThatItSawAndTheOthers) {
  std::vector<int64_t> published;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      asio::io_context io;
      const auto check = [](std::exception_ptr fault) { EXPECT_FALSE(fault); };
      for (int i = 0; i < 40; ++i) {
        asio::co_spawn(io, add_and_publish(&database, call, t * 40 + i, &published), check);
        if (i % 4 == 0) asio::co_spawn(io, read_and_publish(&database, call, &published), check);
      }
      io.run();
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(published.size(), 200U);
  EXPECT_TRUE(std::ranges::is_sorted(published)) << "never an older state behind a newer one";
}

TEST_F(DatabaseTest, AFileThatIsNoDatabaseIsRefused) {
  const auto file = dir / "not-a-database";
  {
    std::ofstream out(file);
    out << string(5000, 'x');
  }
  EXPECT_THROW(Database(file, pool, 1), Failure);
  EXPECT_EQ(std::filesystem::file_size(file), 5000U);
}

}  // namespace
}  // namespace trinity::db
