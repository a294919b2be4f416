#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/types.h"
#include "live/digest.h"
#include "live/types.h"

namespace trinity::live {

/// An event before it has a number. `data` is JSON text.
struct Event {
  std::string_view name;  ///< a literal
  std::string data;
};

/// Turns what the fleet publishes into the events of one channel. Without I/O; the hub's thread only.
class Feed {
 public:
  virtual ~Feed() = default;
  /// The whole state as JSON text, for a socket that begins to listen.
  virtual std::string baseline(const fleet::Snapshot& snapshot, Moment at) = 0;
  [[nodiscard]] virtual std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, Moment at) const = 0;
  /// The events that a publication makes here.
  virtual std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) = 0;
  /// The events that are due by time.
  virtual std::vector<Event> due(const fleet::Snapshot& snapshot, Moment at) = 0;
  /// A baseline stays right until the next event, so sockets may share it.
  [[nodiscard]] virtual bool shares_baseline() const noexcept = 0;
  /// See Outgoing::mergeable.
  [[nodiscard]] virtual bool mergeable() const noexcept = 0;
};

}  // namespace trinity::live
