#include "attention/service.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>

#include "base/log.h"
#include "base/spawn.h"
#include "json/write.h"

namespace trinity::attention {

namespace {

constexpr std::chrono::seconds looks_every{1};

}  // namespace

void AttentionService::load(Call call) {
  book_.load(parts_.store.load(call), clock_());
}

Task<> AttentionService::reload(Call call) {
  std::function<void(const AttentionStore::Newest&)> loaded = [this](const AttentionStore::Newest& newest) {
    book_.load(newest, clock_());
  };
  co_await parts_.store.reload(call, std::move(loaded));
}

void AttentionService::start(const asio::any_io_executor& executor) {
  spawn("attention", executor, keep_looking(this));
}

void AttentionService::look(const fleet::Snapshot& snapshot) {
  const auto at = clock_();
  book_.look(snapshot, parts_.turns.all(at), at);
}

Task<> AttentionService::keep_looking(AttentionService* service) {
  const auto here = co_await asio::this_coro::executor;
  asio::steady_timer timer(here);
  for (;;) {
    try {
      service->look(*service->parts_.fleet.snapshot(here));
    } catch (const std::exception& e) {
      log::error("attention", "what needs a person was not looked at: {}", e.what());
    }
    timer.expires_after(looks_every);
    co_await timer.async_wait(use_awaitable);
  }
}

Task<std::string> AttentionService::list(agents::CallerPtr caller) {
  const auto snapshot = co_await lookup_.snapshot();
  const auto board = book_.board();
  std::string text = R"({"as_of":")" + format_z(clock_()) + R"(","agents":[)";
  bool first = true;
  for (const auto& row : board->rows) {
    const auto* entry = snapshot->find(row->name);
    if (entry == nullptr || !fleet::can_read(*entry->agent, *caller)) continue;
    if (!first) text += ',';
    first = false;
    text += row->text;
  }
  text += "]}";
  co_return text;
}

}  // namespace trinity::attention
