#include <algorithm>
#include <array>
#include <cctype>

#include "agentd/runtime/claude_lines.h"
#include "agentd/runtime/runtimes.h"

namespace trinity::agentd {

namespace {

const RuntimeWords kWords{
    .missing = "Claude Code is not available in this container",
    .chat_failed = "Claude Code execution failed: ",
    .task_failed = "Task execution failed: ",
    .chat_empty = "Claude Code returned empty response",
    .task_empty = "Task returned empty response",
    .silent = "",
    .no_key = "ANTHROPIC_API_KEY not configured in agent container",
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += ',';
    text += name;
  }
  return text;
}

/// Permissions are skipped, so allowing alone would restrict nothing: the built-in tools are named as the only ones,
/// and MCP tools are denied unless some are wanted. `Bash(git *)` restricts a built-in tool by its own rule.
void restrict_tools(const std::vector<std::string>& allowed, std::vector<std::string>& argv) {
  std::vector<std::string> built_in;
  std::vector<std::string> mcp;
  for (const auto& tool : allowed) {
    (tool.starts_with("mcp__") ? mcp : built_in).push_back(tool.substr(0, tool.find('(')));
  }
  argv.insert(argv.end(), {"--tools", joined(built_in)});
  argv.insert(argv.end(), {"--allowedTools", joined(allowed)});
  if (mcp.empty()) argv.insert(argv.end(), {"--disallowedTools", "mcp__*"});
}

class ClaudeCode final : public Runtime {
 public:
  [[nodiscard]] std::string_view name() const override { return "claude-code"; }
  [[nodiscard]] std::string program() const override { return "claude"; }

  [[nodiscard]] Launch launch(const RunOrder& order, const std::filesystem::path& home) const override {
    Launch launch;
    launch.argv = {"claude",
                   "--print",
                   "--output-format",
                   "stream-json",
                   "--verbose",
                   "--include-partial-messages",
                   "--dangerously-skip-permissions"};
    auto& argv = launch.argv;
    std::error_code ignored;
    const auto servers = home / ".mcp.json";
    if (std::filesystem::exists(servers, ignored)) argv.insert(argv.end(), {"--mcp-config", servers.string()});
    if (!order.model.empty()) argv.insert(argv.end(), {"--model", order.model});
    if (!order.allowed_tools.empty()) restrict_tools(order.allowed_tools, argv);
    if (!order.system_prompt.empty()) argv.insert(argv.end(), {"--append-system-prompt", order.system_prompt});
    if (order.max_turns) argv.insert(argv.end(), {"--max-turns", std::to_string(*order.max_turns)});
    if (order.task) argv.emplace_back("--no-session-persistence");
    if (order.conversation) argv.insert(argv.end(), {"--resume", order.conversation->id});
    launch.input = order.message;
    launch.reader = std::make_unique<ClaudeLines>(order.conversation ? order.conversation->cost : 0);
    return launch;
  }

  void remember(const LineReader& reader, Conversation& conversation) const override {
    const auto* lines = dynamic_cast<const ClaudeLines*>(&reader);
    if (lines != nullptr && lines->cost_reported()) conversation.cost = *lines->cost_reported();
  }

  [[nodiscard]] std::string_view default_model() const override { return "sonnet"; }
  [[nodiscard]] std::int64_t window_of(std::string_view model) const override {
    return model.find("[1m]") != std::string_view::npos ? 1'000'000 : 200'000;
  }
  [[nodiscard]] std::vector<std::string> suggested_models() const override { return {"sonnet", "opus", "haiku"}; }
  [[nodiscard]] std::string model_fault(std::string_view model) const override {
    constexpr std::array<std::string_view, 6> aliases{"sonnet", "opus", "haiku", "sonnet[1m]", "opus[1m]", "haiku[1m]"};
    const bool known = std::find(aliases.begin(), aliases.end(), model) != aliases.end();
    if (is_model_name(model) && (known || model.starts_with("claude-"))) return {};
    return "Invalid Claude model: " + std::string(model) + ". Use aliases (sonnet, opus, haiku) or full model names.";
  }
  [[nodiscard]] const RuntimeWords& words() const override { return kWords; }
  [[nodiscard]] std::string_view key_variable() const override { return "ANTHROPIC_API_KEY"; }
  [[nodiscard]] std::vector<std::filesystem::path> stored_credentials() const override {
    return {".claude/.credentials.json"};
  }
  [[nodiscard]] bool conversation_unknown(std::string_view cause) const override {
    return cause.find("No conversation found with session ID") != std::string_view::npos;
  }
};

}  // namespace

std::shared_ptr<const Runtime> claude_code() {
  return std::make_shared<ClaudeCode>();
}

}  // namespace trinity::agentd
