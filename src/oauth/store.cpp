#include "oauth/store.h"

namespace trinity::oauth {

Task<> ExpiryStore::put(Call call, Expiry expiry) {
  auto job = [&expiry](db::Session& session) {
    session
        .query(
            "INSERT INTO trinity_oauth_expiries (credential_id, provider, due_at, failures) VALUES (:a, :b, :c, :d) "
            "ON CONFLICT(credential_id) DO UPDATE SET provider = excluded.provider, due_at = excluded.due_at, "
            "failures = excluded.failures",
            expiry.credential, expiry.provider, expiry.due.time_since_epoch().count(), expiry.failures)
        .run();
  };
  co_await database_.write(call, std::move(job));
}

Task<> ExpiryStore::remove(Call call, std::string credential) {
  auto job = [&credential](db::Session& session) {
    session.query("DELETE FROM trinity_oauth_expiries WHERE credential_id = :a", credential).run();
  };
  co_await database_.write(call, std::move(job));
}

Task<std::vector<Expiry>> ExpiryStore::due(Call call, std::chrono::sys_seconds until, std::int64_t most) {
  auto job = [until, most](db::Session& session) {
    auto rows = session
                    .query(
                        "SELECT credential_id, provider, due_at, failures FROM trinity_oauth_expiries WHERE due_at <= "
                        ":a ORDER BY due_at LIMIT :b",
                        until.time_since_epoch().count(), most)
                    .all<std::string, std::string, std::int64_t, std::int64_t>();
    std::vector<Expiry> found;
    found.reserve(rows.size());
    for (auto& [credential, provider, due_at, failures] : rows)
      found.push_back({std::move(credential), std::move(provider),
                       std::chrono::sys_seconds(std::chrono::seconds(due_at)), failures});
    return found;
  };
  co_return co_await database_.read(call, std::move(job));
}

}  // namespace trinity::oauth
