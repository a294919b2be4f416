#pragma once
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "base/blocking.h"
#include "base/gate.h"
#include "credentials/redis_connection.h"
#include "vault/marks.h"

namespace trinity::credentials {

/// A few connections with a thread each. They are made when they are needed and made anew when they are gone. A job
/// waits at most `limit` for a connection and may then take as long again; after a failure others are refused at once
/// for a short while instead of waiting, too. Any I/O thread.
class RedisPool {
 public:
  struct Options {
    std::size_t connections = 4;
    std::chrono::milliseconds limit{2'000};
    std::chrono::milliseconds rest_after_failure{250};
  };
  /// Called with each new connection before it is used. May throw.
  using Prepare = std::function<void(RedisConnection&)>;

  RedisPool(RedisAddress address, Options options, Prepare prepare)
      : address_(std::move(address)),
        options_(options),
        prepare_(std::move(prepare)),
        gate_(options.connections, refusal),
        threads_(options.connections, most_waiting) {}
  RedisPool(const RedisPool&) = delete;
  RedisPool& operator=(const RedisPool&) = delete;

  /// `job(RedisConnection&)`; throws Unavailable when the server cannot be had, or what the job throws.
  template <class F>
  auto run(F job) -> Task<std::invoke_result_t<F&, RedisConnection&>> {
    refuse_while_resting();
    const auto permit = co_await gate_.enter(options_.limit);
    refuse_while_resting();
    auto work = [this, &job] { return with_connection(job); };
    co_return co_await threads_.run(std::move(work));
  }
  /// The same for a thread that may block; throws RedisFault instead of Unavailable.
  template <class F>
  auto run_now(F job) -> std::invoke_result_t<F&, RedisConnection&> {
    const auto permit = gate_.enter_now(options_.limit);
    auto connection = take();
    auto result = job(*connection);
    give_back(std::move(connection));
    return result;
  }

  /// Waits for running jobs. Stop who gives it some first.
  void join() { threads_.join(); }
  [[nodiscard]] const RedisAddress& address() const noexcept { return address_; }

 private:
  static constexpr const char* refusal = "The store of credentials cannot be reached. Try again in a moment.";
  static constexpr std::size_t most_waiting = 1'000;

  template <class F>
  auto with_connection(F& job) -> std::invoke_result_t<F&, RedisConnection&> {
    try {
      auto connection = take();
      auto result = job(*connection);
      give_back(std::move(connection));
      went_well();
      return result;
    } catch (const RedisFault& fault) {
      note_failure(fault);
      throw Unavailable(refusal);
    } catch (const vault::WrongKey& fault) {
      note_failure(fault);
      throw Unavailable("The vault has not the key that the stored credentials need. Ask the administrator.");
    }
  }

  /// Throws Unavailable.
  void refuse_while_resting() const;
  std::unique_ptr<RedisConnection> take();
  void give_back(std::unique_ptr<RedisConnection> connection);
  void went_well();
  void note_failure(const std::runtime_error& fault);

  RedisAddress address_;
  Options options_;
  Prepare prepare_;
  Gate gate_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RedisConnection>> idle_;
  std::atomic<SteadyTime> resting_until_{SteadyTime{}};
  std::atomic<bool> failing_{false};
  BlockingPool threads_;  // last: its threads end before the rest goes
};

}  // namespace trinity::credentials
