#include "credentials/redis_pool.h"

#include "base/errors.h"
#include "base/log.h"

namespace trinity::credentials {

void RedisPool::refuse_while_resting() const {
  if (steady_now() < resting_until_.load()) throw Unavailable(refusal);
}

std::unique_ptr<RedisConnection> RedisPool::take() {
  for (;;) {
    std::unique_ptr<RedisConnection> kept;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) break;
      kept = std::move(idle_.back());
      idle_.pop_back();
    }
    if (!kept->usable()) continue;
    kept->limit(options_.limit);
    return kept;
  }
  auto made = std::make_unique<RedisConnection>(address_, options_.limit);
  prepare_(*made);
  made->limit(options_.limit);
  return made;
}

void RedisPool::give_back(std::unique_ptr<RedisConnection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

void RedisPool::went_well() {
  if (failing_.exchange(false)) log::info("credentials", "{} answers again", address_.shown());
}

void RedisPool::note_failure(const std::runtime_error& fault) {
  resting_until_.store(steady_now() + options_.rest_after_failure);
  if (!failing_.exchange(true)) log::warn("credentials", "{}", fault.what());
}

}  // namespace trinity::credentials
