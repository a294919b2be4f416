#include "fleet/host_meter.h"

#include <gtest/gtest.h>

#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using test::steady;

Time at(double seconds) {
  return test::wall(0) + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// Looks every `step` seconds from `from` to `to`; how often something was read.
int looked(HostMeter& meter, double from, double to, double step = 1) {
  int read = 0;
  for (double second = from; second < to; second += step) {
    if (meter.sample(steady(second), at(second))) ++read;
  }
  return read;
}

TEST(HostMeter, SeldomUnlessSomebodyLooks) {
  HostMeter meter({}, {});
  EXPECT_EQ(looked(meter, 0, 60), 6);
  meter.watch(1);
  EXPECT_EQ(looked(meter, 60, 120), 30);
  meter.watch(1);
  EXPECT_EQ(looked(meter, 120, 180), 30) << "once for all who look";
  meter.watch(-2);
  EXPECT_EQ(looked(meter, 190, 250), 6);
}

TEST(HostMeter, HistoryIsOldestFirstAndBounded) {
  HostMeter meter({}, {});
  meter.watch(1);
  HostFiguresPtr newest;
  for (double second = 0; second < 400; second += 2) newest = meter.sample(steady(second), at(second));
  ASSERT_TRUE(newest);
  ASSERT_EQ(newest->history.size(), 60U);
  for (std::size_t i = 1; i < newest->history.size(); ++i) {
    EXPECT_GE(newest->history[i].at_ms - newest->history[i - 1].at_ms, 4'900);
  }
  EXPECT_GT(newest->history.front().at_ms, epoch_ms(at(30)));
}

}  // namespace
}  // namespace trinity::fleet
