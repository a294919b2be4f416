#include "git/feed.h"

namespace trinity::git {

namespace {

constexpr std::chrono::seconds look_every{60};
/// When files have changed, or nothing is known yet.
constexpr std::chrono::seconds look_again{5};

}  // namespace

void Page::took(std::string told, std::string without_times) {
  asking = false;
  if (told.empty()) return;
  fresh = fresh || without_times != digest;
  text = std::move(told);
  digest = std::move(without_times);
}

live::FeedManner GitFeed::manner() const {
  live::FeedManner manner;
  manner.shares_baseline = true;
  manner.mergeable = true;
  return manner;
}

live::Standing GitFeed::standing() const {
  return page_->text.empty() ? live::Standing::loading : live::Standing::ready;
}

std::string GitFeed::baseline(const fleet::Snapshot&, const live::Options&, live::Moment) {
  return page_->text;
}

std::vector<live::Event> GitFeed::published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                            live::Moment at) {
  for (const auto& digested : digest.changes) {
    const auto& change = digested.change;
    if (change.name != agent_ || !change.before || !change.after) continue;
    asked_.reset();
    return due(snapshot, at);
  }
  return {};
}

void GitFeed::watched(bool by_somebody) {
  watched_ = by_somebody;
  if (by_somebody) uses_.soon();
}

std::vector<live::Event> GitFeed::due(const fleet::Snapshot&, live::Moment at) {
  std::vector<live::Event> events;
  if (page_->fresh) {
    page_->fresh = false;
    events.push_back({"agent_git_update", page_->text});
  }
  if (page_->asking || (!watched_ && !page_->text.empty())) return events;
  const auto version = uses_.version();
  const auto every = page_->text.empty() || uses_.unsettled() ? look_again : look_every;
  if (asked_ && at.steady - *asked_ < every && version == page_->version) return events;
  asked_ = at.steady;
  page_->asking = true;
  page_->version = version;
  uses_.ask(page_);
  return events;
}

}  // namespace trinity::git
