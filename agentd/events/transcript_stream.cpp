#include "agentd/events/transcript_stream.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <charconv>

#include "base/spawn.h"
#include "http/websocket.h"
#include "json/shorten.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

/// The control plane needs one for each run that somebody watches.
constexpr std::size_t kMostReaders = 32;
constexpr std::uint16_t kTryAgainLater = 1013;
constexpr std::uint16_t kDone = 1000;
constexpr std::size_t kFrame = 256 * 1024;

using Frame = std::shared_ptr<const std::string>;

Frame frame_of(const boost::json::object& message) {
  return std::make_shared<const std::string>(json::write(message));
}

template <class N>
std::optional<N> number_in(std::optional<std::string_view> text) {
  N number = 0;
  if (!text) return std::nullopt;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

/// One reader: what it has had, and what comes next.
class Telling {
 public:
  Telling(std::shared_ptr<LiveTranscript> of, const asio::any_io_executor& executor, std::chrono::milliseconds pace)
      : of_(std::move(of)), reader_(executor), limit_(executor), pace_(pace) {
    of_->join(&reader_);
  }
  ~Telling() { of_->leave(&reader_); }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  /// The reader has the lines before this one of that attempt.
  void go_on(std::size_t from, unsigned attempt) {
    if (attempt == of_->attempt()) reader_.next = std::min(from, of_->lines());
  }
  /// After the end the reader has this long for the rest.
  void limit(std::chrono::milliseconds rest, std::weak_ptr<http::WebSocket> socket) {
    reader_.on_end = [this, rest, socket = std::move(socket)] {
      limit_.expires_after(rest);
      limit_.async_wait([socket](const boost::system::error_code& stopped) {
        const auto still = socket.lock();
        if (!stopped && still) still->abort();
      });
    };
  }
  void go() {
    gone_ = true;
    reader_.changed.cancel();
  }
  [[nodiscard]] bool over() const noexcept { return gone_ || told_end_; }

  /// Null: nothing now; wait.
  Frame next() {
    if (!greeted_ || told_attempt_ != of_->attempt()) return hello();
    if (reader_.next < of_->lines()) return lines();
    if (text_over()) return text(of_->text());
    if (told_bytes_ < of_->text().size() && steady_now() >= told_at_ + pace_) {
      return text(std::string_view(of_->text()).substr(told_bytes_));
    }
    return of_->status() ? end() : nullptr;
  }
  Task<> wait() {
    const bool paced = told_bytes_ < of_->text().size();
    reader_.changed.expires_at(paced ? told_at_ + pace_ : asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    co_await reader_.changed.async_wait(asio::redirect_error(use_awaitable, ignored));
  }

 private:
  Frame hello() {
    greeted_ = true;
    told_attempt_ = of_->attempt();
    const bool waits = of_->attempt() == 0;
    return frame_of({{"type", "hello"},
                     {"version", 1},
                     {"attempt", told_attempt_},
                     {"index", reader_.next},
                     {"entries", of_->lines()},
                     {"state", of_->status() ? "ended"
                               : waits       ? "waiting"
                                             : "running"}});
  }

  Frame lines() {
    const auto portion = of_->lines_from(reader_.next, kFrame);
    auto text = fmt::format(R"({{"type":"entries","index":{},"entries":[)", reader_.next);
    if (portion.text.size() <= kFrame) {
      text += portion.text;
    } else {
      text += json::shortened(portion.text, kFrame);
    }
    text += "]}";
    // None: nobody has these lines any more.
    reader_.next = portion.count > 0 ? reader_.next + portion.count : of_->lines();
    return std::make_shared<const std::string>(std::move(text));
  }

  /// Another text has begun, or none is being written any more.
  bool text_over() {
    if (text_number_ == of_->text_number()) return false;
    text_number_ = of_->text_number();
    return std::exchange(told_bytes_, 0) > 0;
  }

  Frame text(std::string_view piece) {
    boost::json::object message{{"type", "partial"}, {"at", told_bytes_}, {"text", piece}};
    const auto since = std::exchange(reader_.waiting_since, std::nullopt);
    message["read_at"] = format_z(since.value_or(now()));
    told_bytes_ += piece.size();
    // That a text is over makes nobody wait for the next one.
    if (!piece.empty()) told_at_ = steady_now();
    return frame_of(message);
  }

  Frame end() {
    told_end_ = true;
    return frame_of({{"type", "ended"}, {"status", *of_->status()}, {"entries", of_->lines()}});
  }

  std::shared_ptr<LiveTranscript> of_;
  LiveTranscript::Reader reader_;
  asio::steady_timer limit_;
  std::chrono::milliseconds pace_;
  bool greeted_ = false;
  bool gone_ = false;
  bool told_end_ = false;
  unsigned told_attempt_ = 0;
  unsigned text_number_ = 0;
  std::size_t told_bytes_ = 0;
  SteadyTime told_at_{};
};

/// Nothing is expected from the other side; reading sees it go, and answers its pings.
Task<> watch_reader(std::shared_ptr<http::WebSocket> socket, std::shared_ptr<Telling> telling) {
  auto message = co_await socket->read();
  while (message) message = co_await socket->read();
  telling->go();
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

Task<> TranscriptStream::serve(std::shared_ptr<http::WebSocket> socket, http::Request request) {
  if (readers_ >= kMostReaders) {
    co_await socket->close(kTryAgainLater, "Too many readers");
    co_return;
  }
  const Seat seat(readers_);
  auto run = executions_.live(request.params.get("execution_id"));
  if (!run) {
    auto frame = frame_of({{"type", "unknown"}});
    co_await socket->write(std::move(frame));
    co_await socket->close(kDone, "No such run");
    co_return;
  }
  const auto telling = std::make_shared<Telling>(std::move(run), socket->executor(), pace_.text);
  telling->limit(pace_.rest, socket);
  const auto from = number_in<std::size_t>(request.query.find("from"));
  const auto attempt = number_in<unsigned>(request.query.find("attempt"));
  if (from && attempt) telling->go_on(*from, *attempt);
  spawn("transcript reader", socket->executor(), watch_reader(socket, telling));
  bool open = true;
  while (open && !telling->over()) {
    auto frame = telling->next();
    if (!frame) {
      co_await telling->wait();
      continue;
    }
    open = co_await socket->write(std::move(frame));
  }
  if (open) co_await socket->close(kDone, "The run has ended");
}

}  // namespace trinity::agentd
