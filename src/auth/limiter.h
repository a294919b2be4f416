#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace trinity::auth {

/// Bounds wrong passwords, per account name (existing or not) and per address. Right ones are never counted. An address
/// from which an account signed in rightly within the last day may always try for that account. Memory is bounded.
/// Any thread.
class SignInLimiter {
 public:
  struct Limits {
    std::size_t per_account = 10;
    std::size_t per_address = 100;
    std::chrono::seconds window = std::chrono::minutes(5);
    std::chrono::seconds trust = std::chrono::hours(24);
    std::size_t most_keys = 10'000;  ///< accounts, addresses and trusted pairs remembered, each
  };

  SignInLimiter() : SignInLimiter(Limits{}) {}
  explicit SignInLimiter(Limits limits);
  SignInLimiter(const SignInLimiter&) = delete;
  SignInLimiter& operator=(const SignInLimiter&) = delete;

  struct Verdict {
    bool limited = false;                 ///< a wrong password is answered 429
    bool trusted = false;                 ///< the password is looked at even so
    std::chrono::seconds retry_after{0};  ///< at least 1 when limited

    [[nodiscard]] bool refused() const noexcept { return limited && !trusted; }
  };

  [[nodiscard]] Verdict look(std::string_view account, std::string_view address, SteadyTime now);
  void wrong(std::string_view account, std::string_view address, SteadyTime now);
  void right(std::string_view account, std::string_view address, SteadyTime now);

 private:
  using Key = std::uint64_t;
  using Times = std::deque<SteadyTime>;
  using Failures = std::unordered_map<Key, Times>;

  /// Names can be long and are the client's choice: a keyed 64-bit hash stands for them.
  [[nodiscard]] Key key_of(std::string_view text) const;
  [[nodiscard]] Key pair_key(std::string_view account, std::string_view address) const;
  [[nodiscard]] std::optional<std::chrono::seconds> wait(Failures& failures, Key key, std::size_t limit,
                                                         SteadyTime now) const;
  void add(Failures& failures, Key key, std::size_t limit, SteadyTime now) const;

  Limits limits_;
  std::array<unsigned char, 16> secret_{};
  std::mutex mutex_;
  Failures accounts_;
  Failures addresses_;
  std::unordered_map<Key, SteadyTime> trusted_;
};

}  // namespace trinity::auth
