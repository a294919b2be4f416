#include "agentd/runtime/runtimes.h"
#include "agentd/runtime/text_lines.h"

namespace trinity::agentd {

namespace {

const RuntimeWords kWords{
    .missing = "The agent's command is not available in this container",
    .chat_failed = "Command execution failed: ",
    .task_failed = "Command execution failed: ",
    .chat_empty = "",
    .task_empty = "",
    .silent = "(No output)",
    .no_key = "",
};

class Command final : public Runtime {
 public:
  Command(std::vector<std::string> argv, std::chrono::seconds limit) : argv_(std::move(argv)), limit_(limit) {}

  [[nodiscard]] std::string_view name() const override { return "command"; }
  [[nodiscard]] std::string program() const override { return argv_.front(); }
  [[nodiscard]] Launch launch(const RunOrder& order, const std::filesystem::path&) const override {
    Launch launch;
    launch.argv = argv_;
    launch.input = order.message;
    launch.reader = std::make_unique<TextLines>();
    return launch;
  }
  [[nodiscard]] std::string_view default_model() const override { return "command"; }
  [[nodiscard]] std::int64_t window_of(std::string_view) const override { return 200'000; }
  [[nodiscard]] std::vector<std::string> suggested_models() const override { return {}; }
  [[nodiscard]] std::string model_fault(std::string_view model) const override {
    return is_model_name(model) ? std::string() : "Invalid model: " + std::string(model) + ".";
  }
  [[nodiscard]] const RuntimeWords& words() const override { return kWords; }
  [[nodiscard]] std::chrono::seconds default_limit() const override { return limit_; }

 private:
  std::vector<std::string> argv_;
  std::chrono::seconds limit_;
};

}  // namespace

std::shared_ptr<const Runtime> command(std::vector<std::string> argv, std::chrono::seconds limit) {
  return std::make_shared<Command>(std::move(argv), limit);
}

}  // namespace trinity::agentd
