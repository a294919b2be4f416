#include "app/vault_parts.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"
#include "credentials/server_made.h"
#include "settings/store.h"
#include "vault/routes.h"

namespace trinity::app {

namespace {

constexpr std::chrono::seconds retry_after{5};
constexpr int most_tries = 720;  // an hour

vault::Rotation::Options rotation_options(const Config& config, const vault::KeyRing& ring,
                                          const std::filesystem::path& key_file) {
  vault::Rotation::Options options;
  options.backend = config.redis.empty() ? "sqlite" : "redis";
  options.source = ring.source;
  options.key_file = key_file;
  options.retire_after = std::chrono::seconds(config.vault_retire_seconds);
  return options;
}

bool anything_needs(db::Session& session, const std::string& key_id) {
  return settings::SettingsStore::needs_key(session, key_id) || credentials::SqliteStore::needs_key(session, key_id);
}

}  // namespace

vault::KeyOrder key_order(const Config& config, std::filesystem::path file) {
  return {config.vault_key, config.vault_old_keys, std::move(file)};
}

VaultParts::VaultParts(const Config& config, const Home& home, db::Database& database, BlockingPool& pool)
    : ring_(vault::load_keys(key_order(config, home.file("vault.key")))),
      key_file_(home.file("vault.key")),
      vault_(ring_.keys),
      marks_(database),
      rotation_(rotation_options(config, ring_, key_file_), vault_, pool),
      administrator_(config.admin_username),
      template_token_(config.github_pat) {
  rotation_.add(marks_);
  if (config.redis.empty()) {
    store_ = std::make_unique<credentials::SqliteStore>(database);
  } else {
    use_redis(config);
  }
  rotation_.add(*store_);
}

void VaultParts::use_redis(const Config& config) {
  auto store = std::make_unique<credentials::RedisStore>(
      credentials::parse_redis_address(config.redis, config.redis_password), vault_);
  redis_ = store.get();
  rotation_.add(static_cast<vault::MarkBook&>(*redis_));
  store_ = std::move(store);
}

void VaultParts::check(Call call) {
  try {
    marks_.check(call, vault_, anything_needs);
    if (redis_ != nullptr) (void)redis_->check();
  } catch (const vault::WrongKey&) {
    // A key that was made in place of the missing one would be in the way when that comes back.
    std::error_code ignored;
    if (ring_.made) std::filesystem::remove(key_file_, ignored);
    throw;
  }
  if (ring_.made)
    log::warn("vault",
              "made the master key of stored secrets: {}. Keep a copy of it apart from the copies of the database: "
              "without it no secret can be read",
              key_file_.string());
}

void VaultParts::start(const boost::asio::any_io_executor& executor) {
  executor_ = executor;
  rotation_.start(executor);
  if (!template_token_.empty())
    credentials::keep_template_token(*store_, vault_, executor, administrator_, template_token_);
}

void VaultParts::forget(const std::string& agent) {
  // The database has forgotten it in the same step.
  if (redis_ != nullptr && executor_) spawn("vault", executor_, forget_in_redis(this, agent));
}

Task<> VaultParts::forget_in_redis(VaultParts* self, std::string agent) {
  BackgroundCall job("vault");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int tries = 0; tries < most_tries; ++tries) {
    try {
      co_await self->redis_->forget_agent(job.call(), agent);
      co_return;
    } catch (const Unavailable& fault) {
      log::debug("vault", "{}", fault.what());
    }
    timer.expires_after(retry_after);
    co_await timer.async_wait(use_awaitable);
  }
  log::error("vault", "what was assigned to the deleted agent {} could not be dropped", agent);
}

void VaultParts::join() {
  if (redis_ != nullptr) redis_->join();
}

void VaultParts::add_routes(http::Router& router) {
  router.add(vault::routes(rotation_));
}

}  // namespace trinity::app
