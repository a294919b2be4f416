#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/clock.h"
#include "base/task.h"
#include "db/database.h"

namespace trinity::oauth {

/// Tokens that end at some time.
struct Expiry {
  std::string credential;  ///< id
  std::string provider;
  std::chrono::sys_seconds due;  ///< when they are to be refreshed
  std::int64_t failures = 0;     ///< since the last that went well
};

/// When which credential is to be refreshed (table trinity_oauth_expiries). No secrets. Any I/O thread.
class ExpiryStore {
 public:
  explicit ExpiryStore(db::Database& database) : database_(database) {}

  /// Creates it, or replaces it.
  Task<> put(Call call, Expiry expiry);
  Task<> remove(Call call, std::string credential);
  /// Those that are due, the longest due first.
  Task<std::vector<Expiry>> due(Call call, std::chrono::sys_seconds until, std::int64_t most);

 private:
  db::Database& database_;
};

}  // namespace trinity::oauth
