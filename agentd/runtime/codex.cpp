#include "agentd/runtime/codex_lines.h"
#include "agentd/runtime/runtimes.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

const RuntimeWords kWords{
    .missing = "Codex is not available in this container",
    .chat_failed = "Codex execution failed: ",
    .task_failed = "Codex execution failed: ",
    .chat_empty = "",
    .task_empty = "",
    .silent = "(No response from model)",
    .no_key = "OPENAI_API_KEY not configured in agent container",
};

class Codex final : public Runtime {
 public:
  [[nodiscard]] std::string_view name() const override { return "codex"; }
  [[nodiscard]] std::string program() const override { return "codex"; }

  [[nodiscard]] Launch launch(const RunOrder& order, const std::filesystem::path&) const override {
    Launch launch;
    auto& argv = launch.argv;
    argv = {"codex", "exec"};
    if (order.conversation) argv.emplace_back("resume");
    argv.insert(argv.end(), {"--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"});
    if (order.task) argv.emplace_back("--ephemeral");
    if (!order.model.empty()) argv.insert(argv.end(), {"--model", order.model});
    if (!order.system_prompt.empty()) {
      // The value is read as TOML, whose texts are written as JSON's are.
      argv.insert(argv.end(),
                  {"--config", "developer_instructions=" + json::write(boost::json::value(order.system_prompt))});
    }
    if (order.conversation) argv.push_back(order.conversation->id);
    argv.emplace_back("-");
    launch.input = order.message;
    launch.reader =
        std::make_unique<CodexLines>(order.model, order.conversation ? order.conversation->tokens : event::Tokens{});
    return launch;
  }

  void remember(const LineReader& reader, Conversation& conversation) const override {
    if (const auto* lines = dynamic_cast<const CodexLines*>(&reader)) conversation.tokens = lines->tokens_reported();
  }

  [[nodiscard]] std::string_view default_model() const override { return "gpt-5-codex"; }
  [[nodiscard]] std::int64_t window_of(std::string_view) const override { return 272'000; }
  [[nodiscard]] std::vector<std::string> suggested_models() const override { return {"gpt-5-codex", "gpt-5"}; }
  [[nodiscard]] std::string model_fault(std::string_view model) const override {
    return is_model_name(model) ? std::string() : "Invalid Codex model: " + std::string(model) + ".";
  }
  [[nodiscard]] const RuntimeWords& words() const override { return kWords; }
  [[nodiscard]] std::string_view key_variable() const override { return "OPENAI_API_KEY"; }
  [[nodiscard]] std::vector<std::filesystem::path> stored_credentials() const override { return {".codex/auth.json"}; }
  [[nodiscard]] bool conversation_unknown(std::string_view cause) const override {
    return cause.find("thread/resume failed") != std::string_view::npos;
  }
  [[nodiscard]] bool tells_run_totals_only() const override { return true; }
};

}  // namespace

std::shared_ptr<const Runtime> codex() {
  return std::make_shared<Codex>();
}

}  // namespace trinity::agentd
