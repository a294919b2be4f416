#include "executions/upkeep.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"

namespace trinity::executions {

namespace {

constexpr std::chrono::minutes first_after{2};
constexpr std::chrono::hours every{1};
constexpr std::int64_t at_once = 200;
constexpr std::chrono::milliseconds breath{200};

}  // namespace

void Upkeep::start(const asio::any_io_executor& executor) {
  spawn("upkeep of runs", executor, keep(this));
}

Task<std::int64_t> Upkeep::round(Call call) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  std::int64_t removed = 0;
  for (bool more = true; more;) {
    std::int64_t now_removed = co_await store_.prune_keys(call, at_once);
    if (age_.count() > 0) now_removed += co_await store_.prune_transcripts(call, now() - age_, at_once);
    removed += now_removed;
    more = now_removed > 0;
    if (!more) break;
    pause.expires_after(breath);
    co_await pause.async_wait(use_awaitable);
  }
  co_return removed;
}

Task<> Upkeep::keep(Upkeep* upkeep) {
  BackgroundCall job("upkeep");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(first_after);; pause = every) {
    timer.expires_after(pause);
    co_await timer.async_wait(use_awaitable);
    try {
      const auto removed = co_await upkeep->round(job.call());
      if (removed > 0) log::info("executions", "{} old transcripts and keys were removed", removed);
    } catch (const std::exception& e) {
      log::warn("executions", "old transcripts cannot be removed now: {}", e.what());
    }
  }
}

}  // namespace trinity::executions
