#pragma once
#include <boost/json/object.hpp>
#include <string>

namespace trinity::agentd {

/// The name of a tool as people read it: `mcp:{server}` for tools of MCP servers, `Task:{kind}` for sub-agents.
[[nodiscard]] std::string display_name(const std::string& tool, const boost::json::object& input);

/// What a call is about, in a few words: a path, the beginning of a command.
[[nodiscard]] std::string input_summary(const std::string& tool, const boost::json::object& input);

}  // namespace trinity::agentd
