#include "agentlink/follower.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "base/ids.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/websocket_client.h"

namespace trinity::agentlink {

namespace {

using std::chrono::milliseconds;

/// By chance, so that a thousand agents that went at once do not come back at once.
milliseconds scattered(milliseconds pause) {
  std::array<unsigned char, 1> chance{};
  random_bytes(chance);
  return pause + pause * chance[0] / (4 * 256);
}

}  // namespace

Follower::Follower(asio::any_io_executor executor, std::string agent, FollowPace pace, Sink sink)
    : executor_(std::move(executor)),
      agent_(std::move(agent)),
      pace_(pace),
      sink_(std::move(sink)),
      wake_(executor_),
      silence_(executor_) {}

void Follower::aim(std::optional<Aim> aim) {
  asio::post(executor_, [self = shared_from_this(), a = std::move(aim)]() mutable { self->take_aim(std::move(a)); });
}

void Follower::take_aim(std::optional<Aim> aim) {
  ++turn_;
  aim_ = std::move(aim);
  pause_ = milliseconds(0);
  refused_ = place_ = complete_ = false;
  anew_since_.reset();
  if (socket_) socket_->abort();
  wake_.cancel();
  silence_.cancel();
  if (!aim_) {
    live_.reset();
    News news;
    news.agent = agent_;
    sink_(news);
    return;
  }
  tell({std::make_shared<const Live>(blank(agent_, aim_->container_id)), {}, true});
  if (!std::exchange(active_, true)) spawn("agent follower", executor_, run(shared_from_this()));
}

Task<> Follower::run(std::shared_ptr<Follower> self) {
  while (self->aim_) {
    const auto turn = self->turn_;
    co_await self->follow();
    if (turn != self->turn_) continue;
    self->lost();
    co_await self->rest();
  }
  self->active_ = false;
}

/// The path with the place to go on from.
std::string Follower::address() const {
  std::string path = "/api/events";
  if (place_) path += "?stream=" + live_->stream + "&after=" + std::to_string(live_->seq);
  return path;
}

Task<> Follower::follow() {
  const auto turn = turn_;
  http::Dial dial;
  dial.endpoint = {{}, aim_->target.address, pace_.port};
  dial.target = address();
  dial.within = pace_.connect_within;
  if (!aim_->target.secret.empty()) dial.headers.add("Authorization", "Bearer " + aim_->target.secret);
  dial.socket.max_message = pace_.largest_frame;
  // The daemon's heartbeats say that it lives.
  dial.socket.ping_every = std::chrono::seconds(0);
  auto opened = co_await http::dial_websocket(std::move(dial));
  if (!opened) {
    const bool refused = opened.error().status == 401 && turn == turn_;
    if (refused && !std::exchange(refused_, true)) log::warn("agentlink", "{} does not accept our secret", agent_);
    log::debug("agentlink", "{}: {}", agent_, opened.error().text);
    co_return;
  }
  if (turn != turn_) {
    (*opened)->abort();
    co_return;
  }
  socket_ = std::move(*opened);
  greeted_ = false;
  heartbeat_ = pace_.first_heartbeat;
  const auto began = steady_now();
  heard();
  spawn("agent heartbeats", executor_, watch(shared_from_this()));
  const auto socket = socket_;
  co_await read(socket.get(), turn);
  socket->abort();
  socket_.reset();
  silence_.cancel();
  if (turn == turn_ && steady_now() - began >= pace_.steady_after) pause_ = milliseconds(0);
}

Task<> Follower::read(http::WebSocket* socket, unsigned turn) {
  for (;;) {
    const auto message = co_await socket->read();
    if (turn != turn_ || !message) co_return;
    heard();
    auto frame = read_frame(message->data);
    const bool good = frame && message->text && take(*frame);
    if (good) continue;
    log::warn("agentlink", "the event stream of {} is broken: {}", agent_,
              frame ? "its numbers or its order" : frame.error());
    place_ = false;
    co_return;
  }
}

void Follower::heard() {
  heard_at_ = steady_now();
}

/// Ends a connection that has been silent for too long: of a machine that is gone nobody says so.
Task<> Follower::watch(std::shared_ptr<Follower> self) {
  const auto socket = self->socket_;
  while (socket && self->socket_ == socket) {
    const auto limit = self->heartbeat_ * self->pace_.missed_heartbeats;
    const auto until = self->heard_at_ + limit;
    if (steady_now() >= until) {
      log::warn("agentlink", "{} has not been heard for {} ms", self->agent_, limit.count());
      socket->abort();
      co_return;
    }
    boost::system::error_code fault;
    self->silence_.expires_at(until);
    co_await self->silence_.async_wait(asio::redirect_error(use_awaitable, fault));
  }
}

Task<> Follower::rest() {
  const auto longest = live_->stream.empty() ? pace_.last_blind_retry : pace_.last_retry;
  pause_ = std::clamp(pause_ * 2, pace_.first_retry, longest);
  wake_.expires_after(scattered(pause_));
  boost::system::error_code fault;
  co_await wake_.async_wait(asio::redirect_error(use_awaitable, fault));
}

bool Follower::take(const Frame& frame) {
  if (frame.kind == Frame::Kind::hello) return !greeted_ && take_hello(frame);
  if (!greeted_) return false;
  switch (frame.kind) {
    case Frame::Kind::snapshot:
      take_snapshot(frame);
      return true;
    case Frame::Kind::heartbeat:
      return complete_ && frame.seq == live_->seq;
    case Frame::Kind::event:
      return complete_ && take_event(frame);
    case Frame::Kind::hello:
    case Frame::Kind::other:
      break;
  }
  return true;
}

bool Follower::take_hello(const Frame& frame) {
  const bool same = place_ && live_->stream == frame.stream;
  if (frame.resumed && !same) return false;
  greeted_ = true;
  heartbeat_ = frame.heartbeat;
  silence_.cancel();
  const bool another = !live_->stream.empty() && live_->stream != frame.stream;
  if (another && !anew_since_) anew_since_ = lost_at_;
  // A number of another stream is no place in this one.
  complete_ = place_ = frame.resumed;
  auto live = *live_;
  live.stream = frame.stream;
  // What was known goes on being true.
  if (frame.resumed) live.connection = Connection::up;
  const bool tells = frame.resumed;
  live_ = std::make_shared<const Live>(std::move(live));
  if (tells) tell({live_});
  return true;
}

void Follower::take_snapshot(const Frame& frame) {
  News news;
  auto live = with_snapshot(*live_, frame.body, news);
  live.seq = frame.seq;
  live.connection = Connection::up;
  complete_ = place_ = true;
  news.live = std::make_shared<const Live>(std::move(live));
  news.whole = true;
  news.anew_since = std::exchange(anew_since_, std::nullopt);
  // What changed meanwhile nobody told.
  news.files.overflow = true;
  tell(std::move(news));
}

bool Follower::take_event(const Frame& frame) {
  if (frame.seq != live_->seq + 1) return false;
  News news;
  auto live = with_event(*live_, frame.type, frame.body, news);
  live.seq = frame.seq;
  news.live = std::make_shared<const Live>(std::move(live));
  tell(std::move(news));
  return true;
}

void Follower::lost() {
  complete_ = false;
  if (live_->connection == Connection::connecting) return;
  lost_at_ = heard_at_;
  auto live = *live_;
  live.connection = Connection::connecting;
  tell({std::make_shared<const Live>(std::move(live))});
}

void Follower::tell(News news) {
  live_ = news.live;
  news.agent = agent_;
  sink_(news);
}

}  // namespace trinity::agentlink
