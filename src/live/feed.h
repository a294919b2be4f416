#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/types.h"
#include "live/channel.h"
#include "live/digest.h"
#include "live/options.h"
#include "live/topic.h"
#include "live/types.h"

namespace trinity::live {

/// An event before it has a number. `data` is JSON text of an object.
struct Event {
  std::string_view name;  ///< a literal
  std::string data;
};

/// Instead of an event: every listener gets a snapshot again, with the options that it has chosen.
[[nodiscard]] inline Event whole_again() {
  return {};
}

/// What the hub has to know of a feed once, when its channel begins.
struct FeedManner {
  bool shares_baseline = false;         ///< a baseline stays right until the next event, so sockets may share it
  bool mergeable = false;               ///< see Outgoing::mergeable
  bool cursor = false;                  ///< snapshots and events get `cursor`: the frame's number as text
  std::optional<ChannelBounds> kept{};  ///< frames for `since`; nothing: HubBounds::channel
  std::optional<std::chrono::seconds> linger{};  ///< life after the last listener; nothing: HubBounds::linger
};

/// Whether a feed has something to tell.
enum class Standing {
  ready,
  loading,  ///< its content is being read: those who ask for it are answered after Hub::stir()
  absent,   ///< there is no such thing
  failed    ///< its content cannot be read now
};

/// The content of one channel: what the fleet publishes, or what comes from elsewhere, as events. Without I/O of its
/// own; the hub's thread only. Lives from the first subscription until nobody has listened for the linger time.
///
/// A feed whose content comes from elsewhere keeps what is new and gives it out in due(), which the hub also calls
/// after Hub::stir().
class Feed {
 public:
  virtual ~Feed() = default;
  /// Read once, when the channel begins.
  [[nodiscard]] virtual FeedManner manner() const { return {}; }
  [[nodiscard]] virtual Standing standing() const { return Standing::ready; }
  /// The whole state as JSON text of an object, for a socket that begins to listen.
  virtual std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) = 0;
  [[nodiscard]] virtual std::optional<Time> sampled_at(const fleet::Snapshot&, Moment) const { return std::nullopt; }
  /// The events that a publication makes here.
  virtual std::vector<Event> published(const Digest&, const fleet::Snapshot&, Moment) { return {}; }
  /// The events that are due by time (called at every tick) or by Hub::stir().
  virtual std::vector<Event> due(const fleet::Snapshot&, Moment) { return {}; }
  /// Whether what is told about this agent is for this feed's viewers; see Hub::tell_readers().
  [[nodiscard]] virtual bool concerns(const fleet::Snapshot&, const std::string& /*agent*/) const { return true; }
  /// The first one who looks has come (true), the last has gone. Hidden tabs do not look. Ends with false.
  virtual void watched(bool /*by_somebody*/) {}
};

/// Who asks for a topic's feed, and for which.
struct Asked {
  const Topic& topic;
  const Identity& viewer;  ///< one of them, where all see the same
  const Options& options;  ///< only `interval` is the same for all listeners
  Moment at;
};
/// Null: the topic is not there.
using FeedMaker = std::function<std::unique_ptr<Feed>(const Asked&)>;

}  // namespace trinity::live
