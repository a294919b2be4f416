#pragma once
#include <string_view>

namespace trinity::executions {

// What records and callers are told of runs that did not come to their own end.

inline constexpr std::string_view terminated = "Execution terminated by user";
inline constexpr std::string_view removed_from_queue = "Request was removed from the agent's queue";
inline constexpr std::string_view caller_left = "The caller went away while the request waited";
inline constexpr std::string_view agent_not_running = "Agent is not running";
/// Before the reason.
inline constexpr std::string_view not_reachable = "Agent not reachable: ";
inline constexpr std::string_view agent_stopped = "the agent was stopped";
inline constexpr std::string_view agent_deleted = "the agent was deleted";

/// Whether a run ended because somebody wanted it to, by the reason in its record: it was stopped, its agent was, its
/// caller left, or it was never begun because all runs or its budget say so (the words of room budgets). Such an end is
/// no failure of the agent. Pure.
[[nodiscard]] bool ended_by_person(std::string_view error) noexcept;

}  // namespace trinity::executions
