#pragma once
#include <chrono>
#include <cstddef>
#include <deque>

#include "base/clock.h"

namespace trinity::live {

/// Counts how often something happened within the last `window`. Bounded: remembers at most `limit` moments.
class Window {
 public:
  Window(std::size_t limit, std::chrono::milliseconds window) : limit_(limit), window_(window) {}

  /// Notes one more and tells whether that stays within the limit. What goes beyond it is not counted.
  bool take(SteadyTime at) {
    while (!moments_.empty() && at - moments_.front() >= window_) moments_.pop_front();
    if (moments_.size() >= limit_) return false;
    moments_.push_back(at);
    return true;
  }

 private:
  std::size_t limit_;
  std::chrono::milliseconds window_;
  std::deque<SteadyTime> moments_;
};

/// What one socket may ask for.
struct SocketLimits {
  std::size_t frames_per_second = 10;
  std::size_t breaches = 3;  ///< within `breach_window` the last one closes the socket
  std::chrono::milliseconds breach_window{10'000};
};

}  // namespace trinity::live
