#include "agentd/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "agentd/autorun.h"
#include "base/spawn.h"

namespace trinity::agentd {
namespace {

using std::chrono::seconds;

/// Writes down the number, negative when the lane was refused.
Task<> enter(Lane* lane, int number, std::vector<int>* order, seconds limit) {
  const auto hold = co_await lane->enter(limit);
  order->push_back(hold ? number : -number);
}

class LaneTest : public testing::Test {
 protected:
  void come(int number) { spawn("test", context_.get_executor(), enter(&lane_, number, &order_, seconds(60))); }

  asio::io_context context_{1};
  Lane lane_{context_.get_executor(), 3};
  std::vector<int> order_;
};

TEST_F(LaneTest, FreeLaneTakesOneAtOnce) {
  auto hold = lane_.try_enter();
  ASSERT_TRUE(hold);
  EXPECT_FALSE(lane_.try_enter());
  hold.reset();
  EXPECT_TRUE(lane_.try_enter());
}

TEST_F(LaneTest, OrderOfArrivalAndAFullHouse) {
  auto hold = lane_.try_enter();
  for (int i = 1; i <= 5; ++i) come(i);
  context_.poll();
  EXPECT_EQ(lane_.waiting(), 3U);
  EXPECT_EQ(order_, (std::vector{-4, -5}));
  hold.reset();
  context_.restart();
  context_.poll();
  EXPECT_EQ(order_, (std::vector{-4, -5, 1, 2, 3}));
  EXPECT_FALSE(lane_.busy());
}

TEST_F(LaneTest, NobodyPassesThoseWhoWait) {
  auto hold = lane_.try_enter();
  come(1);
  context_.poll();
  hold.reset();
  // Not yet resumed, but the lane is the first one's.
  EXPECT_FALSE(lane_.try_enter());
  context_.restart();
  context_.poll();
  EXPECT_EQ(order_, std::vector{1});
}

TEST_F(LaneTest, CloseSendsAllAway) {
  auto hold = lane_.try_enter();
  come(1);
  context_.poll();
  lane_.close();
  come(2);
  context_.restart();
  context_.poll();
  EXPECT_THAT(order_, testing::UnorderedElementsAre(-1, -2));
  hold.reset();
  EXPECT_FALSE(lane_.try_enter());
}

TEST_F(LaneTest, WaitingHasAnEnd) {
  auto hold = lane_.try_enter();
  spawn("test", context_.get_executor(), enter(&lane_, 1, &order_, seconds(0)));
  context_.run();
  EXPECT_EQ(order_, std::vector{-1});
  EXPECT_EQ(lane_.waiting(), 0U);
}

TEST(NextAutorun, Table) {
  const SteadyTime zero{};
  const std::tuple<int, int, int, int> cases[] = {
      // due, every, now, next
      {10, 20, 0, 10},  {10, 20, 9, 10},  {10, 20, 10, 30},  {10, 20, 11, 30}, {10, 20, 29, 30},
      {10, 20, 30, 50}, {10, 20, 31, 50}, {10, 20, 95, 110}, {10, 1, 10, 11},  {0, 86400, 86399, 86400},
  };
  for (const auto& [due, every, now, next] : cases) {
    EXPECT_EQ(next_autorun(zero + seconds(due), seconds(every), zero + seconds(now)), zero + seconds(next))
        << due << " " << every << " " << now;
  }
}

}  // namespace
}  // namespace trinity::agentd
