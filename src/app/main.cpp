#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "app/backup.h"
#include "app/config.h"
#include "app/server.h"
#include "app/take_over.h"
#include "base/log.h"

namespace {

using namespace trinity;

/// A core file would hold tokens and keys.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

/// Each connection takes a descriptor and each running agent about eight; the usual limit of 1,024 is for programs that
/// still use select().
void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  if (name == "error") return log::Level::error;
  return log::Level::info;
}

/// Blocked in every thread before the first one starts, so that only main's sigwait takes them.
sigset_t block_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return set;
}

int run(const app::Config& config) {
  const auto signals = block_signals();
  app::Server server(config);
  server.start();
  log::info("app", "Trinity listens on http://{}:{}", config.bind, server.port());
  // What only the start needed (the API's description alone is some 100,000 small pieces) lies between what stays: the
  // allocator gives it back to the system only when told.
  ::malloc_trim(0);
  int received = 0;
  ::sigwait(&signals, &received);
  log::info("app", "stopping");
  server.stop();
  log::info("app", "stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  forbid_core_dumps();
  allow_descriptors();
  const auto parsed = app::parse_command_line(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  log::configure(level_of(parsed.config.log_level), parsed.config.log_format == "json");
  if (parsed.backup) return app::back_up(parsed.config, *parsed.backup, std::cout, std::cerr);
  if (parsed.take_over) return app::take_over(parsed.config, *parsed.take_over, std::cout, std::cerr);
  for (const auto& warning : parsed.warnings) log::warn("app", "{}", warning);
  try {
    return run(parsed.config);
  } catch (const std::exception& e) {
    log::error("app", "{}", e.what());
    std::fprintf(stderr, "trinityd: %s\n", e.what());
    return 1;
  }
}
