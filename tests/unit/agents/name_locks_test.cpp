#include "agents/name_locks.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include "base/errors.h"
#include "unit/db/run_task.h"

namespace trinity::agents {
namespace {

using namespace std::chrono_literals;

Task<> hold_and_ask(NameLocks* locks, std::string held_name, std::string asked_name) {
  const auto held = co_await locks->lock(std::move(held_name), 1s);
  const auto asked = co_await locks->lock(std::move(asked_name), 20ms);
}

TEST(NameLocks, OneAtATimePerName) {
  NameLocks locks;
  EXPECT_THROW(test::run_task(hold_and_ask(&locks, "bot", "bot")), Conflict);
  EXPECT_NO_THROW(test::run_task(hold_and_ask(&locks, "bot", "other")));
}

Task<> work(NameLocks* locks, int number, std::vector<int>* order, int* inside) {
  const auto held = co_await locks->lock("bot", 10s);
  EXPECT_EQ(++*inside, 1);
  const auto here = co_await asio::this_coro::executor;
  co_await asio::post(here, use_awaitable);
  order->push_back(number);
  --*inside;
}

TEST(NameLocks, InTheOrderOfAsking) {
  NameLocks locks;
  std::vector<int> order;
  int inside = 0;
  asio::io_context io;
  for (int i = 0; i < 5; ++i) {
    asio::co_spawn(io, work(&locks, i, &order, &inside), [](std::exception_ptr fault) { EXPECT_FALSE(fault); });
  }
  io.run_for(10s);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace trinity::agents
