#include "pressure/pressure_feed.h"

#include "json/write.h"
#include "pressure/words.h"

namespace trinity::pressure {

PressureFeed::PressureFeed(std::string agent, Hooks hooks, Pace pace)
    : agent_(std::move(agent)), hooks_(std::move(hooks)), pace_(pace) {}

/// Each event holds everything, so a slow socket needs the newest one only.
live::FeedManner PressureFeed::manner() const {
  return {.mergeable = true};
}

void PressureFeed::watched(bool by_somebody) {
  hooks_.watch(by_somebody ? 1 : -1);
}

std::optional<PressureFeed::Face> PressureFeed::face_of(const std::optional<executions::TurnWaits>& turn) {
  if (!turn) return std::nullopt;
  Face face;
  face.execution = turn->execution_id;
  face.now = turn->now;
  if (turn->tool) face.tool = turn->tool->name + '\n' + turn->tool->input_summary;
  return face;
}

/// Notes it as told, too.
std::string PressureFeed::text_of(const fleet::Snapshot::Entry& entry, live::Moment at) {
  const auto turn = hooks_.turn(at.wall);
  told_ = Told{entry.figures, entry.agent->status, entry.agent->started_at, face_of(turn), at.steady};
  return json::write(pressure_object(*entry.agent, entry.figures.get(), turn));
}

std::string PressureFeed::baseline(const fleet::Snapshot& snapshot, const live::Options&, live::Moment at) {
  const auto* entry = snapshot.find(agent_);
  if (!entry) return "null";
  // Those who listen already have not heard what a newcomer is shown.
  const auto told = told_;
  auto text = text_of(*entry, at);
  if (told) told_ = told;
  return text;
}

std::optional<Time> PressureFeed::sampled_at(const fleet::Snapshot& snapshot, live::Moment) const {
  const auto* entry = snapshot.find(agent_);
  return entry ? pressure::sampled_at(*entry->agent, entry->figures.get()) : std::nullopt;
}

std::vector<live::Event> PressureFeed::tell(const fleet::Snapshot::Entry& entry, live::Moment at) {
  std::vector<live::Event> events;
  events.push_back({"agent_pressure_update", text_of(entry, at)});
  return events;
}

std::vector<live::Event> PressureFeed::published(const live::Digest&, const fleet::Snapshot& snapshot,
                                                 live::Moment at) {
  const auto* entry = snapshot.find(agent_);
  if (!entry || !told_) return {};
  const bool turned = told_->status != entry->agent->status || told_->started_at != entry->agent->started_at;
  const bool first_figures = entry->figures && !told_->figures;
  return turned || first_figures ? tell(*entry, at) : std::vector<live::Event>{};
}

std::vector<live::Event> PressureFeed::due(const fleet::Snapshot& snapshot, live::Moment at) {
  const auto* entry = snapshot.find(agent_);
  if (!entry || !told_) return {};
  const auto age = at.steady - told_->at;
  if (face_of(hooks_.turn(at.wall)) != told_->turn) {
    if (age >= pace_.turn) return tell(*entry, at);
    hooks_.again(std::chrono::ceil<std::chrono::milliseconds>(pace_.turn - age));
    return {};
  }
  // The clock that calls this is not exact: a call that comes a little early counts.
  const bool due = entry->figures && entry->figures != told_->figures && age + pace_.tick / 20 >= pace_.figures;
  return due ? tell(*entry, at) : std::vector<live::Event>{};
}

}  // namespace trinity::pressure
