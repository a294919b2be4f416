#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/types.h"

namespace trinity::live {

struct ChannelBounds {
  std::size_t frames = 256;
  std::size_t bytes = 64 * 1024;
};

/// Where a channel begins to count: after everything that an earlier channel of this topic can have used (one before a
/// restart, or one that was forgotten), and apart from other viewers' channels, so that a number from elsewhere is
/// never taken for one of this channel. Stays exact in a double until the year 2255.
[[nodiscard]] std::uint64_t first_number(std::string_view key, Time at) noexcept;

/// The event stream of one topic for one viewer (or for all viewers where they see the same): numbers every frame
/// without gaps and keeps the newest ones, so that a client that was away for a moment gets only what it missed.
class Channel {
 public:
  /// `start` is the number before the first event, see first_number().
  /// `cursor`: the events' data gets that member, see with_cursor().
  Channel(std::string topic, std::uint64_t start, ChannelBounds bounds, bool cursor = false);

  [[nodiscard]] const std::shared_ptr<const std::string>& topic() const noexcept { return topic_; }
  /// Number of the newest event.
  [[nodiscard]] std::uint64_t seq() const noexcept { return seq_; }
  /// Bytes of the kept frames.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  Frame publish(std::string_view event, std::string_view data, Time at);
  /// The frames after number `seq`, oldest first; nothing when they are no longer (or were never) here.
  [[nodiscard]] std::optional<std::vector<Frame>> since(std::uint64_t seq) const;
  /// What came before is of no use to anybody: whoever has an older number needs a snapshot.
  void begin_anew() noexcept;
  /// Lets go of the kept frames; the numbers go on.
  void forget() noexcept;

 private:
  std::shared_ptr<const std::string> topic_;
  std::uint64_t seq_;
  ChannelBounds bounds_;
  bool cursor_;
  std::size_t bytes_ = 0;
  std::deque<Frame> kept_;  ///< the last one has the number seq_
};

}  // namespace trinity::live
