#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "agentd/runtime/gemini_lines.h"
#include "agentd/runtime/runtimes.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

const RuntimeWords kWords{
    .missing = "Gemini CLI is not available in this container",
    .chat_failed = "Gemini execution failed: ",
    .task_failed = "Gemini execution failed: ",
    .chat_empty = "",
    .task_empty = "",
    .silent = "(No response from model)",
    .no_key = "GEMINI_API_KEY not configured in agent container",
};

/// What the CLI has no flags for: it finds these in a settings folder of the run's own, which takes the place of the
/// user's. The workspace's settings (MCP servers, the way to sign in) count on top of it.
void add_settings(const RunOrder& order, const std::filesystem::path& home, Launch& launch) {
  boost::json::object settings{{"context", {{"fileName", boost::json::array{"GEMINI.md", "CLAUDE.md"}}}}};
  if (order.max_turns) settings["model"] = {{"maxSessionTurns", *order.max_turns}};
  launch.environment.emplace_back("GEMINI_CLI_HOME", "{folder}");
  launch.files.push_back({".gemini/settings.json", json::write(settings)});
  if (!order.system_prompt.empty()) launch.files.push_back({".gemini/GEMINI.md", order.system_prompt});
  for (const auto* name : {"oauth_creds.json", "google_accounts.json"}) {
    const auto kept = std::filesystem::path(".gemini") / name;
    launch.files.push_back({kept, {}, home / kept});
  }
}

class GeminiCli final : public Runtime {
 public:
  [[nodiscard]] std::string_view name() const override { return "gemini-cli"; }
  [[nodiscard]] std::string program() const override { return "gemini"; }

  [[nodiscard]] Launch launch(const RunOrder& order, const std::filesystem::path& home) const override {
    Launch launch;
    launch.argv = {"gemini", "--output-format", "stream-json", "--approval-mode", "yolo"};
    if (!order.model.empty()) launch.argv.insert(launch.argv.end(), {"--model", order.model});
    if (order.conversation) launch.argv.insert(launch.argv.end(), {"--resume", order.conversation->id});
    // The agent's home is its workspace; nobody is there to be asked whether it can be trusted.
    launch.environment.emplace_back("GEMINI_CLI_TRUST_WORKSPACE", "true");
    if (order.max_turns || !order.system_prompt.empty()) add_settings(order, home, launch);
    launch.input = order.message;
    launch.reader = std::make_unique<GeminiLines>(order.model.empty() ? std::string(default_model()) : order.model);
    return launch;
  }

  [[nodiscard]] std::string_view default_model() const override { return "gemini-3-flash"; }
  [[nodiscard]] std::int64_t window_of(std::string_view) const override { return 1'000'000; }
  [[nodiscard]] std::vector<std::string> suggested_models() const override {
    return {"gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.0-flash"};
  }
  [[nodiscard]] std::string model_fault(std::string_view model) const override {
    if (is_model_name(model) && model.starts_with("gemini-")) return {};
    return "Invalid Gemini model: " + std::string(model) + ". Use: gemini-2.5-pro, gemini-2.5-flash, etc.";
  }
  [[nodiscard]] const RuntimeWords& words() const override { return kWords; }
  [[nodiscard]] std::string_view key_variable() const override { return "GEMINI_API_KEY"; }
  [[nodiscard]] std::vector<std::filesystem::path> stored_credentials() const override {
    return {".gemini/oauth_creds.json"};
  }
  [[nodiscard]] bool conversation_unknown(std::string_view cause) const override {
    return cause.find("Error resuming session") != std::string_view::npos;
  }
  [[nodiscard]] bool tells_run_totals_only() const override { return true; }
};

}  // namespace

std::shared_ptr<const Runtime> gemini_cli() {
  return std::make_shared<GeminiCli>();
}

}  // namespace trinity::agentd
