#pragma once
#include <chrono>
#include <cstddef>

namespace trinity {

/// How many cores this process may run on: those of the machine, less what its affinity takes away. At least 1.
[[nodiscard]] std::size_t usable_cores() noexcept;

/// Asks the system to give the calling thread the processor for short turns, and soon. Its share of the processor stays
/// what it is. For threads that answer others: beside programs that compute (agents do) they would else wait for the
/// end of a whole turn, some 3 ms. Systems that know no such wish (Linux before 6.12) leave the thread as it is.
void prefer_short_turns() noexcept;

/// What the calling thread has used of the processor so far.
[[nodiscard]] std::chrono::nanoseconds thread_time() noexcept;

}  // namespace trinity
