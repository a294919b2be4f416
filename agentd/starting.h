#pragma once
#include <stop_token>

#include "agentd/config.h"
#include "agentd/credentials/credentials.h"
#include "agentd/lane.h"
#include "agentd/processes.h"
#include "agentd/start_up.h"
#include "base/blocking.h"

namespace trinity::agentd {

/// Carries out the steps of the start-up. One that fails is told and does not keep the others from being done: the
/// agent can be reached in any case. Belongs to one I/O thread.
class Starting {
 public:
  Starting(const Config& config, StartUp& state, Credentials& credentials, Processes& processes, BlockingPool& pool,
           std::stop_token stop)
      : config_(config),
        state_(state),
        credentials_(credentials),
        processes_(processes),
        pool_(pool),
        stop_(std::move(stop)) {}

  /// Everything that has to be there before the first message: files of the template or the repository, credentials,
  /// the platform's prompt. With `hold` nobody else changes the home folder meanwhile.
  Task<> prepare(Lane::Hold hold);
  /// The agent's own script that brings back what it has installed. In the background: messages do not wait for it.
  Task<> run_setup();

 private:
  Task<> bring_workspace();
  Task<> bring_credentials();
  Task<> bring_prompt();
  Task<> from_repository();
  Task<> from_template();

  const Config& config_;
  StartUp& state_;
  Credentials& credentials_;
  Processes& processes_;
  BlockingPool& pool_;
  std::stop_token stop_;
};

}  // namespace trinity::agentd
