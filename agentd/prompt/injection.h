#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "agentd/config.h"
#include "agentd/prompt/sections.h"

namespace trinity::agentd {

/// The platform's prompt in the home folder: `.trinity/prompt.md` and the sections in CLAUDE.md. All of it blocks and
/// belongs to the pool, one call at a time.

struct InjectRequest {
  bool force = false;
  std::optional<std::string> custom_prompt;  ///< the operator's instructions; nothing or blank: none
  bool keep_custom = false;                  ///< leave the instructions that are there as they are
};

/// The contract's AgentdTrinityStatus.
[[nodiscard]] boost::json::object prompt_status(const Config& config);
/// The contract's AgentdTrinityInjectResult; what goes wrong is told in it.
[[nodiscard]] boost::json::object inject_prompt(const Config& config, const InjectRequest& request);
/// The contract's AgentdTrinityReset. Throws Failed.
[[nodiscard]] boost::json::object reset_prompt(const Config& config);

/// The text of CLAUDE.md; empty when there is none.
[[nodiscard]] std::string read_claude_md(const Config& config);
/// Puts these sections back into CLAUDE.md when they are not in it any more. What fails is logged.
void restore_sections(const Config& config, const PlatformSections& sections);
/// Whether CLAUDE.md holds nothing but what agentd itself wrote.
[[nodiscard]] bool is_all_ours(const Config& config, std::string_view text);

}  // namespace trinity::agentd
