#include "agentd/keeper.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace trinity::agentd {

namespace {

/// Blocked in all threads, so that only those take them who wait for them.
sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

std::optional<pid_t> number_in(std::string_view text) {
  pid_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The parent of a process, from /proc/PID/stat: `PID (NAME) STATE PARENT ...`; a name may hold anything.
std::optional<pid_t> parent_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) return std::nullopt;
  const auto rest = std::string_view(text).substr(name_end + 4);
  return number_in(rest.substr(0, rest.find(' ')));
}

std::vector<pid_t> own_children() {
  std::vector<pid_t> found;
  auto* folder = ::opendir("/proc");
  if (folder == nullptr) return found;
  while (const auto* entry = ::readdir(folder)) {
    const auto pid = number_in(static_cast<const char*>(entry->d_name));
    if (pid && parent_of(*pid) == ::getpid()) found.push_back(*pid);
  }
  ::closedir(folder);
  return found;
}

/// Everything below comes to this process when what started it has gone (a subreaper), layer by layer.
void kill_remains(std::chrono::milliseconds within) {
  const auto until = steady_now() + within;
  for (;;) {
    const auto children = own_children();
    for (const auto pid : children) ::kill(pid, SIGKILL);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (children.empty() || steady_now() >= until) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// The child's side: its own signals, and no life without its keeper.
[[noreturn]] void be_child(pid_t keeper, const std::function<int(const std::string&)>& serve, const std::string& why) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != keeper) ::_exit(1);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  pthread_sigmask(SIG_UNBLOCK, &child, nullptr);
  ::_exit(serve(why));
}

/// Waits for the end of `child`; passes on what asks for a stop. Orphans that come to this process meanwhile are
/// reaped.
int wait_for(pid_t child, const sigset_t& signals, unsigned stop_within, bool& stopping) {
  for (;;) {
    int number = 0;
    sigwait(&signals, &number);
    if (number != SIGCHLD) {
      stopping = true;
      ::alarm(stop_within);
      ::kill(child, number);
      continue;
    }
    int status = 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (ended == child) return status;
    }
  }
}

}  // namespace

int keep_alive(const std::function<int(const std::string& why)>& serve, KeeperLimits limits) {
  const auto signals = watched_signals();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<SteadyTime> crashes;
  std::string why;
  for (;;) {
    const auto keeper = ::getpid();
    const auto child = ::fork();
    if (child < 0) return 1;
    if (child == 0) be_child(keeper, serve, why);
    bool stopping = false;
    const int status = wait_for(child, signals, limits.stop_within_seconds, stopping);
    kill_remains(limits.remains_end);
    // An end that it chose is no crash: it could not start, say.
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (stopping) return 128 + WTERMSIG(status);
    why = fmt::format("the one before was killed by signal {}", WTERMSIG(status));
    const auto now = steady_now();
    std::erase_if(crashes, [&](SteadyTime at) { return now - at > limits.within; });
    crashes.push_back(now);
    if (static_cast<int>(crashes.size()) > limits.crashes) return 1;
    std::this_thread::sleep_for(limits.pause);
  }
}

}  // namespace trinity::agentd
