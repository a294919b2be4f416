#include "base/scheduling.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>

namespace trinity {
namespace {

/// As sched_getattr(2) tells it: size, policy, flags, nice and priority, then the length of a turn.
std::uint64_t turn_of_this_thread() {
  std::array<std::uint64_t, 6> attributes{};
  if (::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0) != 0) return 0;
  return attributes[3];
}

TEST(Scheduling, CoresAreThoseThatTheProcessMayUse) {
  std::size_t before = 0;
  std::size_t after = 0;
  std::thread([&] {
    before = usable_cores();
    cpu_set_t all;
    CPU_ZERO(&all);
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    std::size_t first = 0;
    while (!CPU_ISSET(first, &all)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    after = usable_cores();
  }).join();
  EXPECT_GE(before, 1U);
  EXPECT_LE(before, std::max(1U, std::thread::hardware_concurrency()));
  EXPECT_EQ(after, 1U);
}

TEST(Scheduling, ShortTurnsKeepTheShare) {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  int nice = -100;
  std::thread([&] {
    ASSERT_EQ(::setpriority(PRIO_PROCESS, 0, 3), 0);
    before = turn_of_this_thread();
    prefer_short_turns();
    after = turn_of_this_thread();
    nice = ::getpriority(PRIO_PROCESS, 0);
  }).join();
  EXPECT_EQ(nice, 3);
  if (before == 0) GTEST_SKIP() << "this system does not tell the length of a turn";
  EXPECT_EQ(after, 100'000U);
}

}  // namespace
}  // namespace trinity
