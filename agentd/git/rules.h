#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "agentd/config.h"

namespace trinity::agentd {

/// What a repository in the home folder must never take: credentials, what belongs to programs, other agents' folders.
/// Written to its private exclude file, which is in no commit. `credential_files`: paths relative to the home folder.
/// With CLAUDE.md's platform sections it is the same: git is told to leave them out when it looks at the file. True
/// when something had to be written: nobody has prepared this repository. Blocks; what fails is logged.
bool set_git_rules(const Config& config, const std::filesystem::path& tree,
                   const std::vector<std::string>& credential_files);

/// Path patterns of those files, wherever they lie.
[[nodiscard]] std::vector<std::string> secret_files(const std::vector<std::string>& credential_files);
/// Path patterns that keep those files out even when somebody names them or has told git to follow them.
[[nodiscard]] std::vector<std::string> never_staged(const std::vector<std::string>& credential_files);

/// The command that git runs on CLAUDE.md.
[[nodiscard]] std::string clean_command(const Config& config);
inline constexpr const char* kCleanArgument = "clean-claude-md";

/// The folder of the work tree that has a repository: the home folder, else its folder `workspace`; empty: neither.
[[nodiscard]] std::filesystem::path git_tree(const Config& config);

}  // namespace trinity::agentd
