#include "activities/feed.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "activities/classic.h"

namespace trinity::activities {

namespace {

bool newer(const Item& a, const Item& b) {
  return a.row->created_at != b.row->created_at ? a.row->created_at > b.row->created_at : a.row->id > b.row->id;
}

bool sees(const fleet::AgentPtr& agent, const Caller& viewer) {
  return agent && fleet::can_read(*agent, viewer);
}

}  // namespace

Item item_of(const News& news) {
  Item item;
  if (const auto* told = std::get_if<Told>(&news)) {
    item.row = told->row;
    auto whole = json::encode(*told->row).as_object();
    // Every event about an agent has its name there.
    whole["name"] = told->row->agent_name;
    item.text = std::make_shared<const std::string>(json::write(whole));
  } else {
    item.collaboration = std::get<Collaboration>(news);
    auto whole = boost::json::parse(classic_text(item.collaboration)).as_object();
    whole.erase("type");
    item.text = std::make_shared<const std::string>(json::write(whole));
  }
  return item;
}

bool ActivitiesFeed::reads(const fleet::Snapshot& snapshot, const std::string& agent) const {
  const auto* entry = snapshot.find(agent);
  return entry != nullptr && sees(entry->agent, *viewer_);
}

std::string ActivitiesFeed::baseline(const fleet::Snapshot& snapshot, const live::Options&, live::Moment at) {
  if (stale_) load(at.steady);
  std::string out = R"({"activities":[)";
  bool first = true;
  for (const auto& item : newest_) {
    if (!reads(snapshot, item.row->agent_name)) continue;
    if (!first) out += ',';
    first = false;
    out += *item.text;
  }
  out += complete_ ? R"(],"complete":true})" : R"(],"complete":false})";
  return out;
}

void ActivitiesFeed::load(SteadyTime at) {
  const bool lately = loaded_at_ != SteadyTime{} && at - loaded_at_ < load_again;
  if (inbox_->loading || lately) return;
  loaded_at_ = at;
  stale_ = false;
  inbox_->loading = true;
  load_();
}

std::vector<live::Event> ActivitiesFeed::published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                                   live::Moment at) {
  bool lost = false;
  for (const auto& [change, successor, status, fields] : digest.changes) {
    if (change.kind == fleet::Change::Kind::engine) continue;
    const bool saw = sees(change.before, *viewer_);
    const bool sees_now = reads(snapshot, change.name);
    lost = lost || (saw && !sees_now);
    stale_ = stale_ || (!saw && sees_now);
  }
  if (stale_) load(at.steady);
  if (!lost) return {};
  std::erase_if(newest_, [&](const Item& item) { return !reads(snapshot, item.row->agent_name); });
  std::erase_if(waiting_, [&](const Item& item) { return item.row && !reads(snapshot, item.row->agent_name); });
  // Older rows of other agents belong there now.
  stale_ = true;
  load(at.steady);
  return {live::whole_again()};
}

void ActivitiesFeed::order() {
  std::sort(newest_.begin(), newest_.end(), newer);
  if (newest_.size() > kept) newest_.resize(kept);
}

/// An activity that has ended stays so, whatever was read meanwhile.
void ActivitiesFeed::keep(Item item) {
  const auto same = std::ranges::find_if(newest_, [&](const Item& one) { return one.row->id == item.row->id; });
  if (same == newest_.end()) {
    newest_.push_back(std::move(item));
  } else if (same->row->activity_state == "started") {
    *same = std::move(item);
  }
}

void ActivitiesFeed::take(Item item) {
  if (item.row) {
    keep(item);
    // Of an activity that waits to be told, only its newest state is.
    const auto same =
        std::ranges::find_if(waiting_, [&](const Item& one) { return one.row && one.row->id == item.row->id; });
    if (same != waiting_.end()) {
      *same = std::move(item);
      return;
    }
  }
  waiting_.push_back(std::move(item));
}

std::vector<live::Event> ActivitiesFeed::due(const fleet::Snapshot& snapshot, live::Moment at) {
  for (auto& item : std::exchange(inbox_->items, {})) {
    const bool theirs = item.row
                            ? reads(snapshot, item.row->agent_name)
                            : reads(snapshot, item.collaboration.source) || reads(snapshot, item.collaboration.target);
    if (theirs) take(std::move(item));
  }
  order();
  bool whole = waiting_.size() > most_waiting;
  if (auto loaded = std::exchange(inbox_->loaded, std::nullopt)) {
    for (auto& item : *loaded) keep(std::move(item));
    order();
    complete_ = whole = true;
  } else if (!inbox_->loading && (stale_ || !complete_)) {
    load(at.steady);
  }
  if (!whole) return paced(at);
  std::erase_if(waiting_, [](const Item& item) { return item.row != nullptr; });
  return {live::whole_again()};
}

std::vector<live::Event> ActivitiesFeed::paced(live::Moment at) {
  std::vector<live::Event> events;
  while (!waiting_.empty() && window_.take(at.steady)) {
    const auto& item = waiting_.front();
    events.push_back({item.row ? "activity_event" : "agent_collaboration", *item.text});
    waiting_.pop_front();
  }
  if (!waiting_.empty()) again_(pace);
  return events;
}

}  // namespace trinity::activities
