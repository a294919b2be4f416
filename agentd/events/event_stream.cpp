#include "agentd/events/event_stream.h"

#include <boost/asio/redirect_error.hpp>
#include <charconv>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/websocket.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

/// The control plane needs one; a few more for its restarts and for people who look.
constexpr std::size_t kMostReaders = 8;
constexpr std::uint16_t kTryAgainLater = 1013;

EventLog::Frame frame_of(const boost::json::object& event) {
  return std::make_shared<const std::string>(json::write(event));
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// What writer and reader of one socket share.
struct Link {
  Link(EventLog& l, const asio::any_io_executor& executor) : log(l), changed(executor) { log.join(&changed); }
  ~Link() { log.leave(&changed); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  EventLog& log;
  asio::steady_timer changed;
  bool gone = false;
};

/// Nothing is expected from the other side; reading sees it go, and answers its pings.
Task<> watch_reader(std::shared_ptr<http::WebSocket> socket, std::shared_ptr<Link> link) {
  auto message = co_await socket->read();
  while (message) message = co_await socket->read();
  link->gone = true;
  link->changed.cancel();
}

/// Counts a reader for as long as it lives.
class Seat {
 public:
  explicit Seat(std::size_t& count) : count_(count) { ++count_; }
  ~Seat() { --count_; }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

EventLog::Frame EventStream::hello(bool resumed) const {
  return frame_of({{"type", "hello"},
                   {"version", 1},
                   {"stream", log_.stream()},
                   {"seq", log_.last()},
                   {"resumed", resumed},
                   {"heartbeat_ms", heartbeat_.count()},
                   {"time", format_z(now())}});
}

EventLog::Frame EventStream::state() const {
  return frame_of({{"type", "snapshot"}, {"seq", log_.last()}, {"time", format_z(now())}, {"state", snapshot_()}});
}

Task<> EventStream::serve(std::shared_ptr<http::WebSocket> socket, http::Request request) {
  if (readers_ >= kMostReaders) {
    co_await socket->close(kTryAgainLater, "Too many readers");
    co_return;
  }
  const Seat seat(readers_);
  const auto link = std::make_shared<Link>(log_, socket->executor());
  spawn("event reader", socket->executor(), watch_reader(socket, link));
  const auto after = number_in(request.query.find("after").value_or(""));
  const bool known = after && request.query.find("stream") == log_.stream() && log_.has_all_after(*after);
  log::debug("events", "a reader came, {}", known ? "going on" : "from the beginning");
  auto first = hello(known);
  bool open = co_await socket->write(std::move(first));
  // Without a known place nothing is sent before the state.
  std::optional<std::uint64_t> sent = known ? after : std::nullopt;
  boost::system::error_code fault;
  while (open && !link->gone) {
    EventLog::Frame frame;
    if (!sent || !log_.has_all_after(*sent)) {
      frame = state();
      sent = log_.last();
    } else if (*sent < log_.last()) {
      frame = log_.at(++*sent);
    } else {
      link->changed.expires_after(heartbeat_);
      co_await link->changed.async_wait(asio::redirect_error(use_awaitable, fault));
      // Cancelled: an event, or the end.
      if (fault) continue;
      frame = frame_of({{"type", "heartbeat"}, {"seq", log_.last()}, {"time", format_z(now())}});
    }
    open = co_await socket->write(std::move(frame));
  }
}

}  // namespace trinity::agentd
