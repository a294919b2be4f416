#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "executions/ends.h"
#include "executions/types.h"

namespace trinity::executions {

enum class RunKind { task, chat };

/// One half of a tool call: its beginning (tool_use) or its end (tool_result).
struct ToolHalf {
  std::string tool;
  std::optional<std::int64_t> duration_ms;
  bool success = true;
  bool operator==(const ToolHalf&) const = default;
};

/// What an agent's answer to a run means. Pure; a body of any bytes is taken.
struct Verdict {
  Ending ending;
  /// What the client of the run gets: the agent's own body with `execution` added (200), else empty.
  std::string body{};
  unsigned status = 200;  ///< for the client: 200, 503, 504
  std::optional<std::string> session_id{};
  std::int64_t tool_count = 0;    ///< calls, not halves
  std::vector<ToolHalf> tools{};  ///< of chats
};

/// How to read an answer.
struct Reading {
  RunKind kind = RunKind::task;
  std::string execution;  ///< JSON object that the client finds as `execution`
};
/// The `execution` of a task's answer.
[[nodiscard]] std::string task_execution(std::string_view record);

/// What clients read when a task could not be done; the reason stands in the record.
inline constexpr std::string_view task_refused = "Failed to execute task. The agent may be unavailable.";

/// `status` and `body` as the daemon answered. A finished run counts as one whatever its figures look like; a body that
/// is no JSON object is a failure with a clear reason.
[[nodiscard]] Verdict verdict_of(unsigned status, std::string_view body, const Reading& how);

/// "Task execution timed out after N seconds", also the daemon's own text.
[[nodiscard]] std::string timed_out_text(std::int64_t seconds);

}  // namespace trinity::executions
