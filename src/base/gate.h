#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "base/task.h"

namespace trinity {

/// Lets at most `permits` holders in, in the order of asking. Coroutines wait without holding a thread; a coroutine's
/// executor must run it on one thread at a time (an io_context of one thread, or a strand). Any thread.
class Gate {
 public:
  /// `refusal`: what those hear who waited in vain; a literal.
  explicit Gate(std::size_t permits, const char* refusal = "The server is overloaded. Try again in a moment.")
      : refusal_(refusal), free_(permits) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Gives its permit back when it dies.
  class Permit {
   public:
    explicit Permit(Gate* gate) noexcept : gate_(gate) {}
    Permit(Permit&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    Gate* gate_;
  };

  /// Throws Unavailable when no permit came free within `limit`.
  Task<Permit> enter(std::chrono::milliseconds limit);
  /// The same for a thread that may block.
  Permit enter_now(std::chrono::milliseconds limit);

 private:
  struct Waiter;
  struct Place;
  using Waiters = std::list<std::shared_ptr<Waiter>>;

  bool take_free();
  void leave() noexcept;
  [[noreturn]] void refuse() const;

  const char* refusal_;
  std::mutex mutex_;
  std::condition_variable granted_;
  std::size_t free_;
  Waiters waiting_;
};

}  // namespace trinity
