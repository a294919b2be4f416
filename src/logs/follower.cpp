#include "logs/follower.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "base/log.h"
#include "base/spawn.h"

namespace trinity::logs {

namespace {

using std::chrono::milliseconds;

/// Entries that are asked for when a log is taken up again: more than anybody sees, so that they can be counted.
constexpr int most_again = 20'000;
constexpr milliseconds quiet_log{30'000};

}  // namespace

Follower::Follower(engine::Engine& engine, asio::any_io_executor executor, Bounds bounds, Pace pace, Sink sink)
    : engine_(engine),
      executor_(std::move(executor)),
      bounds_(bounds),
      pace_(pace),
      sink_(std::move(sink)),
      wake_(executor_),
      gathering_(bounds) {}

void Follower::aim(std::optional<Target> target) {
  asio::post(executor_, [self = shared_from_this(), t = std::move(target)]() mutable { self->take_aim(std::move(t)); });
}

void Follower::take_aim(std::optional<Target> target) {
  const bool other = target && target_ && target->container != target_->container;
  const bool leave = other || !target;
  if (other) {
    assembler_.clear();
    seen_.clear();
    gathering_.clear();
    anew_ = reset_ = true;
  }
  target_ = std::move(target);
  called_ = target_ && target_->running;
  if (leave) {
    ++turn_;
    if (stream_ != nullptr) stream_->cancel();
  }
  wake_.cancel();
  if (target_ && !std::exchange(active_, true)) spawn("logs.follower", executor_, run(shared_from_this()));
}

Task<> Follower::run(std::shared_ptr<Follower> self) {
  self->state_ = State::connecting;
  self->untold_ = true;
  self->hand_over();
  while (self->target_) {
    const auto turn = self->turn_;
    self->called_ = false;
    co_await self->follow();
    if (turn == self->turn_) co_await self->rest();
  }
  self->active_ = false;
}

Task<> Follower::follow() {
  const auto turn = turn_;
  const auto since = seen_.since();
  const engine::FollowOptions options{since == 0 ? static_cast<int>(bounds_.lines) : most_again, since};
  try {
    const auto stream = co_await engine_.follow_logs(job_.call(), target_->container, options);
    if (turn != turn_) co_return;
    stream_ = stream.get();
    begin();
    co_await read(stream.get(), turn);
    stream_ = nullptr;
  } catch (const engine::EngineError& fault) {
    stream_ = nullptr;
    if (turn != turn_) co_return;
    log::debug("logs", "the log of {} broke: {}", target_->container, fault.what());
    // What is unfinished comes again with the rest.
    assembler_.clear();
    end(fault.fault() == engine::Fault::not_found ? State::ended : State::interrupted);
  }
}

Task<> Follower::read(engine::LogStream* stream, unsigned turn) {
  for (;;) {
    const auto portion = co_await stream->next(patience());
    if (turn != turn_) co_return;
    take(portion);
    if (portion.ended) break;
    const bool quiet = portion.pieces.empty();
    if (!due(quiet)) continue;
    hand_over();
    if (steady_now() - opened_at_ >= pace_.retry_most) pause_ = milliseconds(0);
  }
  assembler_.finish(assembled_);
  take_lines();
  // While the container runs this is the engine's doing, and the log is asked for again.
  end(target_->running ? State::following : State::ended);
}

/// Until something is to be done about the log again: after an end when the container starts, after a fault soon.
Task<> Follower::rest() {
  if (called_) {
    pause_ = milliseconds(0);
    co_return;
  }
  const bool wait_for_start = state_ == State::ended;
  pause_ = std::clamp(pause_ * 2, pace_.retry_first, pace_.retry_most);
  wake_.expires_after(wait_for_start ? milliseconds(std::chrono::hours(24)) : pause_);
  boost::system::error_code ended;
  co_await wake_.async_wait(asio::redirect_error(use_awaitable, ended));
}

void Follower::begin() {
  joining_ = seen_.since() > 0;
  seen_.again();
  backlog_ = true;
  opened_at_ = steady_now();
  untold_ = untold_ || state_ != State::following;
  state_ = State::following;
}

void Follower::take(const engine::LogPortion& portion) {
  for (const auto& piece : portion.pieces) assembler_.feed(piece, assembled_);
  take_lines();
}

void Follower::take_lines() {
  for (auto& line : assembled_) {
    if (!seen_.is_new(line)) continue;
    seen_.note(line);
    if (gathering_.empty()) waiting_since_ = steady_now();
    gathering_.add(std::move(line));
  }
  assembled_.clear();
}

milliseconds Follower::patience() const {
  if (backlog_) return pace_.backlog;
  if (gathering_.empty() && !untold_) return quiet_log;
  const auto at = std::max(handed_at_ + pace_.every, waiting_since_ + pace_.settle);
  return std::max(std::chrono::ceil<milliseconds>(at - steady_now()), milliseconds(1));
}

bool Follower::due(bool quiet) const {
  const auto at = steady_now();
  if (backlog_) return quiet || at - opened_at_ >= pace_.backlog_most;
  if (gathering_.empty() && !untold_) return false;
  return at - handed_at_ >= pace_.every && at - waiting_since_ >= pace_.settle;
}

void Follower::hand_over() {
  auto batch = gathering_.take();
  if (joining_ && (seen_.joined() || !batch.lines.empty())) {
    anew_ = anew_ || !seen_.joined();
    joining_ = false;
  }
  batch.state = state_;
  batch.backlog = std::exchange(backlog_, false);
  // Nothing is known yet: the numbers begin with what comes.
  const bool looked = state_ != State::connecting;
  batch.anew = looked && std::exchange(anew_, false);
  batch.reset = looked && std::exchange(reset_, false);
  untold_ = false;
  handed_at_ = steady_now();
  sink_(std::move(batch));
}

void Follower::end(State state) {
  state_ = state;
  hand_over();
}

}  // namespace trinity::logs
