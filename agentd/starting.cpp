#include "agentd/starting.h"

#include <fmt/format.h>

#include "agentd/git/bringing.h"
#include "agentd/lines.h"
#include "agentd/prompt/injection.h"
#include "agentd/template_file.h"
#include "agentd/workspace.h"
#include "base/log.h"
#include "base/text.h"

namespace trinity::agentd {

namespace {

using Step = StartUp::Step;
using State = StartUp::State;

constexpr std::size_t kLongestSetupLine = 500;
constexpr std::size_t kMostSetupOutput = 1024 * 1024;

std::string told(const Brought& brought, const std::string& repository) {
  auto text = repository + (brought.fresh ? " was brought here" : " was here already");
  if (brought.moved > 0) {
    text += fmt::format("; {} files that differed were moved to {}", brought.moved, brought.backup.string());
  }
  if (!brought.note.empty()) text += "; " + brought.note;
  return text;
}

}  // namespace

Task<> Starting::prepare(Lane::Hold hold) {
  const Lane::Hold alone(std::move(hold));
  auto servers = [this] { return configured_mcp_servers(config_); };
  state_.mcp_servers = co_await pool_.run(std::move(servers));
  co_await credentials_.restore();
  co_await bring_workspace();
  co_await bring_credentials();
  co_await bring_prompt();
}

Task<> Starting::bring_workspace() {
  if (config_.repository.known()) {
    co_await from_repository();
  } else if (!config_.template_name.empty()) {
    co_await from_template();
  } else {
    state_.end(Step::workspace, State::skipped);
  }
  auto folders = [this] { make_content_folders(config_.home); };
  co_await pool_.run(std::move(folders));
}

Task<> Starting::from_repository() {
  const auto& repository = config_.repository;
  state_.begin(Step::workspace, fmt::format("bringing {}", repository.name));
  auto bringing = repository.keeps_history ? bring_repository(&config_, &credentials_, &processes_, &pool_)
                                           : copy_repository(&config_, &credentials_, &processes_, &pool_, stop_);
  const auto brought = co_await std::move(bringing);
  if (brought) {
    const auto text = told(*brought, repository.name);
    log::info("workspace", "{}", text);
    state_.end(Step::workspace, State::done, text);
  } else {
    log::error("workspace", "{} could not be brought here: {}", repository.name, brought.error());
    state_.end(Step::workspace, State::failed, fmt::format("Cloning {} failed: {}", repository.name, brought.error()));
  }
}

Task<> Starting::from_template() {
  state_.begin(Step::workspace, fmt::format("copying {}", config_.template_name));
  auto copy = [this]() -> std::optional<std::expected<CopyReport, std::string>> {
    std::error_code ignored;
    if (!std::filesystem::is_directory(config_.template_folder, ignored)) return std::nullopt;
    return copy_template(config_.template_folder, config_.home, stop_);
  };
  const auto report = co_await pool_.run(std::move(copy));
  if (!report) {
    state_.end(Step::workspace, State::skipped, "there is no such template; the agent is blank");
  } else if (!*report) {
    const auto text = "Copying the template failed: " + report->error();
    log::error("workspace", "{}", text);
    state_.end(Step::workspace, State::failed, text);
  } else if ((*report)->done_before) {
    state_.end(Step::workspace, State::done, "the template was here already");
  } else {
    const auto text = fmt::format("{} files copied from the template {}", (*report)->files, config_.template_name);
    log::info("workspace", "{}", text);
    state_.end(Step::workspace, State::done, text);
  }
}

Task<> Starting::bring_credentials() {
  state_.begin(Step::credentials);
  std::string fault;
  std::size_t taken = 0;
  try {
    taken = co_await credentials_.take_generated();
    co_await credentials_.keep_platform_entry();
  } catch (const std::exception& e) {
    fault = e.what();
  }
  if (fault.empty()) {
    state_.end(Step::credentials, State::done, taken > 0 ? fmt::format("{} files taken over", taken) : "");
  } else {
    log::error("credentials", "generated credentials were not taken over: {}", fault);
    state_.end(Step::credentials, State::failed, fault);
  }
}

/// Again at every start: the prompt may be a newer one. The operator's instructions stay until the server sends others.
Task<> Starting::bring_prompt() {
  state_.begin(Step::prompt);
  auto inject = [this]() -> std::optional<boost::json::object> {
    std::error_code ignored;
    if (!std::filesystem::exists(config_.prompt_folder, ignored)) return std::nullopt;
    return inject_prompt(config_, {true, std::nullopt, true});
  };
  const auto done = co_await pool_.run(std::move(inject));
  if (!done) {
    state_.end(Step::prompt, State::skipped, "there is no prompt of the platform");
  } else if (const auto& fault = done->at("error"); fault.is_string()) {
    state_.end(Step::prompt, State::failed, std::string(fault.get_string()));
  } else {
    state_.end(Step::prompt, State::done);
  }
}

Task<> Starting::run_setup() {
  const auto script = config_.home / ".trinity" / "setup.sh";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(script, ignored)) {
    state_.end(Step::setup, State::skipped);
    co_return;
  }
  state_.begin(Step::setup);
  log::info("setup", "{} started", script.string());
  ProcessSpec spec;
  spec.argv = {"/bin/bash", script.string()};
  spec.folder = config_.home;
  spec.limit = config_.setup_limit;
  spec.most_output = kMostSetupOutput;
  Lines::Take log_line = [](std::string_view line, bool) {
    log::info("setup", "{}", preview(line, kLongestSetupLine));
  };
  const auto lines = std::make_shared<Lines>(std::move(log_line), 64 * 1024);
  Process::Output output = [lines](std::string_view bytes) { lines->feed(bytes); };
  const auto end = co_await processes_.run(std::move(spec), std::move(output));
  lines->finish();
  if (end && end->cause == ProcessEnd::Cause::exited && end->code == 0) {
    state_.end(Step::setup, State::done);
    log::info("setup", "ended");
    co_return;
  }
  const auto text =
      !end ? "not started: " + end.error()
           : fmt::format("{}, status {}: {}",
                         end->cause == ProcessEnd::Cause::timed_out ? "took too long and was killed" : "failed",
                         end->code, preview(end->errors, kLongestSetupLine));
  log::warn("setup", "{}", text);
  state_.end(Step::setup, State::failed, text);
}

}  // namespace trinity::agentd
