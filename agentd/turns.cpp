#include "agentd/turns.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cctype>
#include <cstdlib>

#include "agentd/files.h"
#include "agentd/runtime/fields.h"
#include "agentd/runtime/runtimes.h"
#include "agentd/turn_end.h"
#include "base/log.h"
#include "base/text.h"
#include "json/encode.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

/// Longer than any turn before it may take.
constexpr std::chrono::hours kLongestWait{24};
constexpr std::size_t kLargestState = 4 * 1024 * 1024;
/// For whoever reads that the slim image lacks the program.
constexpr const char* kFullImageHasIt =
    ": the image it was made from is the slim one. Build the full one (./trinity image full), then create the agent "
    "anew";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// What a program says last tells most about its run.
std::string_view last_line(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  const auto end = text.rfind('\n');
  return end == std::string_view::npos ? text : text.substr(end + 1);
}

std::string variable_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const auto& one : environment) {
    if (one.starts_with(name) && one.size() > name.size() && one[name.size()] == '=') {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

std::filesystem::path state_file(const Config& config) {
  return config.home / ".trinity" / "agentd-state.json";
}

}  // namespace

Turns::Turns(const Config& config, Lane& lane, Runner& runner, Executions& executions, Processes& processes,
             BlockingPool& pool)
    : config_(config),
      lane_(lane),
      runner_(runner),
      executions_(executions),
      processes_(processes),
      pool_(pool),
      known_(runtime_named(config.runtime)) {
  if (!config_.model.empty()) session_.set_model(config_.model);
  session_.set_window(known_->window_of(config_.model));
}

RuntimeChoice choose_runtime(const std::string& from_environment, const Behaviour& behaviour) {
  const auto wanted = lower(from_environment);
  const bool may_be_command = wanted.empty() || wanted == "command" || wanted == "claude-code";
  if (may_be_command && behaviour.runtime == "command") {
    if (behaviour.command) return command(behaviour.command->command, behaviour.command->timeout);
    const auto reason = behaviour.faults.empty() ? "runtime.command is missing" : behaviour.faults.front();
    return std::unexpected("template.yaml: " + reason);
  }
  if (wanted == "command") {
    return std::unexpected(std::string("template.yaml has no runtime of type command"));
  }
  return runtime_named(wanted.empty() ? behaviour.runtime : wanted);
}

bool program_exists(const std::string& program, const std::string& path) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  std::string_view rest = path;
  while (!rest.empty()) {
    const auto end = rest.find(':');
    const auto folder = std::string(rest.substr(0, end));
    std::error_code ignored;
    auto file = folder;
    file.append("/").append(program);
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0 && !std::filesystem::is_directory(file, ignored)) {
      return true;
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return false;
}

Task<Behaviour> Turns::reload() {
  auto read = [this] {
    const auto file = find_template(config_);
    return file ? behaviour_of(file->root) : Behaviour{};
  };
  auto behaviour = co_await pool_.run(std::move(read));
  auto choice = choose_runtime(config_.runtime, behaviour);
  if (choice) known_ = *choice;
  // A command that is missing is told by the attempt to start it; a CLI may be installed while the agent runs.
  if (choice && !(*choice)->key_variable().empty()) {
    auto look = [program = (*choice)->program(), path = variable_in(processes_.environment(), "PATH")] {
      return program_exists(program, path);
    };
    const bool found = co_await pool_.run(std::move(look));
    if (!found) choice = std::unexpected((*choice)->words().missing + (config_.slim_image ? kFullImageHasIt : ""));
  }
  choice_ = std::move(choice);
  co_return behaviour;
}

Task<> Turns::restore() {
  auto read = [file = state_file(config_)]() -> std::optional<boost::json::object> {
    const auto text = read_small_file(file, kLargestState);
    return text ? object_in(*text) : std::nullopt;
  };
  const auto state = co_await pool_.run(std::move(read));
  session_.set_window(known_->window_of(config_.model));
  if (state) session_.restore(*state, known_->name());
  tell_session();
}

Task<> Turns::save() {
  auto write = [file = state_file(config_), text = json::write(session_.state(known_->name()))] {
    return write_private_file(file, text);
  };
  const auto written = co_await pool_.run(std::move(write));
  if (!written) log::warn("session", "the state is not kept: {}", written.error());
}

Task<> Turns::reset() {
  session_.reset();
  tell_session();
  co_await save();
}

std::string Turns::choose_model(const std::string& model) {
  auto fault = known_->model_fault(model);
  if (!fault.empty()) return fault;
  session_.set_model(model);
  tell_session();
  return {};
}

Task<TurnEnd> Turns::chat(TurnRequest request) {
  const auto place = executions_.enter(request.execution_id, "chat", request.message);
  auto& run = place.run();
  run.waits([this, who = &run] { lane_.give_up(who); });
  // Held to the end of this function.
  const auto hold = co_await lane_.enter(kLongestWait, &run);
  if (!hold && run.terminated()) throw Failed("Execution terminated");
  if (!hold) throw TooManyWaiting();
  co_return co_await run_chat(std::move(request), &run);
}

Task<TurnEnd> Turns::run(TurnRequest request, [[maybe_unused]] Lane::Hold hold) {
  const auto place = executions_.enter(request.execution_id, "chat", request.message);
  co_return co_await run_chat(std::move(request), &place.run());
}

/// Finds the runtime, and the means to use it.
Task<Turns::Started> Turns::begin(const TurnRequest* request) {
  co_await reload();
  if (prepare_) {
    auto preparing = prepare_();
    co_await std::move(preparing);
  }
  if (!choice_) throw Unavailable(choice_.error());
  Started started;
  started.runtime = *choice_;
  const auto key = started.runtime->key_variable();
  if (!key.empty() && variable_in(processes_.environment(), key).empty()) {
    auto look = [this, runtime = started.runtime] {
      const auto files = runtime->stored_credentials();
      return std::any_of(files.begin(), files.end(), [this](const auto& file) {
        std::error_code ignored;
        return std::filesystem::exists(config_.home / file, ignored);
      });
    };
    const bool signed_in = co_await pool_.run(std::move(look));
    if (!signed_in) throw Failed(started.runtime->words().no_key);
  }
  started.limit = request->limit.value_or(started.runtime->default_limit());
  started.generation = session_.generation();
  started.asked = now();
  co_return started;
}

std::int64_t Turns::window_for(const Runtime& runtime, const std::string& model) const {
  return model.empty() ? runtime.window_of(session_.totals().model.value_or("")) : runtime.window_of(model);
}

Task<TurnEnd> Turns::run_chat(TurnRequest request, Execution* place) {
  auto& run = *place;
  const auto started = co_await begin(&request);
  const auto& runtime = *started.runtime;
  if (run.terminated()) throw Failed("Execution terminated");
  if (request.model) session_.set_model(*request.model);
  log::info({"turn", run.id()}, "{} started", request.origin);
  RunOrder order;
  order.message = request.message;
  order.model = session_.totals().model.value_or("");
  order.conversation = session_.conversation();
  const auto window = window_for(runtime, order.model);
  auto launch = runtime.launch(order, config_.home);
  auto ran = co_await runner_.run(std::move(launch), &run, started.limit, window);
  TurnQuestion question{false, run.terminated(), started.limit, std::nullopt};
  auto failure = failure_of(runtime, ran, question);
  if (failure && order.conversation && runtime.conversation_unknown(all_causes(ran))) {
    log::warn({"turn", run.id()}, "the program does not know the conversation any more; a new one begins");
    if (started.generation == session_.generation()) session_.forget_conversation();
    order.conversation.reset();
    launch = runtime.launch(order, config_.home);
    ran = co_await runner_.run(std::move(launch), &run, started.limit, window);
    question.terminated = run.terminated();
    failure = failure_of(runtime, ran, question);
  }
  TurnEnd end;
  end.failure = std::move(failure);
  end.answer = answer_of(runtime, *ran.record);
  end.time = now();
  if (!end.failure && started.generation == session_.generation()) {
    add_turn(started, std::move(request.message), ran, end);
    tell_session();
    co_await save();
  }
  end.session = session_.totals();
  end.record = std::move(ran.record);
  end.transcript = std::move(ran.transcript);
  note_end(request, end, run);
  co_return end;
}

void Turns::add_turn(const Started& started, std::string message, const Ran& ran, const TurnEnd& end) {
  const auto& metadata = ran.record->metadata();
  ChatTurn turn;
  turn.message = std::move(message);
  turn.answer = end.answer;
  turn.asked = started.asked;
  turn.answered = end.time;
  turn.cost = metadata.cost_usd.value_or(0);
  turn.context_tokens = ran.record->context_tokens();
  turn.context_is_a_maximum = started.runtime->tells_run_totals_only();
  turn.context_window = metadata.context_window;
  if (metadata.session_id) {
    turn.conversation = Conversation{*metadata.session_id, 0, {}};
    started.runtime->remember(*ran.reader, *turn.conversation);
  }
  session_.add(std::move(turn));
}

Task<TurnEnd> Turns::task(TurnRequest request) {
  if (executions_.count("task") >= config_.most_tasks) throw TooManyTasks();
  const auto place = executions_.enter(request.execution_id, "task", request.message);
  auto& run = place.run();
  const auto started = co_await begin(&request);
  const auto& runtime = *started.runtime;
  if (run.terminated()) throw Failed("Execution terminated");
  log::info({"turn", run.id()}, "{} started", request.origin);
  RunOrder order;
  order.message = std::move(request.message);
  order.model = request.model.value_or(config_.model);
  order.task = true;
  order.allowed_tools = std::move(request.allowed_tools);
  order.system_prompt = std::move(request.system_prompt);
  order.max_turns = request.max_turns;
  auto launch = runtime.launch(order, config_.home);
  auto ran = co_await runner_.run(std::move(launch), &run, started.limit, window_for(runtime, order.model));
  TurnEnd end;
  end.failure = failure_of(runtime, ran, {true, run.terminated(), started.limit, request.max_turns});
  end.answer = answer_of(runtime, *ran.record);
  end.time = now();
  end.session = session_.totals();
  end.record = std::move(ran.record);
  end.transcript = std::move(ran.transcript);
  note_end(request, end, run);
  co_return end;
}

void Turns::note_end(const TurnRequest& request, const TurnEnd& end, Execution& run) {
  const auto& metadata = end.record->metadata();
  const auto seconds = static_cast<double>(metadata.duration_ms.value_or(0)) / 1000;
  boost::json::object outcome{{"status", "success"}, {"detail", nullptr}, {"metadata", json::encode(metadata)}};
  if (end.failure) {
    outcome["status"] = run.terminated()                          ? "terminated"
                        : end.failure->kind == ErrorKind::timeout ? "timeout"
                                                                  : "failed";
    outcome["detail"] = end.failure->detail;
    log::warn({"turn", run.id()}, "{} failed after {:.1f} s: {}", request.origin, seconds,
              preview(end.failure->detail));
  } else {
    log::info({"turn", run.id()}, "{} ended after {:.1f} s: {}", request.origin, seconds,
              preview(last_line(end.answer)));
  }
  run.set_outcome(std::move(outcome));
}

}  // namespace trinity::agentd
