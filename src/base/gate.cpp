#include "base/gate.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>

#include "base/errors.h"

namespace trinity {

/// One who waits: a thread, or a coroutine with an executor. The timer belongs to the coroutine and is touched only on
/// its executor.
struct Gate::Waiter {
  std::optional<asio::any_io_executor> executor;
  asio::steady_timer* timer = nullptr;
  bool granted = false;  // guarded by the gate's mutex
};

/// A coroutine's place in the queue. Leaving early (limit, destroyed coroutine) gives up the place or the permit.
struct Gate::Place {
  Gate* gate;
  std::shared_ptr<Waiter> waiter;
  bool taken = false;

  ~Place() {
    waiter->timer = nullptr;
    if (taken) return;
    bool granted = false;
    {
      const std::lock_guard lock(gate->mutex_);
      granted = waiter->granted;
      if (!granted) gate->waiting_.remove(waiter);
    }
    if (granted) gate->leave();
  }
  bool take() {
    const std::lock_guard lock(gate->mutex_);
    taken = waiter->granted;
    return taken;
  }
};

void Gate::refuse() const {
  throw Unavailable(refusal_);
}

bool Gate::take_free() {
  if (free_ == 0) return false;
  --free_;
  return true;
}

Task<Gate::Permit> Gate::enter(std::chrono::milliseconds limit) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, limit);
  auto waiter = std::make_shared<Waiter>();
  waiter->executor = executor;
  waiter->timer = &timer;
  {
    const std::lock_guard lock(mutex_);
    if (take_free()) co_return Permit(this);
    waiting_.push_back(waiter);
  }
  Place place{this, waiter};
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
  if (!place.take()) refuse();
  co_return Permit(this);
}

Gate::Permit Gate::enter_now(std::chrono::milliseconds limit) {
  auto waiter = std::make_shared<Waiter>();
  std::unique_lock lock(mutex_);
  if (take_free()) return Permit(this);
  waiting_.push_back(waiter);
  granted_.wait_for(lock, limit, [&] { return waiter->granted; });
  if (waiter->granted) return Permit(this);
  waiting_.remove(waiter);
  refuse();
}

void Gate::leave() noexcept {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  const auto next = std::move(waiting_.front());
  waiting_.pop_front();
  next->granted = true;
  if (!next->executor) {
    granted_.notify_all();
    return;
  }
  // Posted under the lock: the waiter cannot go on, end and take its io_context along before this is done. An expiry in
  // the past also ends a wait that has not begun yet.
  asio::post(*next->executor, [next] {
    if (next->timer != nullptr) next->timer->expires_at(std::chrono::steady_clock::time_point::min());
  });
}

}  // namespace trinity
