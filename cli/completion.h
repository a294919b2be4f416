#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace trinity::cli {

/// Names that only the server or the list of sign-ins knows, by the type of a place on the command line (kAgentType,
/// kTagType, kTemplateType, kServerType). Empty when they are not to be had.
using KnownNames = std::function<std::vector<std::string>(const std::string& type)>;

/// What could stand next on a command line, as bash wants it: `line` up to the cursor, the program's name included.
/// Follows the tree of commands itself, so it knows every option there is.
[[nodiscard]] std::vector<std::string> completions(const CLI::App& root, std::string_view line,
                                                   const KnownNames& names);

/// Options (when `begun` begins with a dash) or commands that can follow this command, sorted.
[[nodiscard]] std::vector<std::string> completions_at(const CLI::App& app, std::string_view begun);

/// The server that an unfinished line names itself (-s, --server); empty when it does not.
[[nodiscard]] std::string server_on(const CLI::App& root, std::string_view line);

/// The function for bash, to be sourced.
[[nodiscard]] std::string_view bash_completion() noexcept;

}  // namespace trinity::cli
