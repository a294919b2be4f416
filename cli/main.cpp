#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "cli/curl_api.h"
#include "cli/program.h"

namespace {

trinity::cli::Extent extent_of_output() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trinity::cli;
  // Tokens are in memory and perhaps in the environment: no core file may hold them, and no other program read them.
  ::prctl(PR_SET_DUMPABLE, 0);
  std::signal(SIGPIPE, SIG_DFL);  // `trinityctl ... | head` ends quietly
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  Terminal terminal{.out = std::cout,
                    .err = std::cerr,
                    .in = std::cin,
                    .person_reads = on_terminal,
                    .person_types = ::isatty(STDIN_FILENO) == 1,
                    .colour = on_terminal && variable("TERM").value_or("") != "dumb",
                    .extent = extent_of_output};
  return run({argv + 1, argv + argc}, {terminal, connect_by_curl, variable, wait_seconds});
}
