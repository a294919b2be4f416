#include "agentd/turn_end.h"

#include <fmt/format.h>

#include "base/text.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kShownCause = 200;

/// The cause, best source first: what the program said in its events, its standard error, its exit status.
std::string cause_of(const RunRecord& record, const ProcessEnd& end) {
  if (!record.cause().empty()) return preview(record.cause(), kShownCause);
  const auto first = end.errors.find_first_not_of(" \t\r\n");
  if (first != std::string::npos) return preview(std::string_view(end.errors).substr(first), kShownCause);
  return end.code < 0 ? fmt::format("ended by signal {}", -end.code) : fmt::format("exit status {}", end.code);
}

TurnEnd::Failure internal(std::string detail) {
  return {ErrorKind::internal, std::move(detail)};
}

}  // namespace

std::optional<TurnEnd::Failure> failure_of(const Runtime& runtime, const Ran& ran, const TurnQuestion& question) {
  const auto& words = runtime.words();
  if (question.terminated) return internal("Execution terminated");
  if (!ran.end) return internal((question.task ? "Task execution error: " : "Execution error: ") + ran.end.error());
  switch (ran.end->cause) {
    case ProcessEnd::Cause::timed_out:
      return TurnEnd::Failure{ErrorKind::timeout,
                              fmt::format("{} timed out after {} seconds",
                                          question.task ? "Task execution" : "Execution", question.limit.count())};
    case ProcessEnd::Cause::stopped:
      return internal("Execution terminated");
    case ProcessEnd::Cause::exited:
      break;
  }
  if (ran.record->turn_limit() && question.max_turns) {
    return internal(fmt::format("Task execution failed: Turn limit of {} reached", *question.max_turns));
  }
  if (ran.end->code != 0 || ran.record->failed()) {
    return internal((question.task ? words.task_failed : words.chat_failed) + cause_of(*ran.record, *ran.end));
  }
  const auto& empty = question.task ? words.task_empty : words.chat_empty;
  if (!empty.empty() && ran.record->answer().empty()) return internal(empty);
  return std::nullopt;
}

std::string answer_of(const Runtime& runtime, const RunRecord& record) {
  if (!record.answer().empty()) return record.answer();
  if (record.tools().empty()) return runtime.words().silent;
  return record.last_output().empty() ? "(Task completed)" : record.last_output();
}

std::string all_causes(const Ran& ran) {
  return ran.end ? ran.record->cause() + "\n" + ran.end->errors : ran.end.error();
}

}  // namespace trinity::agentd
