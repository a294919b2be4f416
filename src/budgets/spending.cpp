// What runs have cost, on its way into the database; and the end of a day.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cmath>

#include "base/log.h"
#include "base/spawn.h"
#include "budgets/service.h"

namespace trinity::budgets {

namespace {

using std::chrono::days;
using std::chrono::seconds;
constexpr seconds longest_pause{60};
/// The wall clock may be set, so nobody sleeps until midnight in one go.
constexpr seconds looks_every{30};
constexpr days kept_for{400};

}  // namespace

void BudgetService::load(Call call) {
  halt_.load();
  const auto day = today();
  auto stored = store_.load(call, day);
  const std::lock_guard lock(mutex_);
  take(std::move(stored), day);
}

Task<> BudgetService::reload(Call call) {
  halt_.load();
  const auto day = today();
  std::function<void(BudgetStore::Stored)> loaded = [this, day](BudgetStore::Stored stored) {
    const std::lock_guard lock(mutex_);
    take(std::move(stored), day);
  };
  co_await store_.reload(call, day, std::move(loaded));
}

void BudgetService::take(BudgetStore::Stored stored, Day day) {
  for (const auto* amounts : {&unwritten_, &in_writing_}) {
    for (const auto& [key, cost] : *amounts) {
      if (key.first == day) stored.spent[key.second] += cost;
    }
  }
  ledger_.load(std::move(stored.limits), day, std::move(stored.spent));
  tell_news();
}

void BudgetService::spent(Call call, const std::string& agent, double cost) {
  if (!std::isfinite(cost) || cost <= 0) return;
  const auto day = today();
  {
    const std::lock_guard lock(mutex_);
    ledger_.spend(agent, cost, day);
    unwritten_[{day, agent}] += cost;
    unwritten_[{day, everybody}] += cost;
    tell_news();
  }
  log::debug({"budgets", call.id()}, "a run on {} has cost {} USD", agent, cost);
  write_soon();
}

void BudgetService::write_soon() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(writes_, true)) return;
  }
  spawn("spending", writer_, write(this));
}

Task<> BudgetService::write(BudgetService* service) {
  BackgroundCall job("budgets");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto pause = seconds(1);
  for (;;) {
    {
      const std::lock_guard lock(service->mutex_);
      if (service->unwritten_.empty()) {
        service->writes_ = false;
        co_return;
      }
      service->in_writing_.swap(service->unwritten_);
    }
    const bool done = co_await service->written(job.call());
    if (done) {
      pause = seconds(1);
      continue;
    }
    timer.expires_after(pause);
    pause = std::min(pause * 2, longest_pause);
    co_await timer.async_wait(use_awaitable);
  }
}

Task<bool> BudgetService::written(Call call) {
  std::function<void(const std::vector<std::string>&)> published = [this](const std::vector<std::string>& strangers) {
    const std::lock_guard lock(mutex_);
    in_writing_.clear();
    for (const auto& agent : strangers) ledger_.forget(agent);
    tell_news();
  };
  auto amounts = in_writing_;
  try {
    co_await store_.add(call, std::move(amounts), std::move(published));
    co_return true;
  } catch (const std::exception& fault) {
    log::error({"budgets", call.id()}, "what runs have cost cannot be stored yet: {}", fault.what());
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [key, cost] : in_writing_) unwritten_[key] += cost;
  in_writing_.clear();
  co_return false;
}

void BudgetService::flush_now(Call call) {
  BudgetStore::Amounts left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(unwritten_);
  }
  if (left.empty()) return;
  try {
    store_.add_now(call, left);
  } catch (const std::exception& fault) {
    log::error({"budgets", call.id()}, "what runs have cost could not be stored: {}", fault.what());
  }
}

void BudgetService::start() {
  spawn("days", writer_, watch_days(this));
}

Task<> BudgetService::watch_days(BudgetService* service) {
  BackgroundCall job("budgets");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  Day pruned{};
  for (;;) {
    const auto day = service->today();
    {
      const std::lock_guard lock(service->mutex_);
      service->ledger_.begin(day);
      service->tell_news();
    }
    if (pruned != day) co_await service->prune(job.call());
    pruned = day;
    const Time midnight = day + days(1);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(midnight - service->clock_());
    timer.expires_after(std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(100), looks_every));
    co_await timer.async_wait(use_awaitable);
  }
}

Task<> BudgetService::prune(Call call) {
  try {
    co_await store_.prune(call, today() - kept_for);
  } catch (const std::exception& fault) {
    log::warn({"budgets", call.id()}, "old figures of spending stay for now: {}", fault.what());
  }
}

}  // namespace trinity::budgets
