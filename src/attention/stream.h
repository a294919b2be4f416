#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "attention/book.h"
#include "runstats/section.h"

namespace trinity::attention {

/// In topic `agents:stats`: who needs a person, of the agents that one viewer may read. The event
/// `agents_attention_update` has those that have changed; an empty list: nothing about it needs a person any more.
class Stream final : public runstats::Section {
 public:
  static constexpr std::chrono::milliseconds usual_pace{1'000};

  /// `book` must outlive it.
  Stream(const Book& book, std::shared_ptr<const Caller> viewer, std::chrono::milliseconds at_most_every)
      : book_(book), viewer_(std::move(viewer)), at_most_every_(at_most_every) {}

  [[nodiscard]] std::string_view key() const noexcept override { return "attention"; }
  [[nodiscard]] boost::json::array whole(const fleet::Snapshot& snapshot, live::Moment at) override;
  void published(const live::Digest& digest) override;
  [[nodiscard]] std::optional<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  /// Null: no row, or not for this viewer.
  [[nodiscard]] RowPtr row_for(const fleet::Snapshot& snapshot, const std::string& name) const;

  const Book& book_;
  std::shared_ptr<const Caller> viewer_;
  std::chrono::milliseconds at_most_every_;
  bool known_ = false;             ///< somebody has a snapshot
  std::uint64_t seen_ = 0;         ///< all changes up to this are told
  std::set<std::string> pending_;  ///< agents that the fleet has told of
  /// What the listeners have, by agent; null: not all of them have it.
  std::unordered_map<std::string, RowPtr> shown_;
  SteadyTime sent_at_{};
};

}  // namespace trinity::attention
