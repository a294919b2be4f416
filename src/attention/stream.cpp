#include "attention/stream.h"

#include <boost/json/parse.hpp>
#include <utility>

#include "json/write.h"

namespace trinity::attention {

namespace {

/// The clock that asks what is due is not exact: what comes a little early counts.
constexpr std::chrono::milliseconds early{50};

}  // namespace

RowPtr Stream::row_for(const fleet::Snapshot& snapshot, const std::string& name) const {
  const auto* entry = snapshot.find(name);
  if (entry == nullptr || !fleet::can_read(*entry->agent, *viewer_)) return nullptr;
  return book_.row(name);
}

boost::json::array Stream::whole(const fleet::Snapshot& snapshot, live::Moment at) {
  if (!known_) {
    seen_ = book_.changed(~std::uint64_t{0}).number;
    shown_.clear();
    pending_.clear();
    sent_at_ = at.steady;
  }
  boost::json::array rows;
  for (const auto& row : book_.board()->rows) {
    const auto* entry = snapshot.find(row->name);
    if (entry == nullptr || !fleet::can_read(*entry->agent, *viewer_)) continue;
    // Those who listen already are told of it in the next event.
    shown_.emplace(row->name, known_ ? nullptr : row);
    rows.push_back(boost::json::parse(row->text));
  }
  known_ = true;
  return rows;
}

void Stream::published(const live::Digest& digest) {
  if (!known_) return;
  for (const auto& digested : digest.changes) {
    if (digested.change.kind != fleet::Change::Kind::engine) pending_.insert(digested.change.name);
  }
}

std::optional<live::Event> Stream::due(const fleet::Snapshot& snapshot, live::Moment at) {
  if (!known_ || at.steady - sent_at_ + early < at_most_every_) return std::nullopt;
  auto changed = book_.changed(seen_);
  seen_ = changed.number;
  pending_.insert(changed.agents.begin(), changed.agents.end());
  std::string rows;
  for (const auto& name : std::exchange(pending_, {})) {
    auto row = row_for(snapshot, name);
    const auto shown = shown_.find(name);
    if (row ? shown != shown_.end() && shown->second == row : shown == shown_.end()) continue;
    if (!rows.empty()) rows += ',';
    if (row) {
      rows += row->text;
      shown_[name] = std::move(row);
    } else {
      rows += json::write(boost::json::object{{"name", name}, {"attention", boost::json::array{}}});
      shown_.erase(shown);
    }
  }
  if (rows.empty()) return std::nullopt;
  sent_at_ = at.steady;
  return live::Event{"agents_attention_update", R"({"agents":[)" + rows + "]}"};
}

}  // namespace trinity::attention
