#include "db/foreign_writes.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/spawn.h"

namespace trinity::db {

void ForeignWrites::start(const asio::any_io_executor& executor) {
  spawn("foreign writes", executor, look_regularly(this));
}

Task<> ForeignWrites::look(Call call) {
  const auto version = co_await database_.foreign_version();
  if (known_ != version) {
    log::info({"db", call.id()}, "another program has changed the database; reading it again");
    // Known only when all was read: a reading that fails is done again.
    co_await changed_(call);
  }
  known_ = version;
}

Task<> ForeignWrites::look_regularly(ForeignWrites* self) {
  BackgroundCall job("foreign writes");
  const auto here = co_await asio::this_coro::executor;
  asio::steady_timer timer(here);
  for (;;) {
    try {
      co_await self->look(job.call());
      self->failing_ = false;
    } catch (const std::exception& fault) {
      if (!self->failing_) log::warn("db", "cannot look for changes by other programs now: {}", fault.what());
      self->failing_ = true;
    }
    timer.expires_after(self->every_);
    co_await timer.async_wait(use_awaitable);
  }
}

}  // namespace trinity::db
