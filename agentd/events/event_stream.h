#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "agentd/events/event_log.h"
#include "http/router.h"

namespace trinity::agentd {

/// Sends the event log to one reader over a WebSocket: first where the stream stands, then the state as a whole unless
/// the reader goes on where it was, then every event. A reader that is too slow for the log gets the state anew. A
/// quiet stream says at intervals that it lives. docs/agentd.md has the frames.
class EventStream {
 public:
  /// The state as a whole; what has happened up to EventLog::last() is in it.
  using Snapshot = std::function<boost::json::object()>;

  EventStream(EventLog& log, Snapshot snapshot, std::chrono::milliseconds heartbeat = std::chrono::seconds(15))
      : log_(log), snapshot_(std::move(snapshot)), heartbeat_(heartbeat) {}

  /// Returns when the reader has gone.
  Task<> serve(std::shared_ptr<http::WebSocket> socket, http::Request request);

 private:
  [[nodiscard]] EventLog::Frame hello(bool resumed) const;
  [[nodiscard]] EventLog::Frame state() const;

  EventLog& log_;
  Snapshot snapshot_;
  std::chrono::milliseconds heartbeat_;
  std::size_t readers_ = 0;
};

}  // namespace trinity::agentd
