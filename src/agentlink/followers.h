#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "agentlink/follower.h"
#include "fleet/types.h"

namespace trinity::agentlink {

/// Somebody who wants to know when files of an agent change; ends when it dies.
class FileSubscription {
 public:
  FileSubscription() = default;
  explicit FileSubscription(std::shared_ptr<const void> wanted) : wanted_(std::move(wanted)) {}
  FileSubscription(FileSubscription&&) = default;
  FileSubscription& operator=(FileSubscription&&) = default;

 private:
  std::shared_ptr<const void> wanted_;  ///< the watcher holds it weakly
};

/// Follows every running agent, each over one connection, and knows what happens inside them. Reads cost no question to
/// anybody. Each agent is followed on one of the given threads.
class Followers {
 public:
  using TargetOf = std::function<Target(const fleet::Agent&)>;
  using Listener = std::function<void(const News&)>;
  using FilesChanged = std::function<void(const FileChanges&)>;

  /// The threads run what is given here until they have ended, which is before this dies.
  Followers(std::vector<asio::any_io_executor> threads, TargetOf target_of, FollowPace pace = {});
  Followers(const Followers&) = delete;
  Followers& operator=(const Followers&) = delete;

  /// Hears of everything, on the agent's thread, in order per agent; must not block. Before the first publication.
  void on_news(Listener listener);

  /// For each publication of the fleet, on its thread: follows what runs now.
  void follow(const fleet::Publication& publication);
  /// Ends all connections. The fleet's thread; no publication comes after it.
  void stop();

  // ---- any thread
  /// What is known; null for an agent that does not run, or is not known.
  [[nodiscard]] LivePtr find(const std::string& agent) const;
  /// Calls `changed` on `executor` whenever files of this agent have changed, as long as the subscription lives; also
  /// with `overflow` when the agent was connected anew. Whether the agent is there does not matter. `executor` is of
  /// one thread, and the subscription is ended on it. Changes are merged by the agent over 250 ms.
  [[nodiscard]] FileSubscription watch_files(const std::string& agent, asio::any_io_executor executor,
                                             FilesChanged changed);
  struct Counts {
    std::size_t followed = 0;
    std::size_t up = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Watcher;
  void look(const fleet::Snapshot& snapshot, const std::string& name);
  void take(const News& news);
  void tell_files(const News& news);

  std::vector<asio::any_io_executor> threads_;
  TargetOf target_of_;
  FollowPace pace_;
  std::vector<Listener> listeners_;
  bool looked_ = false;  ///< the fleet's thread's, as the next
  struct Followed {
    std::shared_ptr<Follower> follower;
    Aim aim;
  };
  std::map<std::string, Followed> followed_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, LivePtr> known_;
  std::unordered_multimap<std::string, std::shared_ptr<Watcher>> watchers_;
};

}  // namespace trinity::agentlink
