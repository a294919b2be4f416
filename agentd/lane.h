#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"

namespace trinity::agentd {

/// The agent's one conversation: one turn at a time, the others wait in order of arrival. Belongs to one I/O thread.
class Lane {
 public:
  /// While it lives nobody else is in the lane. Must not outlive the lane.
  class Hold {
   public:
    explicit Hold(Lane* lane) noexcept : lane_(lane) {}
    Hold(Hold&& other) noexcept : lane_(std::exchange(other.lane_, nullptr)) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (lane_ != nullptr) lane_->leave();
    }

   private:
    Lane* lane_;
  };

  explicit Lane(asio::any_io_executor executor, std::size_t most_waiting = 10)
      : executor_(std::move(executor)), most_waiting_(most_waiting) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Enters when the lane is free and nobody waits.
  [[nodiscard]] std::optional<Hold> try_enter();
  /// Waits at most `limit`. Nothing when too many wait already, when the time is over, after close(), or when `who`
  /// gave up.
  Task<std::optional<Hold>> enter(std::chrono::seconds limit, const void* who = nullptr);
  /// Ends the waiting of `who`, if it waits.
  void give_up(const void* who);
  /// Sends away all who wait and who will come.
  void close();

  [[nodiscard]] bool busy() const noexcept { return busy_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  struct Place {
    explicit Place(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    const void* who = nullptr;
    bool granted = false;
  };
  void leave();

  asio::any_io_executor executor_;
  std::size_t most_waiting_;
  bool busy_ = false;
  bool closed_ = false;
  std::deque<std::shared_ptr<Place>> waiting_;
};

}  // namespace trinity::agentd
