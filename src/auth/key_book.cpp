#include "auth/key_book.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"

namespace trinity::auth {

namespace {

constexpr std::size_t longest_key = 512;
constexpr std::size_t most_in_one_write = 500;
constexpr std::chrono::seconds write_every{5};

}  // namespace

void KeyBook::load(Call call) {
  auto job = [](db::Session& session) { return KeyRows::all(session); };
  replace(database_.read_now(call, std::move(job)));
}

Task<> KeyBook::reload(Call call) {
  auto job = [](db::Session& session) { return KeyRows::all(session); };
  auto publish = [this](std::vector<ApiKey>& keys) { replace(std::move(keys)); };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
}

void KeyBook::replace(std::vector<ApiKey> keys) {
  const std::lock_guard lock(mutex_);
  auto before = std::exchange(by_hash_, {});
  for (auto& key : keys) {
    auto hash = key.hash;
    auto& entry = by_hash_[std::move(hash)];
    if (const auto known = before.find(key.hash); known != before.end()) entry = std::move(known->second);
    entry.key = std::move(key);
  }
}

Task<std::shared_ptr<const Caller>> KeyBook::resolve(std::string key, Call) {
  if (key.empty() || key.size() > longest_key) co_return nullptr;
  const auto digest = key_digest(key);
  const std::lock_guard lock(mutex_);
  const auto found = by_hash_.find(digest);
  if (found == by_hash_.end() || !found->second.key.active) co_return nullptr;
  auto& entry = found->second;
  const auto user = users_.by_id(entry.key.user_id);
  if (!user) co_return nullptr;
  if (entry.uses++ == 0) used_.push_back(digest);
  entry.last_used = now();
  // Made anew each time: the user's role and address count as they are now.
  Caller caller{user->id, user->username, user->email, user->role, entry.key.scope, entry.key.agent_name};
  co_return std::make_shared<const Caller>(std::move(caller));
}

void KeyBook::put(const ApiKey& key) {
  const std::lock_guard lock(mutex_);
  by_hash_[key.hash].key = key;
}

void KeyBook::remove_of_agent(std::string_view agent) {
  const std::lock_guard lock(mutex_);
  std::erase_if(by_hash_, [&](const auto& item) {
    const auto& key = item.second.key;
    return key.scope != Scope::user_key && key.agent_name == agent;
  });
}

std::size_t KeyBook::size() const {
  const std::lock_guard lock(mutex_);
  return by_hash_.size();
}

std::vector<KeyBook::Use> KeyBook::take_uses() {
  const std::lock_guard lock(mutex_);
  const auto count = std::min(used_.size(), most_in_one_write);
  std::vector<Use> uses;
  uses.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = by_hash_.find(used_[i]);
    if (found == by_hash_.end()) continue;  // removed meanwhile
    auto& entry = found->second;
    uses.push_back({used_[i], entry.key.id, std::exchange(entry.uses, 0), entry.last_used});
  }
  used_.erase(used_.begin(), used_.begin() + static_cast<std::ptrdiff_t>(count));
  return uses;
}

void KeyBook::give_back(const std::vector<Use>& uses) {
  const std::lock_guard lock(mutex_);
  for (const auto& use : uses) {
    const auto found = by_hash_.find(use.hash);
    if (found == by_hash_.end()) continue;
    if (found->second.uses == 0) used_.push_back(use.hash);
    found->second.uses += use.uses;
  }
}

namespace {

template <class Uses>
auto write_job(const Uses& uses) {
  return [&uses](db::Session& session) {
    for (const auto& use : uses) KeyRows::add_uses(session, use.id, use.uses, format_naive(use.last_used));
  };
}

}  // namespace

Task<> KeyBook::flush(Call call) {
  const auto uses = take_uses();
  if (uses.empty()) co_return;
  auto job = write_job(uses);
  try {
    co_await database_.write(call, std::move(job));
  } catch (const Error& fault) {
    give_back(uses);
    log::warn({"auth", call.id()}, "the use of {} API keys could not be written yet: {}", uses.size(), fault.what());
  }
}

void KeyBook::flush_now(Call call) {
  for (auto uses = take_uses(); !uses.empty(); uses = take_uses()) {
    auto job = write_job(uses);
    try {
      database_.write_now(call, std::move(job));
    } catch (const Error& fault) {
      log::warn({"auth", call.id()}, "the use of {} API keys could not be written: {}", uses.size(), fault.what());
    }
  }
}

void KeyBook::start(const asio::any_io_executor& executor) {
  spawn("api keys", executor, flush_regularly(this));
}

Task<> KeyBook::flush_regularly(KeyBook* book) {
  BackgroundCall job("api keys");
  const auto here = co_await asio::this_coro::executor;
  asio::steady_timer timer(here);
  for (;;) {
    timer.expires_after(write_every);
    co_await timer.async_wait(use_awaitable);
    co_await book->flush(job.call());
  }
}

}  // namespace trinity::auth
