#pragma once
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>

#include "base/task.h"

namespace trinity::executions {

/// Something that happens once. Coroutines of any thread wait for it; a coroutine's executor must run it on one thread
/// at a time. Must outlive the waits.
class Signal {
 public:
  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  /// True when it has happened, false when `limit` was over first.
  Task<bool> wait(std::chrono::milliseconds limit);
  /// Any thread; again does nothing.
  void set();
  [[nodiscard]] bool is_set() const;

 private:
  /// The timer belongs to the coroutine and is touched only on its executor.
  struct Waiter {
    asio::any_io_executor executor;
    asio::steady_timer* timer = nullptr;
  };
  struct Place;

  mutable std::mutex mutex_;
  bool set_ = false;
  std::list<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace trinity::executions
