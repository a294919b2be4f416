#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/clock.h"
#include "base/task.h"
#include "db/database.h"

namespace trinity::audit {

/// One entry of the journal. Holds names and numbers, never a secret.
struct Entry {
  std::int64_t id = 0;  ///< grows with time
  std::string at;       ///< UTC without zone
  std::string request_id;
  std::string user;  ///< empty: the server itself
  std::int64_t user_id = 0;
  std::string by;        ///< see word_of()
  std::string by_agent;  ///< whose key it was; empty without one
  std::string action;
  std::string object_kind;
  std::string object_id;
  std::string agent;
  std::string result;
  std::string detail;  ///< a JSON object of texts
};

/// Which entries: those that fit everything that is given, newest first.
struct Search {
  std::optional<std::int64_t> before{};  ///< ids below this one
  std::string user{};
  std::string agent{};
  std::string action{};
  std::string object_kind{};
  std::string object_id{};
  std::int64_t limit = 100;
};

/// All SQL of the journal (table trinity_audit). Any I/O thread.
class AuditStore {
 public:
  explicit AuditStore(db::Database& database) : database_(database) {}

  /// The newest id; 0 without entries. At the start; blocks.
  [[nodiscard]] std::int64_t newest(Call call);
  /// All of them in one transaction; one that is there already stays.
  Task<> add(Call call, const std::vector<Entry>* entries);
  /// The same at the end of the program; blocks.
  void add_now(Call call, const std::vector<Entry>& entries);
  Task<std::vector<Entry>> find(Call call, Search search);
  /// Removes at most `most` that are older; how many there were.
  Task<std::int64_t> prune(Call call, Time older_than, std::int64_t most);

 private:
  db::Database& database_;
};

}  // namespace trinity::audit
