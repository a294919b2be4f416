#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "activities/types.h"
#include "base/clock.h"

namespace trinity::activities {

struct BacklogBounds {
  std::size_t most = 10'000;               ///< works that wait; beyond them the oldest is lost
  std::chrono::milliseconds pause{1'000};  ///< before the first new attempt; doubled after each that fails
  std::chrono::milliseconds longest{30'000};
  std::chrono::seconds give_up{3'600};  ///< older works are lost
};

/// Rows to be stored, each with what is told of it.
struct Adding {
  std::vector<Told> rows;
};
/// An activity to be ended.
struct Finishing {
  std::string id;
  Ending how;
  Time at{};
};
using Work = std::variant<Adding, Finishing>;

/// What the database did not take, in order. Not for two threads at a time.
class Backlog {
 public:
  explicit Backlog(BacklogBounds bounds) : bounds_(bounds) {}

  struct Entry {
    std::shared_ptr<const Work> work;
    SteadyTime since{};
  };
  /// How many were lost for it.
  std::size_t put(Work work, SteadyTime at) {
    entries_.push_back({std::make_shared<const Work>(std::move(work)), at});
    if (entries_.size() <= bounds_.most) return 0;
    entries_.pop_front();
    return 1;
  }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// The one that is next; empty: nothing.
  [[nodiscard]] std::shared_ptr<const Work> first() const { return entries_.empty() ? nullptr : entries_.front().work; }
  /// This one is done with. It may have been lost meanwhile.
  void remove(const std::shared_ptr<const Work>& work) {
    if (!entries_.empty() && entries_.front().work == work) entries_.pop_front();
  }
  /// How many were too old.
  std::size_t drop_old(SteadyTime at) {
    std::size_t lost = 0;
    for (; !entries_.empty() && at - entries_.front().since > bounds_.give_up; ++lost) entries_.pop_front();
    return lost;
  }
  [[nodiscard]] const BacklogBounds& bounds() const noexcept { return bounds_; }

 private:
  BacklogBounds bounds_;
  std::deque<Entry> entries_;
};

}  // namespace trinity::activities
