#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::agentd {

struct Variable {
  std::string name;
  std::string value;
  bool operator==(const Variable&) const = default;
};

/// `NAME="value"` with line end, so quoted that shells get the value back exactly, and readers of the dotenv kind as
/// well, except for a value that has both a single quote and one of `"`, `\`, `$`, a backtick: these have no form that
/// all of them read alike; there it is the shells'.
[[nodiscard]] std::string env_line(const Variable& variable);

/// A variable of a file, or whatever else stands between two of them.
struct EnvItem {
  std::string raw;  ///< as it stands in the file, with line end
  std::optional<Variable> variable;
};
/// Reads what env_line() writes, and what people write: `export`, no quotes, values over several lines. Never fails.
[[nodiscard]] std::vector<EnvItem> read_env(std::string_view text);

/// The whole file: ours first, then the variables of `others` that are none of ours and not in `without`.
[[nodiscard]] std::string env_text(const std::vector<Variable>& ours, const std::vector<EnvItem>& others,
                                   const std::vector<std::string>& without);

/// The lines that are not blank, no comments and contain an equals sign.
[[nodiscard]] std::size_t count_of_variables(std::string_view text);

}  // namespace trinity::agentd
