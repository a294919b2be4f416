#include "runstats/fleet_feed.h"

#include <iterator>

#include "json/write.h"
#include "runstats/row_stream.h"

namespace trinity::runstats {

namespace {

constexpr std::chrono::milliseconds contexts_every{2'000};
constexpr std::chrono::milliseconds executions_every{5'000};

}  // namespace

std::chrono::milliseconds at_most(const live::StatsPace& pace, std::chrono::milliseconds every) noexcept {
  return pace.at_most_every > live::StatsPace{}.at_most_every ? pace.at_most_every : every;
}

FleetFeed::FleetFeed(std::shared_ptr<const Caller> viewer, live::StatsPace pace, live::Watch watch, Rows& contexts,
                     Rows& executions, Sections more)
    : usage_(viewer, pace, std::move(watch)) {
  sections_.push_back(
      std::make_unique<RowStream>("context", "agents_context_update", contexts, viewer, at_most(pace, contexts_every)));
  sections_.push_back(std::make_unique<RowStream>("executions", "agents_execution_stats_update", executions,
                                                  std::move(viewer), at_most(pace, executions_every)));
  std::move(more.begin(), more.end(), std::back_inserter(sections_));
}

std::string FleetFeed::baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) {
  auto text = usage_.baseline(snapshot, options, at);
  text.pop_back();
  for (const auto& section : sections_) {
    text.append(",\"").append(section->key()).append("\":");
    json::append(text, section->whole(snapshot, at));
  }
  text += '}';
  return text;
}

std::vector<live::Event> FleetFeed::published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                              live::Moment at) {
  for (const auto& section : sections_) section->published(digest);
  return usage_.published(digest, snapshot, at);
}

std::vector<live::Event> FleetFeed::due(const fleet::Snapshot& snapshot, live::Moment at) {
  auto events = usage_.due(snapshot, at);
  for (const auto& section : sections_) {
    if (auto event = section->due(snapshot, at)) events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace trinity::runstats
