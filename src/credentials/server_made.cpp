#include "credentials/server_made.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"
#include "json/write.h"

namespace trinity::credentials {

namespace {

constexpr std::chrono::seconds retry_after{5};

bool has_secret(const vault::Vault& vault, const Stored& stored, std::string_view secret) {
  try {
    return vault.open(secret_label(stored.meta.id, stored.meta.owner), stored.sealed).view() == secret;
  } catch (const vault::Damaged&) {
    return false;
  }
}

Task<> keep_trying(SecretStore* store, const vault::Vault* vault, std::string owner, std::string token) {
  BackgroundCall job("credentials");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (bool done = false; !done;) {
    try {
      co_await set_template_token(store, vault, job.call(), owner, token);
      done = true;
    } catch (const Unavailable& fault) {
      log::debug("credentials", "the token of templates cannot be stored now: {}", fault.what());
    }
    if (done) break;
    timer.expires_after(retry_after);
    co_await timer.async_wait(use_awaitable);
  }
}

}  // namespace

Task<> set_template_token(SecretStore* store, const vault::Vault* vault, Call call, std::string owner,
                          std::string token) {
  auto secret = json::write(boost::json::object{{"token", token}});
  auto stored = co_await store->get(call, template_token_id);
  const bool same = stored && stored->meta.owner == owner && has_secret(*vault, *stored, secret);
  if (!same) {
    const auto at = format_naive(now());
    if (!stored) stored.emplace();
    auto& meta = stored->meta;
    meta.id = template_token_id;
    meta.name = "GitHub PAT (Templates)";
    meta.service = "github";
    meta.type = "token";
    if (meta.description.empty()) meta.description = "The server's own token for templates on GitHub";
    if (meta.created_at.empty()) meta.created_at = at;
    meta.updated_at = at;
    meta.owner = owner;
    stored->sealed = vault->seal(secret_label(meta.id, owner), secret);
    co_await store->put(call, std::move(*stored));
  }
  vault::wipe(secret);
}

void keep_template_token(SecretStore& store, const vault::Vault& vault, const boost::asio::any_io_executor& executor,
                         std::string owner, std::string token) {
  spawn("credentials", executor, keep_trying(&store, &vault, std::move(owner), std::move(token)));
}

}  // namespace trinity::credentials
