#include "executions/signal.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

namespace trinity::executions {

/// Leaves the list however the wait ends; a destroyed coroutine's timer is not touched any more.
struct Signal::Place {
  Signal* of;
  std::shared_ptr<Waiter> waiter;

  ~Place() {
    waiter->timer = nullptr;
    const std::lock_guard lock(of->mutex_);
    of->waiting_.remove(waiter);
  }
};

Task<bool> Signal::wait(std::chrono::milliseconds limit) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, limit);
  auto waiter = std::make_shared<Waiter>(executor, &timer);
  {
    const std::lock_guard lock(mutex_);
    if (set_) co_return true;
    waiting_.push_back(waiter);
  }
  const Place place{this, waiter};
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
  co_return is_set();
}

void Signal::set() {
  const std::lock_guard lock(mutex_);
  if (set_) return;
  set_ = true;
  // Posted under the lock: a waiter cannot go on, end and take its io_context along before this is done. An expiry in
  // the past also ends a wait that has not begun yet.
  for (const auto& waiter : waiting_) {
    asio::post(waiter->executor, [waiter] {
      if (waiter->timer != nullptr) waiter->timer->expires_at(std::chrono::steady_clock::time_point::min());
    });
  }
}

bool Signal::is_set() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

}  // namespace trinity::executions
