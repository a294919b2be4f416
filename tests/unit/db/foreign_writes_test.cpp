#include "db/foreign_writes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "unit/db/sqlite_file.h"
#include "unit/db/temp_dir.h"

namespace trinity::db {
namespace {

using namespace std::chrono_literals;

class ForeignWritesTest : public testing::Test {
 protected:
  ForeignWritesTest() {
    write("CREATE TABLE t (id INTEGER)");
    // What was there before is known.
    other.run("INSERT INTO t VALUES (1)");
  }
  ~ForeignWritesTest() override {
    io.stop();
    if (thread.joinable()) thread.join();
    pool.join();
  }
  void write(const std::string& sql) {
    auto job = [&](Session& session) { session.query(sql).run(); };
    database.write_now(call.call(), std::move(job));
  }
  void watch() {
    writes = std::make_unique<ForeignWrites>(database, 5ms, [this](Call) { return note(this); });
    writes->start(io.get_executor());
    thread = std::thread([this] { io.run(); });
  }
  static Task<> note(ForeignWritesTest* test) {
    const auto rows = test->rows();
    test->calls.fetch_add(1);
    if (test->failures > 0) {
      --test->failures;
      throw std::runtime_error("cannot be read now");
    }
    test->seen = rows;
    co_return;
  }
  std::int64_t rows() {
    auto job = [](Session& session) {
      return std::get<0>(*session.query("SELECT COUNT(*) FROM t").one<std::int64_t>());
    };
    return database.read_now(call.call(), std::move(job));
  }
  bool comes_to(std::int64_t wanted) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (seen != wanted && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
    return seen == wanted;
  }

  test::TempDir dir;
  BlockingPool pool{2};
  Database database{dir / "test.db", pool, 2};
  BackgroundCall call{"test"};
  test::OtherProgram other{dir / "test.db"};
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  std::thread thread;
  std::unique_ptr<ForeignWrites> writes;
  std::atomic<int> calls = 0;
  std::atomic<int> failures = 0;
  std::atomic<std::int64_t> seen = -1;
};

TEST_F(ForeignWritesTest, AnotherProgramsWriteIsNoticedOnce) {
  watch();
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(calls, 0) << "nothing has changed since";
  other.run("INSERT INTO t VALUES (2)");
  ASSERT_TRUE(comes_to(2));
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(calls, 1);
  other.run("INSERT INTO t VALUES (3)");
  ASSERT_TRUE(comes_to(3));
}

TEST_F(ForeignWritesTest, OwnWritesAreNone) {
  watch();
  for (int i = 0; i < 50; ++i) {
    write("INSERT INTO t VALUES (7)");
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(calls, 0);
  other.run("DELETE FROM t");
  // Noticed though an own write comes behind it before anybody looks.
  write("INSERT INTO t VALUES (8)");
  ASSERT_TRUE(comes_to(1));
}

TEST_F(ForeignWritesTest, WhatIsRolledBackIsNoChange) {
  watch();
  other.run("BEGIN IMMEDIATE; INSERT INTO t VALUES (9); ROLLBACK");
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(calls, 0);
}

TEST_F(ForeignWritesTest, AReadingThatFailsIsDoneAgain) {
  failures = 2;
  watch();
  other.run("INSERT INTO t VALUES (2)");
  ASSERT_TRUE(comes_to(2));
  EXPECT_EQ(calls, 3);
}

TEST_F(ForeignWritesTest, ALockHoldsNothingUp) {
  watch();
  other.run("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2)");
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(calls, 0);
  other.run("COMMIT");
  ASSERT_TRUE(comes_to(2));
}

}  // namespace
}  // namespace trinity::db
