#include "logs/feed.h"

#include <utility>

namespace trinity::logs {

namespace {

/// Frames kept for clients that come back.
constexpr live::ChannelBounds kept{256, 256 * 1024};

std::optional<Target> target_of(const fleet::Snapshot& snapshot, const std::string& agent) {
  const auto* entry = snapshot.find(agent);
  if (!entry || entry->agent->container_id.empty()) return std::nullopt;
  const auto& status = entry->agent->status;
  return Target{entry->agent->container_id, status == "running" || status == "paused", entry->agent->started_at};
}

}  // namespace

LogFeed::LogFeed(Book book, std::string agent, std::shared_ptr<Follower> follower, std::shared_ptr<Inbox> inbox,
                 std::chrono::milliseconds linger)
    : book_(std::move(book)),
      agent_(std::move(agent)),
      follower_(std::move(follower)),
      inbox_(std::move(inbox)),
      linger_(linger) {}

LogFeed::~LogFeed() {
  inbox_->closed = true;
  follower_->aim(std::nullopt);
}

live::FeedManner LogFeed::manner() const {
  live::FeedManner manner;
  manner.shares_baseline = true;
  manner.mergeable = true;
  manner.cursor = true;
  manner.kept = kept;
  return manner;
}

std::string LogFeed::baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) {
  look(snapshot, at);
  return book_.snapshot(options.tail);
}

std::vector<live::Event> LogFeed::published(const live::Digest&, const fleet::Snapshot& snapshot, live::Moment at) {
  return due(snapshot, at);
}

std::vector<live::Event> LogFeed::due(const fleet::Snapshot& snapshot, live::Moment at) {
  look(snapshot, at);
  std::vector<live::Event> events;
  for (auto& batch : std::exchange(inbox_->batches, {})) {
    told_ = batch.state;
    append(std::move(batch), events);
  }
  // Without a line the state alone may have changed.
  append({}, events);
  return events;
}

void LogFeed::watched(bool by_somebody) {
  watched_ = by_somebody;
  left_at_.reset();
}

/// Tells the follower what is to be followed now.
void LogFeed::look(const fleet::Snapshot& snapshot, live::Moment at) {
  const bool back = !std::exchange(engine_answers_, snapshot.engine.reachable) && engine_answers_;
  if (!watched_) {
    if (!left_at_) left_at_ = at.steady;
    if (target_ && at.steady - *left_at_ >= linger_) aim(std::nullopt);
  }
  if (!watched_ && !target_) return;
  auto target = target_of(snapshot, agent_);
  if (target && (back || target != target_)) aim(std::move(target));
}

void LogFeed::aim(std::optional<Target> target) {
  if (!target_) told_ = State::connecting;
  target_ = target;
  follower_->aim(std::move(target));
}

void LogFeed::append(Batch batch, std::vector<live::Event>& events) {
  batch.state = engine_answers_ ? told_ : State::interrupted;
  auto news = book_.append(std::move(batch));
  if (news.kind == News::Kind::event) events.push_back({"agent_logs_append", std::move(news.data)});
  if (news.kind == News::Kind::whole) events.push_back(live::whole_again());
}

}  // namespace trinity::logs
