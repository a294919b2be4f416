#include "activity/topics.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "activity/files_feed.h"

namespace trinity::activity {

Topics::Topics(agentlink::Followers& followers, asio::any_io_executor hub, Stir stir)
    : followers_(followers), hub_(std::move(hub)), stir_(std::move(stir)) {
  followers_.on_news([this](const agentlink::News& news) { hear(news); });
}

/// On the agent's thread. What nobody looks at does not reach the hub.
void Topics::hear(const agentlink::News& news) {
  {
    const std::lock_guard lock(mutex_);
    if (!watched_.contains(news.agent)) return;
  }
  asio::post(hub_, [this, topic = live::Topic{live::Topic::Kind::activity, news.agent}] { stir_(topic); });
}

Again Topics::again(const live::Topic& topic) {
  // Ends with the feed.
  auto timer = std::make_shared<asio::steady_timer>(hub_);
  return [this, topic, timer](std::chrono::milliseconds after) {
    timer->expires_after(after);
    timer->async_wait([this, topic](const boost::system::error_code& fault) {
      if (!fault) stir_(topic);
    });
  };
}

std::unique_ptr<live::Feed> Topics::activity(const live::Asked& asked) {
  const auto& agent = asked.topic.agent;
  const auto leave = [this, agent](const void*) {
    const std::lock_guard lock(mutex_);
    const auto it = watched_.find(agent);
    if (--it->second == 0) watched_.erase(it);
  };
  {
    const std::lock_guard lock(mutex_);
    ++watched_[agent];
  }
  const std::shared_ptr<const void> seat(this, leave);
  auto look = [this, agent, seat] { return followers_.find(agent); };
  return std::make_unique<ActivityFeed>(agent, std::move(look), again(asked.topic));
}

std::unique_ptr<live::Feed> Topics::files(const live::Asked& asked) {
  const auto inbox = std::make_shared<agentlink::FileChanges>();
  auto take = [this, inbox, topic = asked.topic](const agentlink::FileChanges& changes) {
    inbox->add(changes);
    stir_(topic);
  };
  auto subscription =
      std::make_shared<agentlink::FileSubscription>(followers_.watch_files(asked.topic.agent, hub_, std::move(take)));
  return std::make_unique<FilesFeed>(asked.topic.agent, inbox, again(asked.topic), std::move(subscription));
}

}  // namespace trinity::activity
