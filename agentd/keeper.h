#pragma once
#include <chrono>
#include <functional>
#include <string>

namespace trinity::agentd {

struct KeeperLimits {
  int crashes = 5;  ///< within the next; one more ends it all
  std::chrono::seconds within{60};
  std::chrono::milliseconds pause{100};          ///< before it is started again
  std::chrono::milliseconds remains_end{2'000};  ///< what a crash left behind is killed within this
  unsigned stop_within_seconds = 8;              ///< then the program ends hard (SIGALRM's default action)
};

/// Runs `serve` in a process of its own and starts it again when it is killed. What it had started is killed first: no
/// program of an agent goes on without a daemon that knows of it. SIGTERM and SIGINT are passed on. Returns the exit
/// code for main: that of `serve`, or 1 when it crashed too often.
///
/// `serve` gets why there was need of it: empty at the first start. Before any thread is started; the signals of the
/// calling thread are blocked, in `serve` too.
int keep_alive(const std::function<int(const std::string& why)>& serve, KeeperLimits limits = {});

}  // namespace trinity::agentd
