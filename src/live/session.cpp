#include "live/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/spawn.h"

namespace trinity::live {

namespace {

std::size_t size_of(const Delivery& delivery) noexcept {
  std::size_t bytes = 0;
  for (const auto& outgoing : delivery.frames) bytes += outgoing.frame->size();
  return bytes;
}

}  // namespace

Session::Session(std::shared_ptr<http::WebSocket> socket, HubLink& hub, IdentitySource& identities,
                 SessionOptions options)
    : socket_(std::move(socket)),
      hub_(hub),
      options_(options),
      executor_(socket_->executor()),
      conversation_(identities, options.limits),
      outbox_(options.outbox),
      turns_(WriteTurns::of(executor_)),
      wake_(executor_, SteadyTime::max()),
      clock_(executor_) {}

Task<> Session::run(std::shared_ptr<Session> self, Handshake handshake) {
  self->id_ = self->hub_.attach(self);
  spawn("live.write", self->executor_, write(self));
  spawn("live.watch", self->executor_, watch(self));
  std::exception_ptr fault;
  try {
    co_await converse(self, std::move(handshake));
  } catch (...) {
    fault = std::current_exception();
  }
  // Not by a destructor: a coroutine that is abandoned at shutdown must not touch the hub, which may have gone.
  self->leave();
  if (fault) std::rethrow_exception(fault);
}

Task<> Session::converse(std::shared_ptr<Session> self, Handshake handshake) {
  self->carry_out(self->conversation_.open(handshake, Moment::current()));
  for (;;) {
    auto message = co_await self->socket_->read();
    if (!message) co_return;
    if (message->text) self->carry_out(self->conversation_.message(message->data, Moment::current()));
  }
}

void Session::leave() noexcept {
  gone_ = true;
  hub_.detach(id_);
  outbox_.clear();
  wake_.cancel();
  clock_.cancel();
  // A write that is under way ends now.
  socket_->abort();
}

void Session::deliver(Delivery delivery) {
  // Counted from here on, so that frames on their way between the threads count too.
  unsent_.fetch_add(size_of(delivery), std::memory_order_relaxed);
  asio::post(executor_, [self = shared_from_this(), d = std::move(delivery)]() mutable { self->take(std::move(d)); });
}

void Session::take(Delivery delivery) {
  // send() counts what the outbox really keeps.
  unsent_.fetch_sub(size_of(delivery), std::memory_order_relaxed);
  if (gone_) return;
  if (delivery.too_slow) end(close_slow, "too slow");
  for (auto& outgoing : delivery.frames) send(std::move(outgoing));
  if (delivery.breaches > 0) carry_out(conversation_.breached(delivery.breaches, Moment::current()));
}

void Session::send(Outgoing outgoing) {
  if (closing_ || gone_) return;
  const auto before = outbox_.bytes();
  const auto lost = outbox_.lost();
  const bool fits = outbox_.push(std::move(outgoing));
  if (outbox_.lost() > lost) hub_.dropped(outbox_.lost() - lost);
  unsent_.fetch_add(outbox_.bytes() - before, std::memory_order_relaxed);
  if (!fits) {
    end(close_slow, "too slow");
    return;
  }
  wake_writer();
}

/// Not at once: others have a turn too.
void Session::wake_writer() {
  if (!idle_ || std::exchange(wanted_, true)) return;
  turns_.want(executor_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->wanted_ = false;
    self->idle_ = false;
    self->wake_.cancel();
  });
}

void Session::carry_out(Effects effects) {
  for (auto& effect : effects) {
    if (closing_ || gone_) return;
    if (auto* frame = std::get_if<Send>(&effect)) {
      send({std::move(frame->frame)});
    } else if (auto* who = std::get_if<Identify>(&effect)) {
      hub_.identify(id_, std::move(who->who));
    } else if (auto* wish = std::get_if<Subscribe>(&effect)) {
      hub_.subscribe(id_, std::move(wish->topics));
    } else if (auto* names = std::get_if<Unsubscribe>(&effect)) {
      hub_.unsubscribe(id_, std::move(names->topics));
    } else if (auto* choice = std::get_if<Choose>(&effect)) {
      hub_.choose(id_, std::move(*choice));
    } else if (const auto* seen = std::get_if<Visibility>(&effect)) {
      hub_.visibility(id_, seen->hidden);
    } else if (auto* ending = std::get_if<Close>(&effect)) {
      end(ending->code, ending->reason);
    }
  }
}

void Session::end(std::uint16_t code, std::string_view reason) {
  if (closing_ || gone_) return;
  closing_ = true;
  closing_since_ = steady_now();
  spawn("live.close", executor_, close(shared_from_this(), code, std::string(reason)));
}

Task<> Session::close(std::shared_ptr<Session> self, std::uint16_t code, std::string reason) {
  // A few frames that say why may be waiting; a slow peer would not take them anyway.
  if (code == close_slow) {
    const auto before = self->outbox_.bytes();
    self->outbox_.clear();
    self->unsent_.fetch_sub(before - self->outbox_.bytes(), std::memory_order_relaxed);
  }
  while (!self->outbox_.empty() && !self->gone_) {
    boost::system::error_code ended;
    asio::steady_timer pause(self->executor_, std::chrono::milliseconds(5));
    co_await pause.async_wait(asio::redirect_error(use_awaitable, ended));
    if (steady_now() - self->closing_since_ > self->options_.close_within / 2) break;
  }
  if (self->gone_) co_return;
  co_await self->socket_->close(code, std::move(reason));
  self->socket_->abort();
}

Task<> Session::write(std::shared_ptr<Session> self) {
  while (!self->gone_) {
    if (self->outbox_.empty()) {
      self->wake_.expires_at(SteadyTime::max());
      boost::system::error_code ended;
      self->idle_ = true;
      co_await self->wake_.async_wait(asio::redirect_error(use_awaitable, ended));
      self->idle_ = false;
      continue;
    }
    auto frame = self->outbox_.pop();
    const auto size = frame->size();
    self->writing_since_ = steady_now();
    const bool sent = co_await self->socket_->write(std::move(frame));
    self->writing_since_ = {};
    self->outbox_.written();
    self->unsent_.fetch_sub(size, std::memory_order_relaxed);
    if (!sent) {
      // The reader may not have noticed yet.
      if (!self->closing_) self->socket_->abort();
      co_return;
    }
    self->ask_resync();
  }
}

void Session::ask_resync() {
  if (closing_ || gone_) return;
  auto topics = outbox_.to_resync();
  if (!topics.empty()) hub_.resync(id_, std::move(topics));
}

Task<> Session::watch(std::shared_ptr<Session> self) {
  while (!self->gone_) {
    self->clock_.expires_after(self->options_.tick);
    boost::system::error_code ended;
    co_await self->clock_.async_wait(asio::redirect_error(use_awaitable, ended));
    if (self->gone_) co_return;
    const auto at = Moment::current();
    if (self->closing_) {
      if (at.steady - self->closing_since_ >= self->options_.close_within) self->socket_->abort();
      continue;
    }
    const bool stuck =
        self->writing_since_ != SteadyTime{} && at.steady - self->writing_since_ >= self->options_.stuck_after;
    if (stuck) self->end(close_slow, "too slow");
    self->carry_out(self->conversation_.tick(at));
  }
}

}  // namespace trinity::live
