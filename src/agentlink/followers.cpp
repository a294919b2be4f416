#include "agentlink/followers.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace trinity::agentlink {

struct Followers::Watcher {
  asio::any_io_executor executor;
  FilesChanged changed;
  std::weak_ptr<const void> wanted;
};

Followers::Followers(std::vector<asio::any_io_executor> threads, TargetOf target_of, FollowPace pace)
    : threads_(std::move(threads)), target_of_(std::move(target_of)), pace_(pace) {}

void Followers::on_news(Listener listener) {
  listeners_.push_back(std::move(listener));
}

void Followers::follow(const fleet::Publication& publication) {
  const auto& snapshot = *publication.snapshot;
  if (snapshot.loaded && !std::exchange(looked_, true)) {
    for (const auto& entry : snapshot.entries) look(snapshot, entry.agent->name);
  }
  for (const auto& change : publication.changes) {
    if (change.kind != fleet::Change::Kind::engine) look(snapshot, change.name);
  }
}

void Followers::look(const fleet::Snapshot& snapshot, const std::string& name) {
  const auto* entry = snapshot.find(name);
  const auto followed = followed_.find(name);
  if (entry == nullptr || entry->agent->status != "running" || entry->agent->address.empty()) {
    if (followed == followed_.end()) return;
    followed->second.follower->aim(std::nullopt);
    followed_.erase(followed);
    return;
  }
  const auto& agent = *entry->agent;
  Aim aim{target_of_(agent), agent.container_id, agent.started_at};
  if (followed != followed_.end()) {
    if (followed->second.aim.same(aim)) return;
    followed->second.aim = aim;
    followed->second.follower->aim(std::move(aim));
    return;
  }
  // An agent has one thread for good, so that what is told of it stays in order.
  const auto& thread = threads_.at(std::hash<std::string>{}(name) % threads_.size());
  auto follower = std::make_shared<Follower>(thread, name, pace_, [this](const News& news) { take(news); });
  follower->aim(aim);
  followed_.emplace(name, Followed{std::move(follower), std::move(aim)});
}

void Followers::stop() {
  for (const auto& [name, followed] : followed_) followed.follower->aim(std::nullopt);
  followed_.clear();
}

void Followers::take(const News& news) {
  {
    const std::lock_guard lock(mutex_);
    if (news.live) {
      known_[news.agent] = news.live;
    } else {
      known_.erase(news.agent);
    }
  }
  if (!news.files.empty()) tell_files(news);
  for (const auto& listener : listeners_) listener(news);
}

void Followers::tell_files(const News& news) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = watchers_.equal_range(news.agent);
    for (auto it = first; it != last;) {
      if (it->second->wanted.expired()) {
        it = watchers_.erase(it);
        continue;
      }
      watchers.push_back(it->second);
      ++it;
    }
  }
  if (watchers.empty()) return;
  const auto changes = std::make_shared<const FileChanges>(news.files);
  for (auto& watcher : watchers) {
    const auto& executor = watcher->executor;
    asio::post(executor, [watcher, changes] {
      // On its own thread, where it is ended.
      if (!watcher->wanted.expired()) watcher->changed(*changes);
    });
  }
}

FileSubscription Followers::watch_files(const std::string& agent, asio::any_io_executor executor,
                                        FilesChanged changed) {
  std::shared_ptr<const void> wanted = std::make_shared<char>();
  auto watcher = std::make_shared<Watcher>(Watcher{std::move(executor), std::move(changed), wanted});
  const std::lock_guard lock(mutex_);
  // Those who have gone are found again where the next one comes.
  const auto [first, last] = watchers_.equal_range(agent);
  for (auto it = first; it != last;) it = it->second->wanted.expired() ? watchers_.erase(it) : std::next(it);
  watchers_.emplace(agent, std::move(watcher));
  return FileSubscription(std::move(wanted));
}

LivePtr Followers::find(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  const auto it = known_.find(agent);
  return it == known_.end() ? nullptr : it->second;
}

Followers::Counts Followers::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts{known_.size(), 0};
  for (const auto& [name, live] : known_) counts.up += live->connection == Connection::up ? 1 : 0;
  return counts;
}

}  // namespace trinity::agentlink
