#include "auth/limiter.h"

#include <sodium.h>

#include <algorithm>
#include <vector>

#include "base/ids.h"

namespace trinity::auth {

namespace {

/// Makes room: what has ended goes first, then the quarter that ends soonest.
template <class Map, class Newest>
void shrink(Map& map, std::size_t most, SteadyTime ended_before, Newest newest) {
  if (map.size() < most) return;
  std::erase_if(map, [&](const auto& entry) { return newest(entry) <= ended_before; });
  if (map.size() < most) return;
  std::vector<SteadyTime> times;
  times.reserve(map.size());
  for (const auto& entry : map) times.push_back(newest(entry));
  const auto quarter = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
  std::ranges::nth_element(times, quarter);
  const SteadyTime oldest_kept = *quarter;
  std::erase_if(map, [&](const auto& entry) { return newest(entry) <= oldest_kept; });
}

}  // namespace

SignInLimiter::SignInLimiter(Limits limits) : limits_(limits) {
  static_assert(std::tuple_size_v<decltype(secret_)> == crypto_shorthash_KEYBYTES);
  random_bytes(secret_);
}

SignInLimiter::Key SignInLimiter::key_of(std::string_view text) const {
  Key key = 0;
  static_assert(sizeof(key) == crypto_shorthash_BYTES);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&key), reinterpret_cast<const unsigned char*>(text.data()),
                   text.size(), secret_.data());
  return key;
}

SignInLimiter::Key SignInLimiter::pair_key(std::string_view account, std::string_view address) const {
  std::string both(account);
  both += '\n';
  both += address;
  return key_of(both);
}

std::optional<std::chrono::seconds> SignInLimiter::wait(Failures& failures, Key key, std::size_t limit,
                                                        SteadyTime now) const {
  const auto found = failures.find(key);
  if (found == failures.end()) return std::nullopt;
  Times& times = found->second;
  while (!times.empty() && times.front() + limits_.window <= now) times.pop_front();
  if (times.empty()) {
    failures.erase(found);
    return std::nullopt;
  }
  if (times.size() < limit) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::seconds>(times.front() + limits_.window - now);
  return std::max(left, std::chrono::seconds(1));
}

void SignInLimiter::add(Failures& failures, Key key, std::size_t limit, SteadyTime now) const {
  shrink(failures, limits_.most_keys, now - limits_.window, [](const auto& entry) { return entry.second.back(); });
  Times& times = failures[key];
  times.push_back(now);
  if (times.size() > limit) times.pop_front();
}

SignInLimiter::Verdict SignInLimiter::look(std::string_view account, std::string_view address, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto account_wait = wait(accounts_, key_of(account), limits_.per_account, now);
  const auto address_wait = wait(addresses_, key_of(address), limits_.per_address, now);
  Verdict verdict;
  verdict.limited = account_wait.has_value() || address_wait.has_value();
  verdict.retry_after =
      std::max(account_wait.value_or(std::chrono::seconds(0)), address_wait.value_or(std::chrono::seconds(0)));
  const auto trusted = trusted_.find(pair_key(account, address));
  verdict.trusted = trusted != trusted_.end() && trusted->second + limits_.trust > now;
  return verdict;
}

void SignInLimiter::wrong(std::string_view account, std::string_view address, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  add(accounts_, key_of(account), limits_.per_account, now);
  add(addresses_, key_of(address), limits_.per_address, now);
}

void SignInLimiter::right(std::string_view account, std::string_view address, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  shrink(trusted_, limits_.most_keys, now - limits_.trust, [](const auto& entry) { return entry.second; });
  trusted_[pair_key(account, address)] = now;
}

}  // namespace trinity::auth
