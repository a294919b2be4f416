#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace trinity::agentlink {

/// One tool call of an agent. Immutable.
struct ToolCall {
  std::string id;         ///< unique within its run
  std::string execution;  ///< id of the run
  bool running = false;
  /// JSON object: id, tool, input_summary, output_summary, duration_ms, started_at, ended_at, success, status,
  /// execution_id. Inputs and outputs are with the agent only.
  std::string text;
};
using ToolCallPtr = std::shared_ptr<const ToolCall>;

/// What an agent is doing, over all its runs. Immutable.
struct Activity {
  bool running = false;
  std::string active_tool = "null";  ///< JSON: name, input_summary, started_at; or null
  std::string tool_counts = "{}";    ///< JSON object: calls by display name
  std::string totals = R"({"calls":0,"duration_ms":0,"started_at":null})";  ///< JSON object
  std::int64_t calls = 0;                                                   ///< as in `totals`
  std::vector<ToolCallPtr> timeline{};                                      ///< newest first; at most most_calls
  std::shared_ptr<const void> list;  ///< another one when what was listed before is forgotten
};
using ActivityPtr = std::shared_ptr<const Activity>;
inline constexpr std::size_t most_calls = 50;

/// The conversation's figures. Immutable.
struct Session {
  bool started = false;
  std::int64_t message_count = 0;
  double total_cost_usd = 0;
  std::int64_t context_tokens = 0;
  std::int64_t context_window = 0;
  double context_percent = 0;
  std::string text;  ///< all of it as JSON object, as GET /api/chat/session answers
};
using SessionPtr = std::shared_ptr<const Session>;

/// A run that goes on inside the agent.
struct LiveRun {
  std::string id;
  std::string type;  ///< chat or task
  std::string message_preview;
  std::string started_at;
};
using LiveRunsPtr = std::shared_ptr<const std::vector<LiveRun>>;

enum class Connection {
  connecting,  ///< the agent runs; what is known is from before, or nothing
  up           ///< all of it is as the agent has it now
};

/// Everything that is known of what happens inside one running agent. Immutable; parts that do not change are shared.
struct Live {
  std::string agent;
  std::string container_id;
  Connection connection = Connection::connecting;
  std::string stream;     ///< of the daemon's life that this is from; empty before the first
  std::uint64_t seq = 0;  ///< the last event that is in it
  std::string runtime{};
  bool runtime_available = false;
  ActivityPtr activity;                        ///< never null
  SessionPtr session;                          ///< null before the first connection
  std::shared_ptr<const std::string> startup;  ///< JSON object: how far the start-up is; null before
  LiveRunsPtr runs;                            ///< never null; in order of their start
};
using LivePtr = std::shared_ptr<const Live>;

}  // namespace trinity::agentlink
