#include "agentd/autorun.h"

#include <boost/asio/redirect_error.hpp>

#include "base/log.h"

namespace trinity::agentd {

SteadyTime next_autorun(SteadyTime due, std::chrono::seconds every, SteadyTime now) noexcept {
  if (now < due) return due;
  const auto passed = (now - due) / every;
  return due + (passed + 1) * every;
}

Task<> AutorunLoop::run(Autorun autorun, std::chrono::milliseconds first_after) {
  log::info("autorun", "a message every {} s", autorun.every.count());
  auto due = steady_now() + first_after;
  boost::system::error_code fault;
  while (!stopping_) {
    timer_.expires_at(due);
    co_await timer_.async_wait(asio::redirect_error(use_awaitable, fault));
    if (stopping_) break;
    if (auto hold = lane_.try_enter()) {
      co_await one_turn(autorun.message, std::move(*hold));
      auto behaviour = co_await turns_.reload();
      if (!behaviour.autorun) {
        log::info("autorun", "template.yaml has none any more");
        break;
      }
      autorun = std::move(*behaviour.autorun);
    } else {
      log::info("autorun", "skipped: the agent is busy");
    }
    due = next_autorun(due, autorun.every, steady_now());
  }
}

void AutorunLoop::stop() {
  stopping_ = true;
  timer_.cancel();
}

Task<> AutorunLoop::one_turn(std::string message, Lane::Hold hold) {
  TurnRequest request;
  request.message = std::move(message);
  request.origin = "autorun";
  try {
    co_await turns_.run(std::move(request), std::move(hold));
  } catch (const Unavailable& e) {
    // The next time may find a runtime; the loop goes on.
    log::warn("autorun", "{}", e.what());
  }
}

}  // namespace trinity::agentd
