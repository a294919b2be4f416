#pragma once
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/task.h"

namespace trinity::agentd {

/// What happens in this agent, in order, numbered without a gap. The newest events are kept so that a reader that was
/// away can go on; one that was away too long learns that from a number that is gone. Belongs to one I/O thread.
class EventLog {
 public:
  using Frame = std::shared_ptr<const std::string>;

  explicit EventLog(std::size_t most_events = 2'000, std::size_t most_bytes = 1024 * 1024);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Numbers the event and wakes the readers. `about` gets the members `seq`, `type` and `time` in front.
  void add(std::string_view type, boost::json::object about);

  /// Changes with every start of agentd: numbers of another stream mean nothing.
  [[nodiscard]] const std::string& stream() const noexcept { return stream_; }
  /// The number of the newest event; 0 before the first.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  /// Whether everything after `seq` is still there.
  [[nodiscard]] bool has_all_after(std::uint64_t seq) const noexcept;
  /// The event with that number; null when it is gone or has not happened.
  [[nodiscard]] Frame at(std::uint64_t seq) const;

  /// Readers wait on timers of their own, which the next event cancels.
  void join(asio::steady_timer* reader) { readers_.insert(reader); }
  void leave(asio::steady_timer* reader) { readers_.erase(reader); }

 private:
  std::size_t most_events_;
  std::size_t most_bytes_;
  std::string stream_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  std::deque<Frame> frames_;  ///< the newest one has the number last_
  std::unordered_set<asio::steady_timer*> readers_;
};

}  // namespace trinity::agentd
