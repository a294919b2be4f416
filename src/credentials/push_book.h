#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/database.h"

namespace trinity::credentials {

/// What an agent was sent last. No values, no paths.
struct PushRecord {
  std::string at;       ///< UTC without zone
  std::string status;   ///< success, failed
  std::string error{};  ///< of a failed one; for people
  std::string run{};    ///< of the container: whom the last success reached
  /// What the last success held: a mark for each credential, sorted. A credential that changes has another mark.
  std::vector<std::string> marks{};
  std::int64_t variables = 0;  ///< of the last success
  std::int64_t files = 0;
  SteadyTime pushed{};  ///< the last success in this life of the server; not stored
};

/// What agents were sent last: in memory, and in the database for the next life of the server. Any thread.
class PushBook {
 public:
  /// `database` must outlive it.
  explicit PushBook(db::Database& database) : database_(database) {}

  /// At the start; blocks.
  void load(Call call);
  [[nodiscard]] std::optional<PushRecord> find(const std::string& agent) const;
  /// In memory at once; then stored.
  Task<> note(Call call, std::string agent, PushRecord record);
  /// The agent has gone; its row goes with its other rows.
  void forget(const std::string& agent);

 private:
  db::Database& database_;
  mutable std::mutex mutex_;
  std::map<std::string, PushRecord> records_;
};

}  // namespace trinity::credentials
