#pragma once
#include <optional>
#include <string>

#include "executions/call_headers.h"
#include "executions/run_keys.h"
#include "executions/runs.h"

namespace trinity::executions {

/// What the caller of a chat or task gets.
struct RunAnswer {
  unsigned status = 200;
  std::string body{};           ///< JSON, for 200 and 202
  boost::json::value detail{};  ///< else
  std::optional<std::int64_t> retry_after_s{};
  bool asynchronous = false;  ///< as the caller preferred
  bool replayed = false;      ///< of a run that was begun before under the same key

  static RunAnswer refused(unsigned status, boost::json::value detail) { return {status, {}, std::move(detail)}; }
};
[[nodiscard]] http::Response response_of(RunAnswer answer);
/// What the record of a run that has ended tells its caller, in the words of the first answer.
[[nodiscard]] RunAnswer replay_of(const Execution& record, const Reading& reading);

/// Tasks: runs beside the conversation, any number at once up to the limits. Access is checked here. Any I/O thread.
class TaskService {
 public:
  /// Both must outlive it.
  TaskService(Runs& runs, RunKeys& keys) : runs_(runs), keys_(keys) {}

  /// Runs it and waits for its end; the record stands before the answer. `digest`: of the request's body. A caller that
  /// goes away leaves the run going. Throws NotFound, Forbidden, Unavailable, Unprocessable.
  Task<RunAnswer> run(Call call, CallerPtr caller, std::string name, TaskRequest request, CallHeaders headers,
                      std::string digest);

 private:
  /// A task that has begun.
  struct Begun {
    fleet::AgentPtr agent;
    TaskRequest request;
    RunBook::Place place;
    std::string chat_start;     ///< activity
    std::string collaboration;  ///< activity; empty: nobody's
  };
  Task<> tell_activities(Call call, CallerPtr caller, std::string source, Begun* begun);
  Task<RunAnswer> replay(Call call, KeyRow row, bool asynchronous);
  static Task<RunAnswer> finish(TaskService* service, Call call, Begun begun);
  static Task<> finish_alone(TaskService* service, Begun begun);

  Runs& runs_;
  RunKeys& keys_;
};

}  // namespace trinity::executions
