#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include "agentd/config.h"
#include "http/router.h"

namespace trinity::agentd {

/// The whole daemon: its one I/O thread, the server, the start-up steps and the turns.
class Agent {
 public:
  explicit Agent(Config config);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Listens first, then prepares the workspace: health answers at once, and a message that comes early waits until the
  /// workspace is ready. Throws std::system_error when the port cannot be had.
  void start();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Everything that is served.
  [[nodiscard]] const std::vector<http::Route>& routes() const noexcept;
  /// Ends runs and open requests; at most about 6 s, milliseconds when idle. From a thread that is no I/O thread.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trinity::agentd
