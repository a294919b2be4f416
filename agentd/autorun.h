#pragma once
#include <boost/asio/steady_timer.hpp>

#include "agentd/turns.h"

namespace trinity::agentd {

/// The first time after `now` on the grid that starts at `due`. Times that passed while a turn ran are left out, so a
/// slow turn is never followed by a burst.
[[nodiscard]] SteadyTime next_autorun(SteadyTime due, std::chrono::seconds every, SteadyTime now) noexcept;

/// Gives the agent the message of its template.yaml at the interval that stands there. A time at which the agent is
/// busy is skipped. The file is read again before every turn: a changed message or interval counts from then on, and
/// without the key the autorun ends until the next start. Belongs to one I/O thread.
class AutorunLoop {
 public:
  AutorunLoop(const asio::any_io_executor& executor, Turns& turns, Lane& lane)
      : timer_(executor), turns_(turns), lane_(lane) {}

  /// Runs until stop() or until the template has no autorun any more.
  Task<> run(Autorun autorun, std::chrono::milliseconds first_after);
  void stop();

 private:
  Task<> one_turn(std::string message, Lane::Hold hold);

  asio::steady_timer timer_;
  Turns& turns_;
  Lane& lane_;
  bool stopping_ = false;
};

}  // namespace trinity::agentd
