#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "agentd/runtime/runtime.h"

namespace trinity::agentd {

/// Claude Code. Tasks are restricted to `allowed_tools` by taking every other tool away.
[[nodiscard]] std::shared_ptr<const Runtime> claude_code();
/// Gemini CLI. Limits and system prompts of a task go through a private settings folder, because it has no flags for
/// them. It cannot restrict tools.
[[nodiscard]] std::shared_ptr<const Runtime> gemini_cli();
/// OpenAI's Codex. It has no limit of turns and cannot restrict tools.
[[nodiscard]] std::shared_ptr<const Runtime> codex();
/// Any program that reads a message and writes text or JSON lines.
[[nodiscard]] std::shared_ptr<const Runtime> command(std::vector<std::string> argv, std::chrono::seconds limit);

/// By the name that AGENT_RUNTIME or template.yaml gives, without regard to case; Claude Code for unknown ones.
[[nodiscard]] std::shared_ptr<const Runtime> runtime_named(std::string_view name);

}  // namespace trinity::agentd
