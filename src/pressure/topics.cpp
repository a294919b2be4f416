#include "pressure/topics.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace trinity::pressure {

Topics::Topics(executions::RunningTurns& turns, fleet::Fleet& fleet, Stir stir)
    : turns_(turns), fleet_(fleet), stir_(std::move(stir)) {
  turns_.on_change([this](const std::string& agent) { hear(agent); });
}

/// On the agent's thread. What nobody looks at does not reach the hub.
void Topics::hear(const std::string& agent) {
  {
    const std::lock_guard lock(mutex_);
    if (!shown_.contains(agent)) return;
  }
  asio::post(fleet_.executor(), [this, topic = live::Topic{live::Topic::Kind::pressure, agent}] { stir_(topic); });
}

Again Topics::again(const live::Topic& topic) {
  // Ends with the feed.
  auto timer = std::make_shared<asio::steady_timer>(fleet_.executor());
  return [this, topic, timer](std::chrono::milliseconds after) {
    timer->expires_after(after);
    timer->async_wait([this, topic](const boost::system::error_code& fault) {
      if (!fault) stir_(topic);
    });
  };
}

std::unique_ptr<live::Feed> Topics::feed(const live::Asked& asked) {
  const auto& agent = asked.topic.agent;
  const auto leave = [this, agent](const void*) {
    const std::lock_guard lock(mutex_);
    const auto it = shown_.find(agent);
    if (--it->second == 0) shown_.erase(it);
  };
  {
    const std::lock_guard lock(mutex_);
    ++shown_[agent];
  }
  const std::shared_ptr<const void> seat(this, leave);
  PressureFeed::Hooks hooks;
  hooks.turn = [this, agent, seat](Time at) { return turns_.running_turn(agent, at); };
  hooks.watch = [this, agent](int delta) {
    fleet_.watch_pressure(agent, delta);
    fleet_.watch(agent, delta);
  };
  hooks.again = again(asked.topic);
  return std::make_unique<PressureFeed>(agent, std::move(hooks), PressureFeed::Pace{});
}

}  // namespace trinity::pressure
