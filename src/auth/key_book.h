#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/api_keys.h"
#include "auth/authenticator.h"
#include "auth/users.h"
#include "base/clock.h"
#include "db/database.h"

namespace trinity::auth {

/// Every API key's digest, in memory: resolving one costs no SQL. Whoever changes the table calls put() and
/// remove_of_agent() in the publish step of Database::write. Uses are counted in memory and written every few seconds
/// in one transaction; a crash loses at most those. Any thread.
class KeyBook : public ApiKeys {
 public:
  /// Both must outlive it.
  KeyBook(db::Database& database, const UserDirectory& users) : database_(database), users_(users) {}
  KeyBook(const KeyBook&) = delete;
  KeyBook& operator=(const KeyBook&) = delete;

  /// Reads the table; at start, after the migrations.
  void load(Call call);

  /// The same while the server runs: another program has changed the table. Uses that were counted stay.
  Task<> reload(Call call);

  /// The key's owner is found by id. Nothing for an inactive key and for one whose owner is gone.
  Task<std::shared_ptr<const Caller>> resolve(std::string key, Call call) override;

  void put(const ApiKey& key);
  void remove_of_agent(std::string_view agent);

  /// Begins to write the counters regularly, on this executor.
  void start(const asio::any_io_executor& executor);
  /// Writes what was counted, at most 500 keys in one call. Uses that could not be written are kept for the next time.
  Task<> flush(Call call);
  /// The same at the end of the program; blocks.
  void flush_now(Call call);

  /// Keys known, for tests and metrics.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    ApiKey key;
    std::int64_t uses = 0;  ///< not written yet
    Time last_used{};
  };
  struct Use {
    std::string hash;
    std::string id;
    std::int64_t uses = 0;
    Time last_used{};
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  /// Uses of keys that are there no more are lost with them.
  void replace(std::vector<ApiKey> keys);
  static Task<> flush_regularly(KeyBook* book);
  [[nodiscard]] std::vector<Use> take_uses();
  void give_back(const std::vector<Use>& uses);

  db::Database& database_;
  const UserDirectory& users_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> by_hash_;
  std::vector<std::string> used_;  ///< digests of entries with uses that are not written yet
};

}  // namespace trinity::auth
