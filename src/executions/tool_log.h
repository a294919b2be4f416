#pragma once
#include <boost/json/array.hpp>

namespace trinity::executions {

/// The tool calls of a transcript as the contract's ToolLogEntry objects: each call gives an entry `tool_use` and, when
/// it has ended, an entry `tool_result` with the same id. Pure; lines of other kinds are passed over. For agents that
/// do not send this list themselves.
[[nodiscard]] boost::json::array tool_log(const boost::json::array& transcript);

}  // namespace trinity::executions
