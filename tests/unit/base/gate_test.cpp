#include "base/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "unit/db/run_task.h"

namespace trinity {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<bool> enter_once(Gate* gate, milliseconds limit) {
  const auto permit = co_await gate->enter(limit);
  co_return true;
}

TEST(Gate, RefusesAfterTheLimit) {
  Gate gate(1);
  auto held = gate.enter_now(seconds(1));
  EXPECT_THROW(test::run_task(enter_once(&gate, milliseconds(20))), Unavailable);
  EXPECT_THROW(gate.enter_now(milliseconds(20)), Unavailable);
}

TEST(Gate, APermitThatDiesLetsTheNextIn) {
  Gate gate(1);
  {
    auto held = gate.enter_now(seconds(1));
  }
  EXPECT_TRUE(test::run_task(enter_once(&gate, seconds(5))));
  EXPECT_TRUE(test::run_task(enter_once(&gate, seconds(5))));
}

TEST(Gate, AWaitingCoroutineIsWokenFromAnotherThread) {
  Gate gate(1);
  std::optional<Gate::Permit> held(gate.enter_now(seconds(1)));
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(20));
    held.reset();
  });
  EXPECT_TRUE(test::run_task(enter_once(&gate, seconds(20))));
  other.join();
}

TEST(Gate, ADestroyedWaiterGivesItsPlaceUp) {
  Gate gate(1);
  std::optional<Gate::Permit> held(gate.enter_now(seconds(1)));
  {
    asio::io_context io;
    asio::co_spawn(io, enter_once(&gate, seconds(20)), [](std::exception_ptr, bool) {});
    io.poll();  // it waits now, and is destroyed with the context
  }
  held.reset();
  EXPECT_TRUE(test::run_task(enter_once(&gate, milliseconds(100))));
}

Task<> visit(Gate* gate, std::atomic<int>* inside, std::atomic<int>* most, std::atomic<int>* visits) {
  const auto permit = co_await gate->enter(seconds(20));
  const int now_inside = inside->fetch_add(1) + 1;
  int seen = most->load();
  while (now_inside > seen && !most->compare_exchange_weak(seen, now_inside)) {
  }
  co_await asio::post(co_await asio::this_coro::executor, use_awaitable);
  inside->fetch_sub(1);
  visits->fetch_add(1);
}

TEST(Gate, NeverLetsMoreInThanItMay) {
  Gate gate(2);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> visits = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      asio::io_context io;
      for (int i = 0; i < 500; ++i) {
        asio::co_spawn(io, visit(&gate, &inside, &most, &visits),
                       [](std::exception_ptr fault) { EXPECT_FALSE(fault); });
      }
      io.run();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(visits.load(), 2000);
  EXPECT_LE(most.load(), 2);
}

}  // namespace
}  // namespace trinity
