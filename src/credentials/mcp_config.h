#pragma once
#include <map>
#include <optional>
#include <string>

namespace trinity::credentials {

/// The text of an agent's `.mcp.json`, made from its template's: in `env` and `args` of each server `${NAME}` becomes
/// the variable; one that is a whole value and unknown becomes empty, within a longer text it stays. Nothing when the
/// text is no JSON object, or has no place for a variable.
[[nodiscard]] std::optional<std::string> filled_mcp_config(const std::string& text,
                                                           const std::map<std::string, std::string>& variables);

}  // namespace trinity::credentials
