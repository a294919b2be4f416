#pragma once
#include <boost/json/array.hpp>
#include <optional>
#include <string_view>

#include "live/feed.h"

namespace trinity::runstats {

/// A part of topic `agents:stats` for one viewer: a list in the snapshot, and an event of its own. What has not changed
/// costs nothing, however many agents there are. The hub's thread only.
class Section {
 public:
  virtual ~Section() = default;
  /// The list's name in the snapshot; a literal.
  [[nodiscard]] virtual std::string_view key() const noexcept = 0;
  /// The list for a socket that begins to listen.
  [[nodiscard]] virtual boost::json::array whole(const fleet::Snapshot& snapshot, live::Moment at) = 0;
  virtual void published(const live::Digest& digest) = 0;
  [[nodiscard]] virtual std::optional<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) = 0;
};

}  // namespace trinity::runstats
