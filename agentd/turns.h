#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agentd/config.h"
#include "agentd/lane.h"
#include "agentd/processes.h"
#include "agentd/template_file.h"
#include "agentd/transcript.h"
#include "base/blocking.h"
#include "base/errors.h"

namespace trinity::agentd {

/// One message to the agent.
struct TurnRequest {
  std::string message;
  std::optional<std::string> model;
  std::string execution_id;                   ///< empty: one is made
  std::optional<std::chrono::seconds> limit;  ///< none: the runtime's own
  std::string origin = "chat";                ///< for the log: chat or autorun
};

/// Totals over all turns since agentd started.
struct SessionTotals {
  double total_cost_usd = 0;
  std::int64_t context_tokens = 0;
  std::int64_t context_window = 200'000;
  std::int64_t message_count = 0;
  std::optional<std::string> model;
};
BOOST_DESCRIBE_STRUCT(SessionTotals, (), (total_cost_usd, context_tokens, context_window, message_count, model))

/// How a turn ended. The transcript is there in both cases.
struct TurnEnd {
  struct Failure {
    ErrorKind kind;
    std::string detail;
  };
  std::optional<Failure> failure;
  std::string answer;
  std::unique_ptr<Transcript> transcript;
  SessionTotals session;
  Time time;
};

/// Waiting for a turn was in vain: too many wait already.
struct TooManyWaiting : Unavailable {
  TooManyWaiting() : Unavailable("Too many waiting chat messages") { retry_after_ = std::chrono::seconds(10); }
};

/// Runs turns of the agent's conversation through the runtime that the agent has. Belongs to one I/O thread.
class Turns {
 public:
  /// What it gets outlives it.
  Turns(const Config& config, Lane& lane, Processes& processes, BlockingPool& pool);
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Waits for its place, then runs. Throws TooManyWaiting, Conflict (the execution id is in use) and Unavailable (no
  /// runtime).
  Task<TurnEnd> chat(TurnRequest request);
  /// Runs at once in a lane that the caller holds.
  Task<TurnEnd> run(TurnRequest request, Lane::Hold hold);

  /// Reads template.yaml again and learns from it what to run.
  Task<Behaviour> reload();
  /// The name of the runtime as health shows it.
  [[nodiscard]] std::string runtime_name() const;
  [[nodiscard]] bool runtime_available() const noexcept { return runtime_.has_value(); }
  [[nodiscard]] const SessionTotals& session() const noexcept { return session_; }

 private:
  /// An execution id is taken from the moment the request is there, also while it waits.
  class Registration;

  Task<TurnEnd> run_registered(TurnRequest request);
  void log_end(const TurnRequest& request, const TurnEnd& end) const;

  const Config& config_;
  Lane& lane_;
  Processes& processes_;
  BlockingPool& pool_;
  std::string template_runtime_;
  std::expected<CommandRuntime, std::string> runtime_ = std::unexpected(std::string("The agent is starting"));
  std::set<std::string> executions_;
  SessionTotals session_;
};

/// Which program answers, from AGENT_RUNTIME and template.yaml; the text says why none does. `claude-code` is what the
/// server sets when nobody chose, so a template with a command wins over it.
[[nodiscard]] std::expected<CommandRuntime, std::string> choose_runtime(const std::string& from_environment,
                                                                        const Behaviour& behaviour);

}  // namespace trinity::agentd
