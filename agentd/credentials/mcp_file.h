#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agentd/config.h"
#include "agentd/credentials/env_file.h"

namespace trinity::agentd {

/// The text of `.mcp.json` (empty: a new one) with the platform's entry in it; unchanged when it is there already.
/// Nothing when the text is no JSON object.
[[nodiscard]] std::optional<std::string> with_platform_entry(const std::string& text, const PlatformMcp& platform);

/// The same for `.gemini/settings.json`. The CLI is also told to read CLAUDE.md, where the instructions are.
[[nodiscard]] std::optional<std::string> with_gemini_settings(const std::string& text, const PlatformMcp& platform);

/// The template with `${NAME}` replaced in all its texts, also inside longer ones; names that are not known stay.
/// Nothing when it is no JSON.
[[nodiscard]] std::optional<std::string> filled_template(const std::string& text,
                                                         const std::vector<Variable>& variables);

/// Puts the platform's entry into the files of the home folder that the agent's CLI reads. Blocks.
void keep_platform_entry(const Config& config);
/// The same when `written`, a path that was written to, may be one of these files.
void keep_platform_entry_in(const Config& config, const std::filesystem::path& written);

}  // namespace trinity::agentd
