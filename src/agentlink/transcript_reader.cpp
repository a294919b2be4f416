#include "agentlink/transcript_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/log.h"
#include "base/spawn.h"
#include "http/websocket_client.h"

namespace trinity::agentlink {

using std::chrono::milliseconds;
using Kind = TranscriptFrame::Kind;

TranscriptReader::TranscriptReader(asio::any_io_executor executor, std::string run, TranscriptPace pace, Hooks hooks)
    : executor_(std::move(executor)), run_(std::move(run)), pace_(pace), hooks_(std::move(hooks)), wake_(executor_) {}

void TranscriptReader::aim(std::optional<Target> target) {
  asio::post(executor_, [self = shared_from_this(), t = std::move(target)]() mutable { self->take_aim(std::move(t)); });
}

void TranscriptReader::take_aim(std::optional<Target> target) {
  target_ = std::move(target);
  ++turn_;
  pause_ = milliseconds(0);
  if (socket_) socket_->abort();
  wake_.cancel();
  if (target_ && !ended_ && !std::exchange(active_, true)) spawn("run reader", executor_, run(shared_from_this()));
}

Task<> TranscriptReader::run(std::shared_ptr<TranscriptReader> self) {
  while (self->target_ && !self->ended_) {
    const auto turn = self->turn_;
    co_await self->follow();
    if (self->ended_ || turn != self->turn_) continue;
    co_await self->rest();
  }
  self->active_ = false;
}

Task<> TranscriptReader::follow() {
  const auto turn = turn_;
  http::Dial dial;
  dial.endpoint = {{}, target_->address, pace_.port};
  dial.target = fmt::format("/api/executions/{}/transcript?from={}&attempt={}", run_, next_, attempt_);
  dial.within = pace_.connect_within;
  if (!target_->secret.empty()) dial.headers.add("Authorization", "Bearer " + target_->secret);
  dial.socket.max_message = pace_.largest_frame;
  auto opened = co_await http::dial_websocket(std::move(dial));
  if (!opened) {
    log::debug("runs", "the stream of {}: {}", run_, opened.error().text);
    if (turn == turn_) hooks_.sink({Kind::lost});
    co_return;
  }
  if (turn != turn_) {
    (*opened)->abort();
    co_return;
  }
  socket_ = std::move(*opened);
  greeted_ = false;
  text_bytes_ = 0;
  const auto began = steady_now();
  const auto socket = socket_;
  co_await read(socket.get(), turn);
  socket->abort();
  socket_.reset();
  if (turn != turn_) co_return;
  if (!ended_ && greeted_) hooks_.sink({Kind::lost});
  if (steady_now() - began >= pace_.steady_after) pause_ = milliseconds(0);
}

Task<> TranscriptReader::read(http::WebSocket* socket, unsigned turn) {
  for (;;) {
    const auto message = co_await socket->read();
    if (turn != turn_ || !message) co_return;
    auto frame = read_transcript_frame(message->data, pace_.largest_entry);
    const bool good = frame && message->text && take(std::move(*frame));
    if (!good) {
      log::warn("runs", "the stream of {} is broken: {}", run_, frame ? "its order" : frame.error());
      co_return;
    }
    if (ended_) co_return;
    while (turn == turn_ && hooks_.full()) {
      boost::system::error_code ignored;
      wake_.expires_after(pace_.room_every);
      co_await wake_.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
    if (turn != turn_) co_return;
  }
}

Task<> TranscriptReader::rest() {
  pause_ = std::clamp(pause_ * 2, pace_.first_retry, pace_.last_retry);
  wake_.expires_after(pause_);
  boost::system::error_code ignored;
  co_await wake_.async_wait(asio::redirect_error(use_awaitable, ignored));
}

bool TranscriptReader::take(TranscriptFrame frame) {
  switch (frame.kind) {
    case Kind::hello:
      if (frame.attempt != attempt_) next_ = 0;
      attempt_ = frame.attempt;
      greeted_ = true;
      if (frame.index != next_) return false;
      text_bytes_ = 0;
      break;
    case Kind::entries:
      if (!greeted_ || frame.index != next_) return false;
      next_ += frame.entries.size();
      break;
    case Kind::partial:
      if (!greeted_ || (frame.index != 0 && frame.index != text_bytes_)) return false;
      text_bytes_ = frame.index + frame.text.size();
      break;
    case Kind::ended:
      if (!greeted_) return false;
      ended_ = true;
      break;
    case Kind::unknown:
    case Kind::lost:
      break;
    case Kind::other:
      return true;
  }
  hooks_.sink(std::move(frame));
  return true;
}

}  // namespace trinity::agentlink
