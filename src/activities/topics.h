#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "activities/feed.h"
#include "live/feed.h"

namespace trinity::activities {

/// Makes the feeds of the topic `activities`. Must outlive the hub, and the last run of both executors.
class Topics {
 public:
  /// Called on the hub's thread: the topic has something new, see live::Hub::stir().
  using Stir = std::function<void(const live::Topic&)>;
  /// The newest rows that somebody may read, at most so many.
  using Load = std::function<Task<std::vector<Activity>>(agents::CallerPtr viewer, std::size_t limit)>;

  Topics(asio::any_io_executor hub, asio::any_io_executor background, Stir stir, Load load)
      : hub_(std::move(hub)), background_(std::move(background)), stir_(std::move(stir)), load_(std::move(load)) {}
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  /// For live::Hub::serve(). The hub's thread only.
  [[nodiscard]] std::unique_ptr<live::Feed> feed(const live::Asked& asked);
  /// For ActivityService::listen(). Any thread.
  void hear(const News& news);

 private:
  void put(const Item& item);
  static Task<> load(Topics* self, agents::CallerPtr viewer, std::weak_ptr<Inbox> to);
  [[nodiscard]] Again again();

  asio::any_io_executor hub_;
  asio::any_io_executor background_;
  Stir stir_;
  Load load_;
  std::atomic<std::size_t> feeds_{0};
  std::vector<std::weak_ptr<Inbox>> inboxes_;  ///< the hub's thread only
};

}  // namespace trinity::activities
