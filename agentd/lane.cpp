#include "agentd/lane.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

namespace trinity::agentd {

std::optional<Lane::Hold> Lane::try_enter() {
  if (busy_ || closed_) return std::nullopt;
  busy_ = true;
  return std::optional<Hold>(std::in_place, this);
}

Task<std::optional<Lane::Hold>> Lane::enter(std::chrono::seconds limit, const void* who) {
  if (auto hold = try_enter()) co_return hold;
  if (closed_ || waiting_.size() >= most_waiting_) co_return std::nullopt;
  auto place = std::make_shared<Place>(executor_);
  place->who = who;
  waiting_.push_back(place);
  place->timer.expires_after(limit);
  boost::system::error_code fault;
  co_await place->timer.async_wait(asio::redirect_error(use_awaitable, fault));
  // The lane passes straight from one to the next, so it never looks free in between.
  if (place->granted) co_return std::optional<Hold>(std::in_place, this);
  std::erase(waiting_, place);
  co_return std::nullopt;
}

void Lane::give_up(const void* who) {
  for (const auto& place : waiting_) {
    if (place->who == who) place->timer.cancel();
  }
}

void Lane::close() {
  closed_ = true;
  for (const auto& place : waiting_) place->timer.cancel();
  waiting_.clear();
}

void Lane::leave() {
  if (waiting_.empty()) {
    busy_ = false;
    return;
  }
  const auto next = waiting_.front();
  waiting_.pop_front();
  next->granted = true;
  next->timer.cancel();
}

}  // namespace trinity::agentd
