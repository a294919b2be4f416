#pragma once
#include <boost/json/array.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "live/feed.h"
#include "runstats/rows.h"
#include "runstats/section.h"

namespace trinity::runstats {

/// Rows of all agents that one viewer may read, as events with those that have changed. What has not changed costs
/// nothing, however many agents there are. The hub's thread only.
class RowStream final : public Section {
 public:
  /// `key`, `event`: literals. `rows` must outlive it.
  RowStream(std::string_view key, std::string_view event, Rows& rows, std::shared_ptr<const Caller> viewer,
            std::chrono::milliseconds at_most_every)
      : key_(key), event_(event), rows_(rows), viewer_(std::move(viewer)), at_most_every_(at_most_every) {}

  [[nodiscard]] std::string_view key() const noexcept override { return key_; }
  [[nodiscard]] boost::json::array whole(const fleet::Snapshot& snapshot, live::Moment at) override;
  void published(const live::Digest& digest) override;
  [[nodiscard]] std::optional<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;

 private:
  [[nodiscard]] std::optional<boost::json::object> row_for(const fleet::Snapshot& snapshot, const std::string& name,
                                                           Time at) const;

  std::string_view key_;
  std::string_view event_;
  Rows& rows_;
  std::shared_ptr<const Caller> viewer_;
  std::chrono::milliseconds at_most_every_;
  bool known_ = false;                                  ///< somebody has a snapshot
  std::uint64_t seen_ = 0;                              ///< all changes up to this are told
  std::set<std::string> pending_;                       ///< agents that the fleet has told of
  std::unordered_map<std::string, std::size_t> shown_;  ///< digests of the rows that the listeners have; 0: not all do
  SteadyTime sent_at_{};
};

}  // namespace trinity::runstats
