#include "base/scheduling.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <thread>

namespace trinity {

namespace {

/// The shortest that the system grants.
constexpr std::uint64_t turn_nanoseconds = 100'000;

/// As sched_setattr(2) has it; the C library does not declare it.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  ///< with an ordinary policy: the length of a turn
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

}  // namespace

std::size_t usable_cores() noexcept {
  const std::size_t all = std::max(1U, std::thread::hardware_concurrency());
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  // Fails on machines with more cores than the set holds.
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return all;
  return std::clamp<std::size_t>(static_cast<std::size_t>(CPU_COUNT(&allowed)), 1, all);
}

void prefer_short_turns() noexcept {
  Attributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_BATCH) return;
  attributes.runtime = turn_nanoseconds;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

std::chrono::nanoseconds thread_time() noexcept {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

}  // namespace trinity
