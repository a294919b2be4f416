#include "executions/run_keys.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/errors.h"
#include "base/ids.h"
#include "json/decode.h"

namespace trinity::executions {

namespace {

/// Of a call that is beginning a run: its checks and one transaction.
constexpr std::chrono::seconds begins_within{30};

std::int64_t seconds_of(Time at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

RunKey run_key(const Caller& caller, std::string agent, std::string operation, std::string key) {
  auto who = std::to_string(caller.user_id);
  if (!caller.is_person()) who += '/' + caller.agent_name;
  return {std::move(who), std::move(agent), std::move(operation), std::move(key)};
}

std::string digest_of(std::string_view body) {
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(body.data()), body.size(),
                     nullptr, 0);
  return hex(digest);
}

void KeyRows::put(db::Session& session, const KeyRow& row, Time at) {
  // A key that is too old may stand there still.
  session
      .query("DELETE FROM trinity_idempotency WHERE caller = :a AND agent_name = :b AND operation = :c AND key = :d",
             row.key.caller, row.key.agent, row.key.operation, row.key.key)
      .run();
  session
      .query(
          "INSERT INTO trinity_idempotency (caller, agent_name, operation, key, digest, execution_id, execution, "
          "created_at) VALUES (:a, :b, :c, :d, :e, :f, :g, :h)",
          row.key.caller, row.key.agent, row.key.operation, row.key.key, row.digest, row.execution_id, row.execution,
          seconds_of(at))
      .run();
}

std::optional<KeyRow> KeyRows::find(db::Session& session, const RunKey& key, Time at) {
  const auto row =
      session
          .query(
              "SELECT digest, execution_id, execution FROM trinity_idempotency WHERE caller = :a AND agent_name = :b "
              "AND operation = :c AND key = :d AND created_at > :e",
              key.caller, key.agent, key.operation, key.key, seconds_of(at - kept))
          .one<std::string, std::string, std::string>();
  if (!row) return std::nullopt;
  return KeyRow{key, std::get<0>(*row), std::get<1>(*row), std::get<2>(*row)};
}

std::int64_t KeyRows::prune(db::Session& session, Time at, std::int64_t most) {
  return session
      .query(
          "DELETE FROM trinity_idempotency WHERE execution_id IN (SELECT execution_id FROM trinity_idempotency WHERE "
          "created_at <= :a LIMIT :b)",
          seconds_of(at - kept), most)
      .run();
}

std::shared_ptr<Signal> RunKeys::take(const RunKey& key) {
  const std::lock_guard lock(mutex_);
  const auto [it, taken] = taken_.try_emplace(key, nullptr);
  if (!taken) return it->second;
  it->second = std::make_shared<Signal>();
  return nullptr;
}

void RunKeys::leave(const RunKey& key) noexcept {
  std::shared_ptr<Signal> over;
  {
    const std::lock_guard lock(mutex_);
    const auto it = taken_.find(key);
    if (it == taken_.end()) return;
    over = std::move(it->second);
    taken_.erase(it);
  }
  over->set();
}

Task<RunKeys::Entered> RunKeys::enter(Call call, RunKey key, std::string digest) {
  const auto until = steady_now() + begins_within;
  for (auto other = take(key); other != nullptr; other = take(key)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_now());
    const bool over = co_await other->wait(std::max(left, std::chrono::milliseconds(0)));
    if (!over) throw Unavailable("Another call with this Idempotency-Key is still being started. Try again.");
  }
  Entered entered;
  entered.claim.emplace(this, key);
  auto job = [&](db::Session& session) { return KeyRows::find(session, key, now()); };
  entered.begun = co_await database_.read(call, std::move(job));
  if (!entered.begun) co_return entered;
  entered.claim.reset();
  if (entered.begun->digest != digest) {
    json::Faults faults;
    faults.add("value_error", {"header", "Idempotency-Key"}, "Another body was sent under this key",
               json::value(key.key));
    faults.check();
  }
  co_return entered;
}

}  // namespace trinity::executions
