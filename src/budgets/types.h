#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace trinity::budgets {

/// What is set for one agent, or for all agents together. Without a value there is no limit.
struct Limits {
  std::optional<double> cost_per_day;       ///< USD per UTC day
  std::optional<std::int64_t> run_seconds;  ///< that one run may take
  bool operator==(const Limits&) const = default;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (cost_per_day, run_seconds))

/// Stands for all agents together where else an agent's name stands.
inline constexpr const char* everybody = "";

/// Where an agent, or all of them, stand today.
struct Standing {
  Limits limits;
  double spent_today = 0;
  [[nodiscard]] bool reached() const noexcept { return limits.cost_per_day && spent_today >= *limits.cost_per_day; }
};

/// Why a run may not start.
struct Refusal {
  unsigned status = 0;
  std::string detail;
  std::optional<std::int64_t> retry_after_s{};
};

/// GET and PUT of a budget. Of all agents together: without the first and the last member.
struct BudgetView {
  std::optional<std::string> agent_name;
  std::optional<double> cost_per_day;
  std::optional<std::int64_t> run_seconds;
  double spent_today = 0;
  std::string day_ends_at;  ///< UTC with Z
  bool reached = false;
  std::optional<bool> fleet_reached;
};

/// Whether all runs are stopped.
struct HaltState {
  bool halted = false;
  std::optional<std::string> since;  ///< UTC with Z
  std::optional<std::string> by;     ///< user name
  std::optional<std::string> reason;
  bool operator==(const HaltState&) const = default;
};
BOOST_DESCRIBE_STRUCT(HaltState, (), (halted, since, by, reason))

/// What a stop of all runs has ended.
struct StopCount {
  std::int64_t runs_stopped = 0;
  std::int64_t waiting_dropped = 0;
};
/// What goes on.
struct RunCount {
  std::int64_t running = 0;
  std::int64_t waiting = 0;
};

}  // namespace trinity::budgets
