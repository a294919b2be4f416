#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>

#include "oauth/service.h"

namespace trinity::oauth {

/// When tokens that were got at `at` are to be refreshed: five minutes before their end, but not before half their
/// life.
[[nodiscard]] std::chrono::sys_seconds due_after(Time at, std::chrono::seconds life);

/// Refreshes tokens before they end, a few at a time, in the background. One that cannot be refreshed is tried again,
/// less and less often, and given up after a day's worth of tries; its credential stays as it is.
class Refresher {
 public:
  struct Pace {
    std::chrono::milliseconds every{30'000};
    std::int64_t most_at_once = 20;
    std::int64_t most_failures = 12;
  };
  /// Called when a credential has new tokens.
  using Refreshed = std::function<Task<>(Call call, std::string credential)>;

  /// All must outlive it.
  Refresher(const OAuthService& service, OAuthService::Parts parts, Refreshed refreshed)
      : Refresher(service, parts, std::move(refreshed), Pace()) {}
  Refresher(const OAuthService& service, OAuthService::Parts parts, Refreshed refreshed, Pace pace)
      : service_(service), parts_(parts), refreshed_(std::move(refreshed)), pace_(pace) {}
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  /// On this executor, which must have ended its work when this object dies.
  void start(const asio::any_io_executor& executor);
  /// One round; how many have new tokens.
  Task<std::size_t> round(Call call, std::chrono::sys_seconds at);

 private:
  enum class Outcome { done, later, never };
  static Task<> run(Refresher* self);
  Task<bool> refresh(Call call, Expiry expiry, std::chrono::sys_seconds at);
  Task<Outcome> renew(Call call, const Provider* provider, Expiry* expiry, std::chrono::sys_seconds at);
  Task<> put_off(Call call, Expiry expiry, std::chrono::sys_seconds at);

  const OAuthService& service_;
  OAuthService::Parts parts_;
  Refreshed refreshed_;
  Pace pace_;
};

}  // namespace trinity::oauth
