#include "runstats/fleet_feed.h"

#include "json/write.h"

namespace trinity::runstats {

namespace {

constexpr std::chrono::milliseconds contexts_every{2'000};
constexpr std::chrono::milliseconds executions_every{5'000};

/// Who has chosen a longer interval than the usual one waits as long for all of it.
std::chrono::milliseconds at_most(const live::StatsPace& pace, std::chrono::milliseconds every) {
  return pace.at_most_every > live::StatsPace{}.at_most_every ? pace.at_most_every : every;
}

}  // namespace

FleetFeed::FleetFeed(std::shared_ptr<const Caller> viewer, live::StatsPace pace, live::Watch watch, Rows& contexts,
                     Rows& executions)
    : usage_(viewer, pace, std::move(watch)),
      contexts_("agents_context_update", contexts, viewer, at_most(pace, contexts_every)),
      executions_("agents_execution_stats_update", executions, std::move(viewer), at_most(pace, executions_every)) {}

std::string FleetFeed::baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) {
  auto text = usage_.baseline(snapshot, options, at);
  text.pop_back();
  text += R"(,"context":)";
  json::append(text, contexts_.whole(snapshot, at));
  text += R"(,"executions":)";
  json::append(text, executions_.whole(snapshot, at));
  text += '}';
  return text;
}

std::vector<live::Event> FleetFeed::published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                              live::Moment at) {
  contexts_.published(digest);
  executions_.published(digest);
  return usage_.published(digest, snapshot, at);
}

std::vector<live::Event> FleetFeed::due(const fleet::Snapshot& snapshot, live::Moment at) {
  auto events = usage_.due(snapshot, at);
  if (auto event = contexts_.due(snapshot, at)) events.push_back(std::move(*event));
  if (auto event = executions_.due(snapshot, at)) events.push_back(std::move(*event));
  return events;
}

}  // namespace trinity::runstats
