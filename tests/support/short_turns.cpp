// short-turns [--first] PROGRAM [ARGUMENT]...: becomes that program, with the wish for short turns that the server's
// threads have (src/base/scheduling.h). What measures, and nginx beside it, then wait for other programs of the machine
// as little as the server does. --first: ahead of the machine's other programs besides; the figures of the server, of
// nginx and of what asks them, each on a core, are to tell of themselves, not of what else the machine does.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>

#include "base/scheduling.h"

namespace {

constexpr int first = -20;
constexpr std::string_view first_text = "-20";

/// Where the system puts the programs of a session together (autogroup, sched(7)), it is the session's precedence that
/// counts against other sessions. The program therefore gets a session of its own; the caller's keeps its precedence.
void put_session_first() {
  ::setsid();
  const int file = ::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;  // a system that does not do so
  if (::write(file, first_text.data(), first_text.size()) < 0) std::perror("short-turns: /proc/self/autogroup");
  ::close(file);
}

void go_first() {
  // A terminal's Ctrl-C no longer reaches the session: it ends with the one that started it.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  put_session_first();
  if (::setpriority(PRIO_PROCESS, 0, first) != 0) std::perror("short-turns: setpriority");
}

}  // namespace

int main(int argc, char** argv) {
  const bool ahead = argc > 1 && std::string_view(argv[1]) == "--first";
  char** const program = argv + (ahead ? 2 : 1);
  if (*program == nullptr) {
    std::fputs("usage: short-turns [--first] PROGRAM [ARGUMENT]...\n", stderr);
    return 2;
  }
  if (ahead) go_first();
  trinity::prefer_short_turns();
  ::execvp(*program, program);
  std::perror(*program);
  return 127;
}
