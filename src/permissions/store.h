#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "agents/metadata_rows.h"
#include "db/database.h"

namespace trinity::permissions {

/// All SQL that changes permissions between agents; a permission is a pair of source and target. Any I/O thread.
class PermissionStore {
 public:
  /// Of one source.
  static constexpr std::size_t most_targets = 10'000;

  /// `database` must outlive it.
  explicit PermissionStore(db::Database& database) : database_(database) {}

  /// Whose permissions, and who changes them. With `owned` the source's row must still be there: nobody inherits what
  /// was permitted to an agent of the same name.
  struct Source {
    std::string agent;
    std::string by;  ///< username
    bool owned = true;
  };
  struct Replaced {
    bool found = true;  ///< false: the source has gone, and nothing was changed
    std::vector<std::string> added{};
    std::vector<std::string> removed{};
  };
  /// Exactly these targets, sorted and each once, in one transaction; a statement for every 23 of them.
  Task<Replaced> replace(Call call, Source source, std::vector<std::string> targets, agents::Tell tell);

  enum class Added { made, present, full, no_source };
  Task<Added> add(Call call, Source source, std::string target, agents::Tell tell);
  /// False when there was none.
  Task<bool> remove(Call call, std::string source, std::string target, agents::Tell tell);

 private:
  db::Database& database_;
};

}  // namespace trinity::permissions
