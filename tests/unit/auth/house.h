#pragma once
#include <memory>
#include <string>

#include "auth/routes.h"
#include "auth/secret_key.h"
#include "auth/store.h"
#include "db/migrations.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"

namespace trinity::test {

/// Everything of src/auth put together over a database file of its own, as app/ does it.
class AuthHouse {
 public:
  explicit AuthHouse(auth::Setup::Administrator administrator = {}, bool email_by_default = true)
      : setup(database, settings, users, hasher, std::move(administrator)),
        sign_in({database, settings, users, hasher, limiter, signer, verifier}, email_by_default) {
    db::migrate(database);
    reload();
  }

  void reload() {
    settings.load(call);
    users.load(database, call);
  }
  void execute(const std::string& sql) {
    auto job = [&](db::Session& session) { session.query(sql).run(); };
    database.write_now(call, std::move(job));
  }
  template <class C>
  std::optional<C> value(const std::string& sql) {
    auto job = [&](db::Session& session) { return session.query(sql).one<C>(); };
    auto row = database.read_now(call, std::move(job));
    if (!row) return std::nullopt;
    return std::get<0>(*row);
  }
  void finish_setup() { run_task(settings.set(call, "setup_completed", "true")); }
  /// `stored`: the hash as the table has it.
  void add_user(const std::string& name, const std::string& stored, const std::string& role = "user") {
    auto job = [&](db::Session& session) {
      session
          .query(
              "INSERT INTO users (username, password_hash, role, created_at, updated_at) VALUES (:a, :b, :c, 't', 't')",
              name, stored, role)
          .run();
    };
    database.write_now(call, std::move(job));
    reload();
  }

  TempDir dir;
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 2};
  settings::SettingsStore settings{database};
  auth::UserDirectory users;
  auth::PasswordHasher hasher;
  auth::SignInLimiter limiter;
  auth::TokenSigner signer{"a key for tests, long enough to be one"};
  auth::TokenVerifier verifier{signer, users};
  auth::Setup setup;
  auth::SignIn sign_in;
};

}  // namespace trinity::test
