#include "base/durations.h"

#include <gtest/gtest.h>

namespace trinity {
namespace {

using namespace std::chrono_literals;

TEST(Durations, ABoundBelongsToItsClass) {
  EXPECT_EQ(Durations::class_of(0ns), 0U);
  EXPECT_EQ(Durations::class_of(250us), 0U);
  EXPECT_EQ(Durations::class_of(250us + 1ns), 1U);
  EXPECT_EQ(Durations::class_of(60s), Durations::bounds.size() - 1);
  EXPECT_EQ(Durations::class_of(61s), Durations::bounds.size());
}

TEST(Durations, CountAndTotal) {
  Durations durations;
  durations.add(100us);
  durations.add(2s);
  durations.add(-5ns);
  EXPECT_EQ(durations.count(), 3U);
  EXPECT_EQ(durations.by_class[0], 2U) << "a clock that stepped back";
  EXPECT_EQ(durations.total, 2s + 100us);
}

}  // namespace
}  // namespace trinity
