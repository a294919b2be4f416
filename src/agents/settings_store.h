#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agents/metadata_rows.h"
#include "db/database.h"

namespace trinity::agents {

/// SQL about what people set for one agent. A change tells the fleet; false when the agent has no row, which could hold
/// nothing. Any I/O thread.
class AgentSettingsStore {
 public:
  /// `database` must outlive it.
  explicit AgentSettingsStore(db::Database& database) : database_(database) {}

  Task<bool> set_resources(Call call, const std::string& name, const std::optional<std::string>& memory,
                           const std::optional<std::string>& cpu, Tell tell);
  Task<bool> set_platform_key(Call call, const std::string& name, bool use, Tell tell);
  /// `by` is not nobody.
  Task<bool> set_capabilities(Call call, const std::string& name, bool full, fleet::ChosenBy by, Tell tell);
  /// The flag and every schedule of the agent, in one transaction. A schedule that is off has no next run.
  Task<bool> set_autonomy(Call call, const std::string& name, bool enabled, Tell tell);
  /// In place of the tags it has.
  Task<bool> set_tags(Call call, const std::string& name, const std::vector<std::string>& tags, Tell tell);

  struct Schedules {
    std::int64_t all = 0;
    std::int64_t enabled = 0;
  };
  Task<Schedules> schedules(Call call, std::string name);
  /// Every agent's metadata.
  Task<std::map<std::string, fleet::Metadata>> all(Call call);

 private:
  Task<bool> change(Call call, std::string name, std::function<void(db::Session&)> update, Tell tell);

  db::Database& database_;
};

}  // namespace trinity::agents
