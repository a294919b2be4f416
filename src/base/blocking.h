#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <optional>
#include <type_traits>

#include "base/errors.h"
#include "base/task.h"

namespace trinity {

/// Threads for work that blocks (SQL, password hashes, file walks, compression), so that I/O threads never do. Bounded:
/// when `max_waiting` jobs are queued the next one is refused with Unavailable instead of growing without limit. Any
/// thread.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads, std::size_t max_waiting = 10'000)
      : pool_(threads), max_waiting_(max_waiting) {}
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Runs `job` on the pool and resumes the caller on its own executor with the result, or with what the job threw.
  /// Store the job in a named variable first and move it in (see base/task.h): `auto job = [...] {...}; co_await
  /// pool.run(std::move(job));`
  template <class F>
  auto run(F job) -> Task<std::invoke_result_t<F&>> {
    using R = std::invoke_result_t<F&>;
    if (waiting_.fetch_add(1) >= max_waiting_) {
      waiting_.fetch_sub(1);
      throw Unavailable("The server is overloaded. Try again in a moment.");
    }
    Outcome<R> outcome;
    auto* place = &outcome;
    auto* work = &job;
    auto start = [this, place, work](auto handler) {
      auto executor = asio::get_associated_executor(handler);
      asio::post(pool_, [this, place, work, executor, h = std::move(handler)]() mutable {
        waiting_.fetch_sub(1);
        place->fill(*work);
        asio::post(executor, std::move(h));
      });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(start), use_awaitable);
    if (outcome.fault) std::rethrow_exception(outcome.fault);
    if constexpr (!std::is_void_v<R>) co_return std::move(*outcome.value);
  }

  /// Waits for running jobs; refuses nothing by itself, so stop producers first.
  void join() { pool_.join(); }

 private:
  template <class R>
  struct Outcome {
    std::exception_ptr fault;
    std::optional<R> value;
    template <class F>
    void fill(F& job) noexcept {
      try {
        value.emplace(job());
      } catch (...) {
        fault = std::current_exception();
      }
    }
  };

  asio::thread_pool pool_;
  std::atomic<std::size_t> waiting_{0};
  std::size_t max_waiting_;
};

template <>
struct BlockingPool::Outcome<void> {
  std::exception_ptr fault;
  template <class F>
  void fill(F& job) noexcept {
    try {
      job();
    } catch (...) {
      fault = std::current_exception();
    }
  }
};

}  // namespace trinity
