#pragma once
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "activities/types.h"
#include "agentlink/reading.h"
#include "runstats/change_log.h"
#include "runstats/forgotten.h"
#include "runstats/rows.h"

namespace trinity::runstats {

/// How full each agent's context is, and whether it is active: its newest activity goes on and is younger than a
/// minute. The figures come from what agents tell, the activities are loaded once and then told. Any thread.
class ContextFigures final : public Rows {
 public:
  static constexpr std::chrono::seconds active_for{60};
  static constexpr std::int64_t usual_window = 200'000;  ///< tokens

  struct Activity {
    std::string agent;
    std::string id;
    std::string created_at;  ///< naive UTC
    bool started = false;    ///< goes on
  };
  /// The newest of each agent; replaces what is known of activities.
  void load(const std::vector<Activity>& newest);
  /// Begun or ended.
  void hear(const Activity& activity);
  void hear(const agentlink::News& news);
  void hear(const activities::News& news);
  /// The agent is gone, since then.
  void forget(const std::string& agent, Time at);

  /// Without `status`: the live row.
  [[nodiscard]] std::optional<boost::json::object> row(const fleet::Agent& agent, Time at) override;
  [[nodiscard]] Changed changed(std::uint64_t since, Time at) override;

 private:
  struct Known {
    agentlink::SessionPtr session{};
    std::string activity{};  ///< its id; empty: none is known
    std::string created_at{};
    Time created{};
    bool started = false;
  };
  // With the lock held.
  void put(const Activity& activity);
  void age(Time at);

  std::mutex mutex_;
  std::unordered_map<std::string, Known> agents_;
  std::set<std::pair<Time, std::string>> ends_;  ///< when who is not active any more, unless something happens
  ChangeLog log_;
  Forgotten forgotten_{std::chrono::hours(24)};
};

}  // namespace trinity::runstats
