#include "agentd/turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "agentd/lines.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/text.h"

namespace trinity::agentd {

namespace {

/// Longer than any turn before it may take.
constexpr std::chrono::hours kLongestWait{24};
constexpr std::size_t kShownErrors = 200;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string missing_cli(const std::string& runtime) {
  const bool gemini = runtime == "gemini" || runtime == "gemini-cli";
  return fmt::format("{} is not available in this container", gemini ? "Gemini CLI" : "Claude Code");
}

/// The cause, best source first: what the program said in its events, its standard error, its exit status.
std::string cause_of(const Transcript& transcript, const ProcessEnd& end) {
  if (!transcript.failure().empty()) return preview(transcript.failure(), kShownErrors);
  const auto first = end.errors.find_first_not_of(" \t\r\n");
  if (first != std::string::npos) return preview(std::string_view(end.errors).substr(first), kShownErrors);
  return end.code < 0 ? fmt::format("ended by signal {}", -end.code) : fmt::format("exit status {}", end.code);
}

std::optional<TurnEnd::Failure> failure_of(const Transcript& transcript, const ProcessEnd& end,
                                           std::chrono::seconds limit) {
  switch (end.cause) {
    case ProcessEnd::Cause::timed_out:
      return TurnEnd::Failure{ErrorKind::timeout, fmt::format("Execution timed out after {} seconds", limit.count())};
    case ProcessEnd::Cause::stopped:
      return TurnEnd::Failure{ErrorKind::internal, "Execution terminated"};
    case ProcessEnd::Cause::exited:
      break;
  }
  if (end.code == 0 && !transcript.failed()) return std::nullopt;
  return TurnEnd::Failure{ErrorKind::internal, "Command execution failed: " + cause_of(transcript, end)};
}

/// What a program says last tells most about its run.
std::string_view last_line(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  const auto end = text.rfind('\n');
  return end == std::string_view::npos ? text : text.substr(end + 1);
}

std::string answer_of(const Transcript& transcript) {
  auto answer = transcript.answer();
  if (!answer.empty()) return answer;
  const auto& tools = transcript.tools();
  if (!tools.empty() && tools.back().output && !tools.back().output->empty()) return *tools.back().output;
  return "(No output)";
}

}  // namespace

class Turns::Registration {
 public:
  Registration(std::set<std::string>& ids, std::string id) : ids_(ids), id_(std::move(id)) {
    if (!ids_.insert(id_).second) throw Conflict("Execution id already in use");
  }
  ~Registration() { ids_.erase(id_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::set<std::string>& ids_;
  std::string id_;
};

Turns::Turns(const Config& config, Lane& lane, Processes& processes, BlockingPool& pool)
    : config_(config), lane_(lane), processes_(processes), pool_(pool) {
  if (!config_.model.empty()) session_.model = config_.model;
}

std::expected<CommandRuntime, std::string> choose_runtime(const std::string& from_environment,
                                                          const Behaviour& behaviour) {
  const auto wanted = lower(from_environment);
  const bool may_be_command = wanted.empty() || wanted == "command" || wanted == "claude-code";
  if (may_be_command && behaviour.runtime == "command") {
    if (behaviour.command) return *behaviour.command;
    const auto reason = behaviour.faults.empty() ? "runtime.command is missing" : behaviour.faults.front();
    return std::unexpected("template.yaml: " + reason);
  }
  if (wanted == "command") {
    return std::unexpected(std::string("template.yaml has no runtime of type command"));
  }
  return std::unexpected(missing_cli(wanted.empty() ? lower(behaviour.runtime) : wanted));
}

std::string Turns::runtime_name() const {
  if (runtime_) return "command";
  return config_.runtime.empty() ? "claude-code" : config_.runtime;
}

Task<Behaviour> Turns::reload() {
  auto read = [this] {
    const auto file = find_template(config_);
    return file ? behaviour_of(file->root) : Behaviour{};
  };
  auto behaviour = co_await pool_.run(std::move(read));
  runtime_ = choose_runtime(config_.runtime, behaviour);
  co_return behaviour;
}

Task<TurnEnd> Turns::chat(TurnRequest request) {
  if (request.execution_id.empty()) request.execution_id = random_uuid();
  const Registration registration(executions_, request.execution_id);
  // Held to the end of this function.
  const auto hold = co_await lane_.enter(kLongestWait);
  if (!hold) throw TooManyWaiting();
  co_return co_await run_registered(std::move(request));
}

Task<TurnEnd> Turns::run(TurnRequest request, [[maybe_unused]] Lane::Hold hold) {
  if (request.execution_id.empty()) request.execution_id = random_uuid();
  const Registration registration(executions_, request.execution_id);
  co_return co_await run_registered(std::move(request));
}

Task<TurnEnd> Turns::run_registered(TurnRequest request) {
  co_await reload();
  if (!runtime_) throw Unavailable(runtime_.error());
  const auto limit = request.limit.value_or(runtime_->timeout);
  ProcessSpec spec;
  spec.argv = runtime_->command;
  spec.folder = config_.home;
  spec.input = std::move(request.message);
  spec.limit = limit;
  log::info("turn", "{} started, execution {}", request.origin, request.execution_id);

  TurnEnd end;
  end.transcript = std::make_unique<Transcript>();
  auto* transcript = end.transcript.get();
  auto lines =
      std::make_unique<Lines>([transcript](std::string_view line, bool cut) { transcript->line(line, cut, now()); });
  Process::Output output = [into = lines.get()](std::string_view bytes) { into->feed(bytes); };
  const auto started = steady_now();
  auto ended = co_await processes_.run(std::move(spec), std::move(output));
  if (ended) {
    lines->finish();
    end.failure = failure_of(*transcript, *ended, limit);
  } else {
    end.failure = TurnEnd::Failure{ErrorKind::internal, "Execution error: " + ended.error()};
  }
  transcript->finish(std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - started),
                     end.failure.has_value());
  transcript->metadata().execution_id = request.execution_id;
  end.answer = answer_of(*transcript);
  if (!end.failure) {
    session_.message_count += 2;
    session_.total_cost_usd += transcript->metadata().cost_usd.value_or(0);
    if (request.model) session_.model = request.model;
  }
  end.session = session_;
  end.time = now();
  log_end(request, end);
  co_return end;
}

void Turns::log_end(const TurnRequest& request, const TurnEnd& end) const {
  const auto seconds = static_cast<double>(end.transcript->metadata().duration_ms.value_or(0)) / 1000;
  if (end.failure) {
    log::warn("turn", "{} failed after {:.1f} s, execution {}: {}", request.origin, seconds, request.execution_id,
              preview(end.failure->detail));
  } else {
    log::info("turn", "{} ended after {:.1f} s, execution {}: {}", request.origin, seconds, request.execution_id,
              preview(last_line(end.answer)));
  }
}

}  // namespace trinity::agentd
