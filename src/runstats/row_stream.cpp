#include "runstats/row_stream.h"

#include <algorithm>

#include "json/write.h"

namespace trinity::runstats {

namespace {

/// The clock that asks what is due is not exact: what comes a little early counts.
constexpr std::chrono::milliseconds early{50};

std::size_t digest_of(const boost::json::object& row) {
  return std::max<std::size_t>(1, std::hash<std::string>{}(json::write(row)));
}

}  // namespace

std::optional<boost::json::object> RowStream::row_for(const fleet::Snapshot& snapshot, const std::string& name,
                                                      Time at) const {
  const auto* entry = snapshot.find(name);
  if (entry == nullptr || !fleet::can_read(*entry->agent, *viewer_)) return std::nullopt;
  return rows_.row(*entry->agent, at);
}

boost::json::array RowStream::whole(const fleet::Snapshot& snapshot, live::Moment at) {
  if (!known_) {
    seen_ = rows_.changed(~std::uint64_t{0}, at.wall).number;
    shown_.clear();
    pending_.clear();
    sent_at_ = at.steady;
  }
  boost::json::array rows;
  for (std::size_t i = 0; i < snapshot.entries.size(); ++i) {
    const auto& name = snapshot.entries[i].agent->name;
    if (snapshot.place_of(name).value_or(i) != i) continue;
    auto row = row_for(snapshot, name, at.wall);
    if (!row) continue;
    // Those who listen already are told of it in the next event.
    shown_.emplace(name, known_ ? 0 : digest_of(*row));
    rows.push_back(std::move(*row));
  }
  known_ = true;
  return rows;
}

void RowStream::published(const live::Digest& digest) {
  if (!known_) return;
  for (const auto& digested : digest.changes) {
    if (digested.change.kind != fleet::Change::Kind::engine) pending_.insert(digested.change.name);
  }
}

std::optional<live::Event> RowStream::due(const fleet::Snapshot& snapshot, live::Moment at) {
  if (!known_ || at.steady - sent_at_ + early < at_most_every_) return std::nullopt;
  auto changed = rows_.changed(seen_, at.wall);
  seen_ = changed.number;
  pending_.insert(changed.agents.begin(), changed.agents.end());
  boost::json::array rows;
  boost::json::array gone;
  for (const auto& name : std::exchange(pending_, {})) {
    auto row = row_for(snapshot, name, at.wall);
    if (!row) {
      if (shown_.erase(name) > 0) gone.push_back(boost::json::value(name));
      continue;
    }
    const auto digest = digest_of(*row);
    if (std::exchange(shown_[name], digest) != digest) rows.push_back(std::move(*row));
  }
  if (rows.empty() && gone.empty()) return std::nullopt;
  sent_at_ = at.steady;
  boost::json::object data{{"agents", std::move(rows)}};
  if (!gone.empty()) data["gone"] = std::move(gone);
  return live::Event{event_, json::write(data)};
}

}  // namespace trinity::runstats
