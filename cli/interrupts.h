#pragma once
#include <csignal>
#include <functional>
#include <thread>

namespace trinity::cli {

/// While it lives, Ctrl-C does not end the program but calls `first`, on a thread of its own; a second Ctrl-C ends the
/// program at once with 130, as shells expect. Made on the main thread, before other threads are.
class Interrupts {
 public:
  explicit Interrupts(std::function<void()> first);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  void watch();

  std::function<void()> first_;
  sigset_t before_{};
  int signals_ = -1;  ///< descriptor that gets the signal
  int over_ = -1;     ///< descriptor that ends the thread
  std::thread thread_;
};

}  // namespace trinity::cli
