#include "app/retention.h"

#include <gtest/gtest.h>

#include "base/io_threads.h"
#include "support/fleet_house.h"

namespace trinity::app {
namespace {

using namespace std::chrono_literals;

TEST(Retention, RemovesInSmallStepsUntilNothingIsOld) {
  IoThreads io(1);
  std::atomic<std::int64_t> left{25};
  std::atomic<int> steps{0};
  std::atomic<int> failed{0};
  std::atomic<std::int64_t> until{0};
  Retention retention(90, {10ms, 20ms, 1ms, 10});
  retention.add("broken things", [&](Call, Time, std::int64_t) -> Task<std::int64_t> {
    ++failed;
    throw std::runtime_error("the disk is full");
    co_return 0;
  });
  retention.add("things", [&](Call, Time older_than, std::int64_t most) -> Task<std::int64_t> {
    ++steps;
    until = epoch_ms(older_than);
    const auto removed = std::min(most, left.load());
    left -= removed;
    co_return removed;
  });
  retention.start(io[0].get_executor());
  io.start();
  EXPECT_TRUE(test::eventually([&] { return left == 0 && failed > 1; })) << "one that fails does not stop the others";
  EXPECT_GE(steps, 3);
  EXPECT_NEAR(static_cast<double>(until), static_cast<double>(epoch_ms(now() - std::chrono::days(90))), 60'000);
  io.stop();
  io.join();
}

TEST(Retention, ZeroKeepsEverything) {
  IoThreads io(1);
  std::atomic<int> steps{0};
  Retention retention(0, {1ms, 1ms, 1ms, 10});
  retention.add("things", [&](Call, Time, std::int64_t) -> Task<std::int64_t> {
    ++steps;
    co_return 0;
  });
  retention.start(io[0].get_executor());
  io.start();
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(steps, 0);
  io.stop();
  io.join();
}

}  // namespace
}  // namespace trinity::app
