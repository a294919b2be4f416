#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::executions {

/// Body of POST /api/agents/{agent_name}/task (the contract's TaskRequest).
struct TaskRequest {
  std::string message;
  std::optional<std::string> model;
  std::optional<std::vector<std::string>> allowed_tools;
  std::optional<std::string> system_prompt;
  std::optional<std::int64_t> timeout_seconds = 900;  ///< missing: 900; null or 0: the agent's own 300
  std::optional<std::int64_t> max_turns;
};
BOOST_DESCRIBE_STRUCT(TaskRequest, (), (message, model, allowed_tools, system_prompt, timeout_seconds, max_turns))

inline constexpr std::string_view without_schedule = "__manual__";
/// What a record says of runs that an earlier life of the server began and nobody knows the end of.
inline constexpr std::string_view restarted = "Server restarted during execution";

/// One run for good (the contract's Execution). Times are naive UTC. Lists leave `execution_log` out.
struct Execution {
  std::string id;
  std::string schedule_id{without_schedule};
  std::string agent_name;
  std::string status = "running";  ///< running, success, failed
  std::string started_at;
  std::optional<std::string> completed_at;
  std::optional<std::int64_t> duration_ms;
  std::string message;
  std::optional<std::string> response;
  std::optional<std::string> error;
  std::string triggered_by;  ///< schedule, manual, agent, mcp
  std::optional<std::int64_t> context_used;
  std::optional<std::int64_t> context_max;
  std::optional<double> cost;
  std::optional<std::string> tool_calls;     ///< JSON text of ToolLogEntry objects
  std::optional<std::string> execution_log;  ///< JSON text of the transcript

  [[nodiscard]] bool is_running() const noexcept { return status == "running"; }
  bool operator==(const Execution&) const = default;
};
BOOST_DESCRIBE_STRUCT(Execution, (),
                      (id, schedule_id, agent_name, status, started_at, completed_at, duration_ms, message, response,
                       error, triggered_by, context_used, context_max, cost, tool_calls, execution_log))

/// What stands beside a record among those of its agent, in the order of lists: by their start, then by id.
struct Neighbours {
  std::optional<std::string> newer_id;
  std::optional<std::string> older_id;
  bool operator==(const Neighbours&) const = default;
};

/// How a run ended: what its record takes over.
struct Ending {
  bool success = false;
  std::optional<std::string> response{};
  std::optional<std::string> error{};
  std::optional<std::int64_t> context_used{};
  std::optional<std::int64_t> context_max{};
  std::optional<double> cost{};
  std::optional<std::string> tool_calls{};
  std::optional<std::string> execution_log{};
  std::string wish{};  ///< what it wants from a person, see question.h; empty: nothing

  static Ending failed(std::string why) {
    Ending ending;
    ending.error = std::move(why);
    return ending;
  }
};

}  // namespace trinity::executions
