#pragma once
#include <cstdint>
#include <string>

#include "agents/metadata_rows.h"
#include "db/database.h"
#include "sharing/types.h"

namespace trinity::sharing {

/// All SQL that changes shares. Any I/O thread.
class SharingStore {
 public:
  /// Of one agent.
  static constexpr std::int64_t most_shares = 1000;

  /// `database` must outlive it.
  explicit SharingStore(db::Database& database) : database_(database) {}

  struct Added {
    enum class Outcome { made, present, full, no_agent };
    Outcome outcome = Outcome::made;
    std::int64_t id = 0;
    std::string created_at{};
    bool invited = false;  ///< the address was not on the sign-in list before
  };
  /// In one transaction: the share, and the address on the sign-in list when the share invites.
  Task<Added> add(Call call, NewShare share, agents::Tell tell);
  /// False when there was none. The sign-in list is left alone.
  Task<bool> remove(Call call, std::string agent, std::string email, agents::Tell tell);

 private:
  db::Database& database_;
};

}  // namespace trinity::sharing
