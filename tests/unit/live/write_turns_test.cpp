#include "live/write_turns.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <vector>

namespace trinity::live {
namespace {

constexpr auto few = WriteTurns::at_once;

TEST(WriteTurns, OtherWorkHasItsTurnBetweenAFew) {
  asio::io_context context;
  const asio::any_io_executor executor = context.get_executor();
  std::vector<std::size_t> order;
  constexpr std::size_t other = 1'000;
  for (std::size_t i = 0; i < 3 * few; ++i) {
    WriteTurns::of(executor).want(executor, [&order, i] { order.push_back(i); });
  }
  EXPECT_TRUE(order.empty()) << "nobody is woken at once";
  asio::post(executor, [&] {
    order.push_back(other);
    asio::post(executor, [&] { order.push_back(other); });
  });
  context.run();
  ASSERT_EQ(order.size(), 3 * few + 2);
  EXPECT_EQ(order[few], other);
  EXPECT_EQ(order[2 * few + 1], other);
  std::erase(order, other);
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

TEST(WriteTurns, WhoIsWokenMayWantAnotherTurn) {
  asio::io_context context;
  const asio::any_io_executor executor = context.get_executor();
  auto& turns = WriteTurns::of(executor);
  int woken = 0;
  turns.want(executor, [&] {
    ++woken;
    turns.want(executor, [&] { ++woken; });
  });
  context.run();
  EXPECT_EQ(woken, 2);
}

TEST(WriteTurns, OneForEachContext) {
  asio::io_context one;
  asio::io_context two;
  EXPECT_EQ(&WriteTurns::of(one.get_executor()), &WriteTurns::of(one.get_executor()));
  EXPECT_NE(&WriteTurns::of(one.get_executor()), &WriteTurns::of(two.get_executor()));
}

TEST(WriteTurns, WhatWaitsAtTheEndIsDropped) {
  const auto held = std::make_shared<int>();
  {
    asio::io_context context;
    const asio::any_io_executor executor = context.get_executor();
    WriteTurns::of(executor).want(executor, [held] { FAIL(); });
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace trinity::live
