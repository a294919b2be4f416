#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/caller.h"
#include "base/clock.h"
#include "db/database.h"
#include "executions/signal.h"

namespace trinity::executions {

/// What a starting call is known by (header Idempotency-Key): the same key of another caller, for another agent or
/// another operation is another one.
struct RunKey {
  std::string caller;
  std::string agent;
  std::string operation;  ///< chat, task
  std::string key;
  auto operator<=>(const RunKey&) const = default;
};
/// `caller` names the person, or the agent whose key it is.
[[nodiscard]] RunKey run_key(const Caller& caller, std::string agent, std::string operation, std::string key);
/// Tells bodies apart.
[[nodiscard]] std::string digest_of(std::string_view body);

/// What was begun under a key (table trinity_idempotency).
struct KeyRow {
  RunKey key;
  std::string digest;        ///< of the body
  std::string execution_id;  ///< of the record
  std::string execution;     ///< JSON object: the answer's `execution`
};

/// Statements about keys, for transactions of those who begin a run.
class KeyRows {
 public:
  static constexpr std::chrono::hours kept{24};

  static void put(db::Session& session, const KeyRow& row, Time at);
  static std::optional<KeyRow> find(db::Session& session, const RunKey& key, Time at);
  /// Those that are too old, at most `most`; how many there were.
  static std::int64_t prune(db::Session& session, Time at, std::int64_t most);
};

/// Lets one call at a time begin a run under a key. Any thread.
class RunKeys {
 public:
  explicit RunKeys(db::Database& database) : database_(database) {}
  RunKeys(const RunKeys&) = delete;
  RunKeys& operator=(const RunKeys&) = delete;

  /// Whoever has it begins the run; ends when the run's record stands, or when none was begun.
  class Claim {
   public:
    Claim(RunKeys* keys, RunKey key) : keys_(keys), key_(std::move(key)) {}
    Claim(Claim&& other) noexcept : keys_(std::exchange(other.keys_, nullptr)), key_(std::move(other.key_)) {}
    Claim& operator=(Claim&&) = delete;
    ~Claim() {
      if (keys_ != nullptr) keys_->leave(key_);
    }

   private:
    RunKeys* keys_;
    RunKey key_;
  };
  struct Entered {
    std::optional<Claim> claim{};   ///< nothing was begun under the key: begin it
    std::optional<KeyRow> begun{};  ///< else
  };
  /// Waits for a call that is just beginning one. Throws Unprocessable when another body was sent under the key, and
  /// Unavailable when the other call takes too long.
  Task<Entered> enter(Call call, RunKey key, std::string digest);

 private:
  /// Nothing when it has been taken; else the one to wait for.
  std::shared_ptr<Signal> take(const RunKey& key);
  void leave(const RunKey& key) noexcept;

  db::Database& database_;
  std::mutex mutex_;
  std::map<RunKey, std::shared_ptr<Signal>> taken_;
};

}  // namespace trinity::executions
