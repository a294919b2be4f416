#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <latch>
#include <set>
#include <thread>

#include "base/blocking.h"
#include "base/io_threads.h"
#include "base/spawn.h"

namespace trinity {
namespace {

using namespace std::chrono_literals;

struct Seen {
  std::thread::id before;
  std::thread::id inside;
  std::thread::id after;
};

Task<Seen> cross(BlockingPool* pool) {
  Seen seen;
  seen.before = std::this_thread::get_id();
  auto job = [] { return std::this_thread::get_id(); };
  seen.inside = co_await pool->run(std::move(job));
  seen.after = std::this_thread::get_id();
  co_return seen;
}

Task<int> failing(BlockingPool* pool) {
  auto job = []() -> int { throw NotFound("gone"); };
  co_return co_await pool->run(std::move(job));
}

Task<> run_job(BlockingPool* pool, std::function<void()> job) {
  co_await pool->run(std::move(job));
}

Task<> signal_and_throw(std::promise<void>* done) {
  done->set_value();
  throw std::runtime_error("escapes");
  co_return;
}

struct ThreadsTest : testing::Test {
  IoThreads threads{2};
  BlockingPool pool{2, 3};
  ThreadsTest() { threads.start(); }
  ~ThreadsTest() override {
    pool.join();
    threads.stop();
    threads.join();
  }
};

TEST_F(ThreadsTest, BlockingWorkLeavesAndComesBack) {
  const auto seen = asio::co_spawn(threads[1], cross(&pool), asio::use_future).get();
  EXPECT_EQ(seen.before, seen.after);
  EXPECT_NE(seen.before, seen.inside);
}

TEST_F(ThreadsTest, BlockingWorkThrowsToItsCaller) {
  EXPECT_THROW(asio::co_spawn(threads[0], failing(&pool), asio::use_future).get(), NotFound);
}

TEST_F(ThreadsTest, AFullQueueRefuses) {
  std::latch running(2);
  std::promise<void> release;
  const auto released = release.get_future().share();
  const std::function<void()> hold = [&running, released] {
    running.count_down();
    released.wait();
  };
  std::vector<std::future<void>> jobs;
  for (int i = 0; i < 2; ++i) jobs.push_back(asio::co_spawn(threads[0], run_job(&pool, hold), asio::use_future));
  running.wait();
  const std::function<void()> nothing = [] {};
  for (int i = 0; i < 3; ++i) jobs.push_back(asio::co_spawn(threads[0], run_job(&pool, nothing), asio::use_future));
  EXPECT_THROW(asio::co_spawn(threads[0], run_job(&pool, nothing), asio::use_future).get(), Unavailable);
  release.set_value();
  for (auto& job : jobs) EXPECT_NO_THROW(job.get());
  EXPECT_NO_THROW(asio::co_spawn(threads[0], run_job(&pool, nothing), asio::use_future).get());
}

TEST_F(ThreadsTest, WhatEscapesASpawnedCoroutineEndsOnlyIt) {
  std::promise<void> done;
  spawn("test", threads[0].get_executor(), signal_and_throw(&done));
  EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
  const std::function<void()> nothing = [] {};
  EXPECT_NO_THROW(asio::co_spawn(threads[0], run_job(&pool, nothing), asio::use_future).get());
}

TEST(IoThreads, EachContextHasAThreadOfItsOwn) {
  IoThreads threads(3);
  EXPECT_EQ(threads.size(), 3U);
  threads.start();
  std::set<std::thread::id> ids;
  for (std::size_t i = 0; i < 3; ++i) {
    std::promise<std::thread::id> id;
    asio::post(threads[i], [&id] { id.set_value(std::this_thread::get_id()); });
    ids.insert(id.get_future().get());
  }
  EXPECT_EQ(ids.size(), 3U);
}

}  // namespace
}  // namespace trinity
