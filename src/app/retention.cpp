#include "app/retention.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/spawn.h"

namespace trinity::app {

void Retention::start(const asio::any_io_executor& executor) {
  if (days_ > 0 && !pruned_.empty()) spawn("retention", executor, run(this));
}

Task<> Retention::run(Retention* self) {
  BackgroundCall job("retention");
  asio::steady_timer timer(co_await asio::this_coro::executor, self->pace_.first);
  for (;;) {
    co_await timer.async_wait(use_awaitable);
    for (const auto& pruned : self->pruned_) co_await self->prune_all(job.call(), &pruned);
    timer.expires_after(self->pace_.every);
  }
}

Task<> Retention::prune_all(Call call, const Pruned* pruned) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  const auto older_than = now() - std::chrono::days(days_);
  std::int64_t all = 0;
  try {
    for (bool more = true; more;) {
      const auto removed = co_await pruned->prune(call, older_than, pace_.step);
      all += removed;
      more = removed >= pace_.step;
      if (!more) continue;
      pause.expires_after(pace_.between);
      co_await pause.async_wait(use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    // The server stops.
    throw;
  } catch (const std::exception& e) {
    log::warn("retention", "old {} cannot be removed now: {}", pruned->what, e.what());
  }
  if (all > 0) log::info("retention", "removed {} {} older than {} days", all, pruned->what, days_);
}

}  // namespace trinity::app
