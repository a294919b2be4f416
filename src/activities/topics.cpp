#include "activities/topics.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "base/spawn.h"

namespace trinity::activities {

namespace {

const live::Topic topic{live::Topic::Kind::activities};

}  // namespace

Again Topics::again() {
  // Ends with the feed.
  auto timer = std::make_shared<asio::steady_timer>(hub_);
  return [this, timer](std::chrono::milliseconds after) {
    timer->expires_after(after);
    timer->async_wait([this](const boost::system::error_code& fault) {
      if (!fault) stir_(topic);
    });
  };
}

std::unique_ptr<live::Feed> Topics::feed(const live::Asked& asked) {
  ++feeds_;
  const std::shared_ptr<Inbox> inbox(new Inbox, [this](Inbox* gone) {
    --feeds_;
    delete gone;
  });
  inboxes_.push_back(inbox);
  auto viewer = asked.viewer.caller;
  auto ask = [this, viewer, to = std::weak_ptr(inbox)] {
    spawn("activities.load", background_, load(this, viewer, to));
  };
  return std::make_unique<ActivitiesFeed>(viewer, inbox, std::move(ask), again());
}

/// What nobody looks at does not reach the hub.
void Topics::hear(const News& news) {
  if (feeds_ == 0) return;
  asio::post(hub_, [this, item = item_of(news)] { put(item); });
}

void Topics::put(const Item& item) {
  std::erase_if(inboxes_, [](const auto& one) { return one.expired(); });
  for (const auto& one : inboxes_) {
    if (const auto inbox = one.lock()) inbox->items.push_back(item);
  }
  stir_(topic);
}

Task<> Topics::load(Topics* self, agents::CallerPtr viewer, std::weak_ptr<Inbox> to) {
  std::optional<std::vector<Item>> items;
  try {
    auto rows = co_await self->load_(viewer, ActivitiesFeed::kept);
    items.emplace();
    for (auto& row : rows) items->push_back(item_of(Told{std::make_shared<const Activity>(std::move(row)), {}, {}}));
  } catch (const std::exception& e) {
    log::warn("activities", "the newest activities cannot be read: {}", e.what());
  }
  asio::post(self->hub_, [self, to, found = std::move(items)]() mutable {
    const auto inbox = to.lock();
    if (!inbox) return;
    inbox->loading = false;
    inbox->loaded = std::move(found);
    self->stir_(topic);
  });
}

}  // namespace trinity::activities
