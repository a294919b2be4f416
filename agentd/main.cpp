#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "agentd/agent.h"
#include "agentd/git/rules.h"
#include "agentd/keeper.h"
#include "agentd/log_output.h"
#include "agentd/process.h"
#include "agentd/prompt/sections.h"
#include "base/log.h"

namespace {

using namespace trinity;

/// Whatever hangs, the program ends within this time after a stop was asked for (SIGALRM's default action).
constexpr unsigned kStopWithinSeconds = 7;

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

/// Blocked in all threads, so that only the main thread takes them.
sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int run(const sigset_t& signals, const std::string& why) {
  auto config = agentd::config_from(variable);
  log::info("agentd", "Trinity agent {} starts{}{}", config.agent_name, why.empty() ? "" : "; ", why);
  agentd::Agent agent(std::move(config));
  agent.start();
  int number = 0;
  sigwait(&signals, &number);
  ::alarm(kStopWithinSeconds);
  log::info("agentd", "stopping");
  agent.stop();
  log::info("agentd", "stopped");
  return 0;
}

int serve(const std::string& why) {
  // One heap for the few threads: resident memory counts in every agent.
  mallopt(M_ARENA_MAX, 1);
  // Large blocks go back to the system at once, and stay so: without this the limit grows with what was given back.
  mallopt(M_MMAP_THRESHOLD, 64 * 1024);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  // The secret is in memory; other programs of the same user may not read it there, and no core file may hold it. The
  // agent's programs have its credentials in their environment: their core files would hold those.
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  agentd::ignore_broken_pipes();
  const auto signals = stop_signals();
  agentd::LogOutput output(STDOUT_FILENO);
  log::configure(log::Level::info, true);
  log::redirect([&output](std::string line) { output.write(std::move(line)); });
  try {
    return run(signals, why);
  } catch (const std::exception& e) {
    log::error("agentd", "cannot start: {}", e.what());
    return 1;
  }
}

/// Git runs this on CLAUDE.md: what it sees is the text without the platform's sections.
int clean_claude_md() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  std::cout << agentd::without_sections(text) << std::flush;
  return std::cout ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::string_view(arguments[1]) == agentd::kCleanArgument) return clean_claude_md();
  return agentd::keep_alive(serve);
}
