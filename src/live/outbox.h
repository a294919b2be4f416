#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "live/types.h"

namespace trinity::live {

struct OutboxBounds {
  std::size_t merge_above = 1024 * 1024;  ///< bytes unsent: mergeable topics are dropped
  std::size_t merge_below = 256 * 1024;   ///< bytes unsent: they may come back
  std::size_t close_above = 8 * 1024 * 1024;
};

/// What waits to be written to one socket, and what a slow socket loses. A state machine without I/O; the socket's
/// thread only.
class Outbox {
 public:
  explicit Outbox(OutboxBounds bounds) : bounds_(bounds) {}

  /// False when the socket has to be closed: more than the bound is unsent. A single frame always fits.
  [[nodiscard]] bool push(Outgoing outgoing);
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
  /// The next frame. It counts as unsent until written().
  [[nodiscard]] Frame pop();
  void written() noexcept;
  /// Topics that lost changes and for which there is room again; each is named once and stays dropped until its
  /// baseline comes.
  [[nodiscard]] std::vector<std::string> to_resync();
  void clear() noexcept;

  /// Frames that were left out since the start: the socket was too slow for them.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  void lose(const std::string& topic);
  void drop_mergeable();

  OutboxBounds bounds_;
  std::size_t bytes_ = 0;
  std::size_t writing_ = 0;
  std::uint64_t lost_ = 0;
  std::deque<Outgoing> queue_;
  std::map<std::string, bool> lossy_;  ///< topic -> a resync was asked for
};

}  // namespace trinity::live
