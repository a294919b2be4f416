#include "budgets/halt.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "audit/log.h"
#include "base/log.h"
#include "base/spawn.h"
#include "json/decode.h"

namespace trinity::budgets {

namespace {

constexpr const char* setting = "trinity_runs_halted";
constexpr std::chrono::seconds waits_for_storing{2};
constexpr std::chrono::seconds turn_within{10};
constexpr std::chrono::seconds longest_pause{30};

HaltState read(const std::string& text) {
  HaltState state;
  // Whatever stands there, somebody has stopped the runs.
  try {
    state = json::decode_body<HaltState>(text);
  } catch (const Error& fault) {
    log::warn("budgets", "the setting {} cannot be read: {}", setting, fault.what());
  }
  state.halted = true;
  return state;
}

/// 2026-01-14T10:09:00.123Z -> 2026-01-14 10:09 UTC
std::string minute_of(const std::optional<std::string>& since) {
  if (!since || since->size() < 16) return "an unknown time";
  return since->substr(0, 10) + ' ' + since->substr(11, 5) + " UTC";
}

}  // namespace

/// Touched on one thread: that of the request.
struct Halt::Saving {
  explicit Saving(const asio::any_io_executor& executor) : timer(executor, waits_for_storing) {}
  asio::steady_timer timer;
  bool ended = false;
};

Halt::StatePtr Halt::current() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Halt::replace(StatePtr state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
  // Told with the lock held, so that the listeners hear of changes in their order.
  live_.runs_halt(json::to_text(*state_));
  if (listener_) listener_(*state_);
}

void Halt::load() {
  const auto text = settings_.text(setting);
  auto state = text ? read(*text) : HaltState{};
  {
    const std::lock_guard lock(mutex_);
    if (unsaved_ || *state_ == state) return;
  }
  replace(std::make_shared<const HaltState>(std::move(state)));
}

std::optional<std::string> Halt::why() const {
  const auto state = current();
  if (!state->halted) return std::nullopt;
  return fmt::format("All runs are stopped by {} since {}; an administrator can resume them",
                     state->by.value_or("somebody"), minute_of(state->since));
}

Task<Halt::Stopped> Halt::stop(Call call, std::shared_ptr<const Caller> caller, std::optional<std::string> reason) {
  const auto here = co_await asio::this_coro::executor;
  const auto saving = std::make_shared<Saving>(here);
  if (!current()->halted) {
    auto state = std::make_shared<const HaltState>(HaltState{true, format_z(clock_()), caller->username, reason});
    {
      const std::lock_guard lock(mutex_);
      unsaved_ = true;
    }
    replace(state);
    spawn("stop of all runs", here, save(this, std::move(state), saving));
  } else {
    saving->ended = true;
  }
  audit::note(call, *caller, "stop_runs", {}, {{"reason", reason.value_or("")}});
  StopCount count;
  if (stop_all_) {
    auto text = why().value_or("All runs are stopped");
    count = co_await stop_all_(call, std::move(text));
  }
  if (!saving->ended) {
    boost::system::error_code woken;
    co_await saving->timer.async_wait(asio::redirect_error(use_awaitable, woken));
  }
  log::warn({"budgets", call.id()}, "all runs are stopped by {}: {} ended, {} waiting ones dropped", caller->username,
            count.runs_stopped, count.waiting_dropped);
  co_return Stopped{state(), count};
}

Task<bool> Halt::saved(Call call, StatePtr state) {
  try {
    const auto turn = co_await storing_.enter(turn_within);
    if (current() != state) co_return true;
    co_await settings_.set(call, setting, json::to_text(*state));
    const std::lock_guard lock(mutex_);
    unsaved_ = false;
    co_return true;
  } catch (const std::exception& fault) {
    log::error({"budgets", call.id()}, "the stop of all runs cannot be stored: {}", fault.what());
  }
  co_return false;
}

Task<> Halt::save(Halt* halt, StatePtr state, std::shared_ptr<Saving> saving) {
  BackgroundCall job("budgets");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto pause = std::chrono::seconds(1);
  bool done = co_await halt->saved(job.call(), state);
  saving->ended = true;
  saving->timer.cancel();
  while (!done) {
    timer.expires_after(pause);
    co_await timer.async_wait(use_awaitable);
    pause = std::min(pause * 2, longest_pause);
    done = co_await halt->saved(job.call(), state);
  }
}

Task<> Halt::resume(Call call, std::shared_ptr<const Caller> caller) {
  const auto turn = co_await storing_.enter(turn_within);
  co_await settings_.remove(call, setting);
  if (!current()->halted) co_return;
  {
    const std::lock_guard lock(mutex_);
    unsaved_ = false;
  }
  replace(std::make_shared<const HaltState>());
  audit::note(call, *caller, "resume_runs", {});
}

}  // namespace trinity::budgets
