#include "activity/activity_feed.h"

#include "activity/words.h"

namespace trinity::activity {

live::FeedManner ActivityFeed::manner() const {
  live::FeedManner manner;
  // Calls come whole, and what is told of figures is all of them: who has begun later than the last event loses
  // nothing.
  manner.shares_baseline = true;
  manner.mergeable = true;
  return manner;
}

std::string ActivityFeed::baseline(const fleet::Snapshot&, const live::Options&, live::Moment) {
  const auto now = look_();
  if (!std::exchange(begun_, true)) told_ = now;
  return snapshot_text(agent_, now.get());
}

std::vector<live::Event> ActivityFeed::due(const fleet::Snapshot&, live::Moment at) {
  if (!begun_) return {};
  auto now = look_();
  if (now == told_) return {};
  if (at.steady < next_at_) {
    again_(std::chrono::ceil<std::chrono::milliseconds>(next_at_ - at.steady));
    return {};
  }
  std::vector<live::Event> events;
  if (auto change = activity_change(agent_, told_.get(), now.get()); !change.empty())
    events.push_back({"agent_activity_update", std::move(change)});
  const auto tell = [&](std::string_view event, const std::string* was, const std::string* is) {
    if (is != nullptr && (was == nullptr || *was != *is)) events.push_back({event, with_name(agent_, *is)});
  };
  const auto session_of = [](const agentlink::LivePtr& live) {
    return live && live->session ? &live->session->text : nullptr;
  };
  const auto startup_of = [](const agentlink::LivePtr& live) { return live ? live->startup.get() : nullptr; };
  tell("agent_session_update", session_of(told_), session_of(now));
  tell("agent_startup_update", startup_of(told_), startup_of(now));
  told_ = std::move(now);
  if (!events.empty()) next_at_ = at.steady + pace;
  return events;
}

}  // namespace trinity::activity
