#pragma once
#include <memory>

#include "app/config.h"
#include "app/home.h"
#include "credentials/redis_store.h"
#include "credentials/sqlite_store.h"
#include "http/router.h"
#include "vault/keys.h"
#include "vault/marks.h"
#include "vault/rotation.h"

namespace trinity::app {

/// Everything that seals secrets and keeps them.
class VaultParts {
 public:
  /// Reads the keys, or makes them. Throws std::runtime_error with a text for the operator.
  VaultParts(const Config& config, const Home& home, db::Database& database, BlockingPool& pool);
  VaultParts(const VaultParts&) = delete;
  VaultParts& operator=(const VaultParts&) = delete;

  /// After the migrations and before anything that is sealed is read: the keys must fit. Throws vault::WrongKey.
  /// Blocks, where Redis does not answer for some seconds.
  void check(Call call);
  void start(const boost::asio::any_io_executor& executor);
  /// The agent is no more: what Redis has of it goes too, in the background. Any thread.
  void forget(const std::string& agent);
  /// Waits for what is under way, once nobody asks any more.
  void join();
  void add_routes(http::Router& router);

  [[nodiscard]] vault::Vault& vault() noexcept { return vault_; }
  [[nodiscard]] credentials::SecretStore& store() noexcept { return *store_; }
  /// Others that keep sealed texts: add() them before the start.
  [[nodiscard]] vault::Rotation& rotation() noexcept { return rotation_; }

 private:
  static Task<> forget_in_redis(VaultParts* self, std::string agent);
  void use_redis(const Config& config);

  vault::KeyRing ring_;
  std::filesystem::path key_file_;
  vault::Vault vault_;
  vault::DatabaseMarks marks_;
  std::unique_ptr<credentials::SecretStore> store_;
  credentials::RedisStore* redis_ = nullptr;  ///< the store, when it is that one
  vault::Rotation rotation_;
  boost::asio::any_io_executor executor_;
  std::string administrator_;
  std::string template_token_;
};

/// Where the keys come from, as the operator has set it.
[[nodiscard]] vault::KeyOrder key_order(const Config& config, std::filesystem::path file);

}  // namespace trinity::app
