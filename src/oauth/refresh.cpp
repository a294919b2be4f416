#include "oauth/refresh.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "audit/log.h"
#include "base/log.h"
#include "base/spawn.h"
#include "oauth/tokens.h"

namespace trinity::oauth {

namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr seconds ahead{300};
constexpr seconds first_pause{60};
constexpr seconds longest_pause{7'200};

}  // namespace

std::chrono::sys_seconds due_after(Time at, seconds life) {
  return std::chrono::floor<seconds>(at) + std::max(life - ahead, life / 2);
}

void Refresher::start(const asio::any_io_executor& executor) {
  spawn("oauth", executor, run(this));
}

Task<> Refresher::run(Refresher* self) {
  BackgroundCall job("oauth");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(self->pace_.every);
    co_await timer.async_wait(use_awaitable);
    try {
      co_await self->round(job.call(), std::chrono::floor<seconds>(now()));
    } catch (const boost::system::system_error&) {
      // The server stops.
      throw;
    } catch (const std::exception& e) {
      log::warn("oauth", "tokens cannot be refreshed now: {}", e.what());
    }
  }
}

Task<std::size_t> Refresher::round(Call call, std::chrono::sys_seconds at) {
  auto due = co_await parts_.expiries.due(call, at, pace_.most_at_once);
  std::size_t done = 0;
  for (auto& expiry : due) {
    const bool renewed = co_await refresh(call, std::move(expiry), at);
    if (renewed) ++done;
  }
  co_return done;
}

Task<bool> Refresher::refresh(Call call, Expiry expiry, std::chrono::sys_seconds at) {
  const auto* const provider = service_.find(expiry.provider);
  auto outcome = Outcome::never;
  if (provider != nullptr && provider->configured()) outcome = co_await renew(call, provider, &expiry, at);
  switch (outcome) {
    case Outcome::done: {
      auto id = expiry.credential;
      if (refreshed_) co_await refreshed_(call, std::move(id));
      co_return true;
    }
    case Outcome::never:
      co_await parts_.expiries.remove(call, std::move(expiry.credential));
      co_return false;
    case Outcome::later:
      co_await put_off(call, std::move(expiry), at);
      co_return false;
  }
  co_return false;
}

Task<Refresher::Outcome> Refresher::renew(Call call, const Provider* provider, Expiry* expiry,
                                          std::chrono::sys_seconds at) {
  auto stored = co_await parts_.store.get(call, expiry->credential);
  if (!stored) co_return Outcome::never;
  const auto label = credentials::secret_label(stored->meta.id, stored->meta.owner);
  json::object secret;
  {
    const auto opened = parts_.vault.open(label, stored->sealed);
    boost::system::error_code fault;
    auto value = json::parse(opened.view(), fault);
    if (fault || !value.is_object()) co_return Outcome::never;
    secret = std::move(value.as_object());
  }
  const auto token = text_of(secret, "refresh_token");
  if (token.empty()) co_return Outcome::never;
  auto answer = co_await parts_.client.send(call, refresh_request(*provider, token));
  if (!answer) co_return Outcome::later;
  auto renewed = refreshed(*provider, std::move(secret), *answer);
  if (!renewed) co_return Outcome::later;
  // Meanwhile the person may have deleted the credential or given it other tokens.
  auto now_stored = co_await parts_.store.get(call, expiry->credential);
  if (!now_stored) co_return Outcome::never;
  if (now_stored->sealed != stored->sealed) co_return Outcome::later;
  auto text = json::serialize(*renewed);
  stored->sealed = parts_.vault.seal(label, text);
  vault::wipe(text);
  stored->meta.updated_at = format_naive(now());
  co_await parts_.store.put(call, std::move(*stored));
  const auto life = life_of(*renewed);
  if (!life) co_return Outcome::never;
  expiry->due = due_after(at, *life);
  expiry->failures = 0;
  co_await parts_.expiries.put(call, *expiry);
  audit::note(call, Caller(), "oauth_refresh", "", {{"credential", expiry->credential}, {"provider", provider->name}});
  co_return Outcome::done;
}

Task<> Refresher::put_off(Call call, Expiry expiry, std::chrono::sys_seconds at) {
  ++expiry.failures;
  if (expiry.failures >= pace_.most_failures) {
    log::warn("oauth", "the tokens of credential {} cannot be refreshed; {} tries were in vain", expiry.credential,
              expiry.failures);
    audit::note(call, Caller(), "oauth_refresh", "", {{"credential", expiry.credential}, {"provider", expiry.provider}},
                "failed");
    co_await parts_.expiries.remove(call, std::move(expiry.credential));
    co_return;
  }
  auto pause = first_pause;
  for (std::int64_t i = 1; i < expiry.failures && pause < longest_pause; ++i) pause *= 2;
  expiry.due = at + std::min(pause, longest_pause);
  co_await parts_.expiries.put(call, std::move(expiry));
}

}  // namespace trinity::oauth
