#include "logs/live_logs.h"

#include <boost/asio/post.hpp>
#include <string_view>
#include <utility>

namespace trinity::logs {

LiveLogs::LiveLogs(engine::Engine& engine, std::vector<asio::any_io_executor> threads, asio::any_io_executor hub,
                   Stir stir, LogLimits limits)
    : engine_(engine), threads_(std::move(threads)), hub_(std::move(hub)), stir_(std::move(stir)), limits_(limits) {}

std::unique_ptr<live::Feed> LiveLogs::feed(const live::Asked& asked) {
  // What is on its way to a feed that is gone may hold its inbox a moment longer.
  std::erase_if(living_, [](const auto& weak) {
    const auto inbox = weak.lock();
    return !inbox || inbox->closed;
  });
  if (living_.size() >= limits_.followed) return nullptr;
  auto inbox = std::make_shared<Inbox>();
  living_.push_back(inbox);
  auto hand_over = [this, inbox, topic = asked.topic](Batch batch) {
    asio::post(hub_, [this, inbox, topic, b = std::move(batch)]() mutable {
      if (inbox->closed) return;
      inbox->batches.push_back(std::move(b));
      stir_(topic);
    });
  };
  const auto& agent = asked.topic.agent;
  const auto& thread = threads_.at(std::hash<std::string_view>{}(agent) % threads_.size());
  auto follower = std::make_shared<Follower>(engine_, thread, limits_.bounds, limits_.pace, std::move(hand_over));
  return std::make_unique<LogFeed>(Book(agent, asked.at.wall, limits_.bounds), agent, std::move(follower),
                                   std::move(inbox), limits_.linger);
}

}  // namespace trinity::logs
