#include "cli/interrupts.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <tuple>

namespace trinity::cli {

Interrupts::Interrupts(std::function<void()> first) : first_(std::move(first)), over_(::eventfd(0, EFD_CLOEXEC)) {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  signals_ = ::signalfd(-1, &held, SFD_CLOEXEC);
  thread_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
  const std::uint64_t one = 1;
  std::ignore = ::write(over_, &one, sizeof one);
  thread_.join();
  ::close(signals_);
  ::close(over_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupts::watch() {
  constexpr int by_interrupt = 128 + SIGINT;
  for (bool again = false;; again = true) {
    std::array<pollfd, 2> waiting{{{signals_, POLLIN, 0}, {over_, POLLIN, 0}}};
    while (::poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) {
    }
    if (waiting[1].revents != 0) return;
    signalfd_siginfo caught{};
    if (::read(signals_, &caught, sizeof caught) != sizeof caught) return;
    if (again) ::_exit(by_interrupt);
    first_();
  }
}

}  // namespace trinity::cli
