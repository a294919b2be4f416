#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "activities/types.h"
#include "base/clock.h"
#include "db/database.h"

namespace trinity::activities {

/// Which activities, newest first.
struct Window {
  std::int64_t limit = 100;
  std::optional<std::string> from{};                ///< naive UTC, inclusive
  std::optional<std::string> until{};               ///< naive UTC, inclusive
  std::optional<std::vector<std::string>> types{};  ///< nothing: all; unknown ones match nothing
  std::optional<std::string> state{};
  std::optional<std::string> before{};  ///< an activity's id: only what stands behind it
};

/// What stands in a window altogether, whatever its limit.
struct Extent {
  std::int64_t total = 0;
  bool counted_all = true;     ///< false: there are more than were looked at, see ActivityStore::most_counted
  std::vector<Activity> open;  ///< began before the window and goes on, newest first; at most 1000
  /// Began before the window and ended in it, newest first; of as many as ActivityStore::most_looked_back
  std::vector<Activity> reaching;
};

/// All SQL about activities (table agent_activities). Any I/O thread.
class ActivityStore {
 public:
  /// `database` must outlive it.
  explicit ActivityStore(db::Database& database) : database_(database) {}

  // ---- writing
  /// In one transaction.
  Task<> add(Call call, std::vector<std::shared_ptr<const Activity>> rows);
  /// Ends what goes on; the row as it stands then. Nothing when there is none, or it has ended.
  Task<std::optional<Activity>> end(Call call, std::string id, Ending how, Time at);
  /// Ids of what goes on and belongs to this run.
  Task<std::vector<std::string>> open_of(Call call, std::string execution);
  /// What goes on ends as failed, unless its id or its run's is among `alive`. At most `most`; the rows as they stand
  /// then.
  Task<std::vector<Activity>> end_left(Call call, std::set<std::string> alive, std::string why, std::int64_t most);
  /// Removes at most `most` that have ended and are older; how many there were.
  Task<std::int64_t> prune(Call call, Time older_than, std::int64_t most);

  // ---- reading; nothing: Window::before is unknown
  using Page = std::optional<std::vector<Activity>>;
  /// Of these agents.
  Task<Page> of_agents(Call call, std::vector<std::string> agents, Window window);
  /// Of all agents that `shows` takes, asked on a thread of the pool; null: of every agent.
  Task<Page> of_all(Call call, std::function<bool(const std::string&)> shows, Window window);
  /// As many rows of all agents are looked at for an extent; a thousand take some 2 ms.
  static constexpr std::int64_t most_counted = 20'000;
  /// As many of all agents that began last before a window are looked at for what reaches into it: whatever lasts so
  /// long that more began since is left out.
  static constexpr std::int64_t most_looked_back = 2'000;
  /// Of all agents that `shows` takes, asked on a thread of the pool; null: of every agent. Window::before and its
  /// limit do not count.
  Task<Extent> extent(Call call, std::function<bool(const std::string&)> shows, Window window);
  /// Agents that the database says this person may read, with container or without.
  Task<std::vector<std::string>> agents_of(Call call, std::int64_t user_id, std::optional<std::string> email);

 private:
  db::Database& database_;
};

}  // namespace trinity::activities
