#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace trinity::conversation {

/// Whether the caller of a turn is still there. Any thread.
class Presence {
 public:
  /// Calls `then` once: when the caller goes away, or at once when it has gone already.
  void when_gone(std::function<void()> then) {
    {
      const std::lock_guard lock(mutex_);
      if (!gone_) {
        then_ = std::move(then);
        return;
      }
    }
    then();
  }
  /// What was to be done does not matter any more.
  void forget() {
    const std::lock_guard lock(mutex_);
    then_ = nullptr;
  }
  void leave() {
    std::function<void()> then;
    {
      const std::lock_guard lock(mutex_);
      gone_ = true;
      then = std::exchange(then_, nullptr);
    }
    if (then) then();
  }

 private:
  std::mutex mutex_;
  bool gone_ = false;
  std::function<void()> then_;
};
using PresencePtr = std::shared_ptr<Presence>;

}  // namespace trinity::conversation
