#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agents/git_rows.h"
#include "agents/leftover.h"
#include "agents/metadata_rows.h"
#include "agents/types.h"
#include "auth/key_book.h"
#include "db/database.h"
#include "fleet/fleet.h"

namespace trinity::agents {

/// All SQL about agents. Any I/O thread.
class AgentStore : public fleet::MetadataSource {
 public:
  /// Both must outlive it. The book follows what happens to agents' keys.
  AgentStore(db::Database& database, auth::KeyBook& keys) : database_(database), keys_(keys) {}

  Task<> load(Call call, Loaded loaded) override;
  /// For whoever keeps rows of agents in memory: called when an agent and all its rows are gone, before the next write;
  /// must not throw or block. Before the first deletion.
  void on_forgotten(std::function<void(const std::string& agent)> listener) {
    forgotten_.push_back(std::move(listener));
  }

  struct Registration {
    std::string name;
    std::int64_t owner_id = 0;
    std::string owner;  ///< username
    std::string api_key;
    Leftover intent;  ///< noted in the same transaction; whether the rows are its own to remove is set there
    std::optional<GitRecord> repository{};  ///< that it is made from
    std::optional<std::vector<std::string>> tags{};
  };
  enum class Registered { created, taken_over, taken };
  /// The ownership row, the agent's API key and the permissions with the owner's other agents, both ways, in one
  /// transaction. A row that is left from an agent of the same owner whose container is gone is taken over; one of
  /// somebody else is `taken`.
  Task<Registered> register_agent(Call call, Registration wanted, Tell tell);
  Task<> intend(Call call, Leftover intent);
  /// The action has ended: nothing is left of it.
  Task<> settled(Call call, std::string name);
  Task<> postpone(Call call, Leftover leftover, std::string why);
  Task<std::vector<Leftover>> leftovers_of(Call call, std::string name);
  Task<std::vector<Leftover>> leftovers_due(Call call, bool all);
  Task<bool> any_leftover(Call call);
  /// Everything that belongs to the agent, in one transaction.
  Task<> forget_agent(Call call, std::string name, Tell tell);
  /// Only its API key, so that nobody can use it any more.
  Task<> forget_key(Call call, std::string name);
  Task<std::vector<Share>> shares(Call call, std::string name);

 private:
  db::Database& database_;
  auth::KeyBook& keys_;
  std::vector<std::function<void(const std::string&)>> forgotten_;
};

}  // namespace trinity::agents
