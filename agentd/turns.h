#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agentd/config.h"
#include "agentd/lane.h"
#include "agentd/runner.h"
#include "agentd/session.h"
#include "agentd/template_file.h"
#include "base/errors.h"

namespace trinity::agentd {

/// One message to the agent.
struct TurnRequest {
  std::string message;
  std::optional<std::string> model;
  std::string execution_id;                   ///< empty: one is made
  std::optional<std::chrono::seconds> limit;  ///< none: the runtime's own
  std::string origin = "chat";                ///< for the log: chat, task or autorun
  std::vector<std::string> allowed_tools;     ///< tasks only, as the two below
  std::string system_prompt;
  std::optional<std::int64_t> max_turns;
};

/// How a turn ended. Record and transcript are there in both cases.
struct TurnEnd {
  struct Failure {
    ErrorKind kind;
    std::string detail;
  };
  std::optional<Failure> failure;
  std::string answer;
  std::unique_ptr<RunRecord> record;
  std::shared_ptr<Transcript> transcript;
  SessionTotals session;
  Time time;
};

/// Waiting for a turn was in vain: too many wait already.
struct TooManyWaiting : Unavailable {
  TooManyWaiting() : Unavailable("Too many waiting chat messages") { retry_after_ = std::chrono::seconds(10); }
};
struct TooManyTasks : Unavailable {
  TooManyTasks() : Unavailable("Too many parallel tasks") { retry_after_ = std::chrono::seconds(10); }
};

using RuntimeChoice = std::expected<std::shared_ptr<const Runtime>, std::string>;

/// Runs turns of the agent's conversation, and tasks beside it, through the runtime that the agent has. Belongs to one
/// I/O thread.
class Turns {
 public:
  /// What it gets outlives it.
  Turns(const Config& config, Lane& lane, Runner& runner, Executions& executions, Processes& processes,
        BlockingPool& pool);
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Waits for its place, then runs. Throws TooManyWaiting, Conflict (the execution id is in use), Unavailable (no
  /// runtime) and Failed (no key for the provider).
  Task<TurnEnd> chat(TurnRequest request);
  /// Runs at once in a lane that the caller holds.
  Task<TurnEnd> run(TurnRequest request, Lane::Hold hold);
  /// Runs at once beside everything else, without conversation. Throws TooManyTasks and what chat() throws.
  Task<TurnEnd> task(TurnRequest request);

  /// Reads template.yaml again and learns from it what to run.
  Task<Behaviour> reload();
  /// Brings back what a run of agentd before this one kept. After the first reload(), before the first turn.
  Task<> restore();
  /// Forgets the conversation. Running turns go on and add nothing to the new one.
  Task<> reset();
  /// Why the model cannot be chosen; empty: it counts from the next turn on.
  std::string choose_model(const std::string& model);

  /// Done before every run.
  using Prepare = std::function<Task<>()>;
  void before_each(Prepare prepare) { prepare_ = std::move(prepare); }

  /// Called after every change of the session.
  void on_session(std::function<void()> changed) { session_changed_ = std::move(changed); }

  /// The runtime that the agent has, also when its program is not there.
  [[nodiscard]] const Runtime& runtime() const noexcept { return *known_; }
  [[nodiscard]] bool runtime_available() const noexcept { return choice_.has_value(); }
  [[nodiscard]] const Session& session() const noexcept { return session_; }

 private:
  struct Started {
    std::shared_ptr<const Runtime> runtime;
    std::chrono::seconds limit{};
    std::uint64_t generation = 0;
    Time asked;
  };
  Task<Started> begin(const TurnRequest* request);
  Task<TurnEnd> run_chat(TurnRequest request, Execution* place);
  [[nodiscard]] std::int64_t window_for(const Runtime& runtime, const std::string& model) const;
  void add_turn(const Started& started, std::string message, const Ran& ran, const TurnEnd& end);
  Task<> save();
  void tell_session() const {
    if (session_changed_) session_changed_();
  }
  static void note_end(const TurnRequest& request, const TurnEnd& end, Execution& run);

  const Config& config_;
  Lane& lane_;
  Runner& runner_;
  Executions& executions_;
  Processes& processes_;
  BlockingPool& pool_;
  std::shared_ptr<const Runtime> known_;
  RuntimeChoice choice_ = std::unexpected(std::string("The agent is starting"));
  Session session_;
  std::function<void()> session_changed_;
  Prepare prepare_;
};

/// Which program answers, from AGENT_RUNTIME and template.yaml; the text says why none does. `claude-code` is what the
/// server sets when nobody chose, so a template with a command wins over it.
[[nodiscard]] RuntimeChoice choose_runtime(const std::string& from_environment, const Behaviour& behaviour);

/// Whether a program can be found: a path, or a name in one of the folders of `path` (as the variable PATH has them).
[[nodiscard]] bool program_exists(const std::string& program, const std::string& path);

}  // namespace trinity::agentd
