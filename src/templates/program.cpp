#include "templates/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace trinity::templates {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_errors = 16 * 1024;
constexpr int secret_descriptor = 3;
/// How often the limits are looked at while nothing is printed.
constexpr std::chrono::milliseconds look_every{100};
/// A grandchild may hold the pipes open after the program has ended.
constexpr std::chrono::milliseconds output_after_end{500};

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  // Only this end: the child expects one that waits.
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Memory that reads like a file and is in no folder. Not open: it cannot be had.
Descriptor in_memory(const std::string& text) {
  Descriptor made(::memfd_create("trinity", MFD_CLOEXEC));
  std::size_t written = 0;
  while (made.is_open() && written < text.size()) {
    const auto n = ::write(made.number(), text.data() + written, text.size() - written);
    if (n <= 0) return Descriptor();
    written += static_cast<std::size_t>(n);
  }
  return made;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    // The child starts with nothing blocked or ignored and leads a group of its own.
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  void connect(int out, int err, int secret, const fs::path& folder) {
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, secret, secret_descriptor);
    // Not every descriptor of the libraries is marked close-on-exec.
    posix_spawn_file_actions_addclosefrom_np(&actions_, secret_descriptor + 1);
  }
  /// 0 or an errno.
  int launch(pid_t& child, const ProgramSpec& spec) {
    auto argv = pointers_to(spec.argv);
    auto environment = pointers_to(spec.environment);
    return ::posix_spawnp(&child, argv.front(), &actions_, &attributes_, argv.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::uint64_t size_of(const fs::path& folder) {
  std::uint64_t all = 0;
  std::error_code fault;
  // Stepped by hand: files come and go meanwhile.
  for (fs::recursive_directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    std::error_code gone;
    if (!at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) all += size;
  }
  return all;
}

/// A child that is being waited for.
class Run {
 public:
  Run(const ProgramSpec& spec, const std::stop_token& stop) : spec_(spec), stop_(stop) {}
  ~Run() {
    if (child_ > 0) finish();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  ProgramEnd go();

 private:
  bool start();
  void read_outputs(std::chrono::milliseconds within);
  bool read_from(Descriptor& from, std::string& into, std::size_t most, bool counts);
  void look_at_limits();
  bool has_ended();
  void end_with(ProgramEnd::Cause cause);
  void finish();

  const ProgramSpec& spec_;
  const std::stop_token& stop_;
  ProgramEnd end_;
  pid_t child_ = -1;
  Descriptor out_;
  Descriptor err_;
  bool killed_ = false;
};

bool Run::start() {
  auto out = make_pipe();
  auto err = make_pipe();
  auto secret = in_memory(spec_.secret);
  if (!out || !err || !secret.is_open()) {
    end_.errors = std::strerror(errno);
    return false;
  }
  // A number below 4 would be overwritten before it is copied.
  Descriptor high(::fcntl(secret.number(), F_DUPFD_CLOEXEC, 10));
  SpawnSettings settings;
  settings.connect(out->writing.number(), err->writing.number(), high.number(), spec_.folder);
  if (const int fault = settings.launch(child_, spec_); fault != 0) {
    child_ = -1;
    end_.errors = std::strerror(fault);
    return false;
  }
  if (spec_.most_written > 0) {
    const rlimit most{spec_.most_written, spec_.most_written};
    ::prlimit(child_, RLIMIT_FSIZE, &most, nullptr);
  }
  out_ = std::move(out->reading);
  err_ = std::move(err->reading);
  return true;
}

/// False: its end was reached.
bool Run::read_from(Descriptor& from, std::string& into, std::size_t most, bool counts) {
  std::array<char, 16 * 1024> chunk{};
  while (true) {
    const auto n = ::read(from.number(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    if (n == 0) return false;
    const auto room = most - std::min(most, into.size());
    into.append(chunk.data(), std::min(static_cast<std::size_t>(n), room));
    if (counts && static_cast<std::size_t>(n) > room) end_with(ProgramEnd::Cause::too_much);
  }
}

void Run::read_outputs(std::chrono::milliseconds within) {
  std::array<pollfd, 2> wanted{{{out_.number(), POLLIN, 0}, {err_.number(), POLLIN, 0}}};
  if (::poll(wanted.data(), wanted.size(), static_cast<int>(within.count())) <= 0) return;
  if (wanted[0].revents != 0 && !read_from(out_, end_.out, spec_.most_output, true)) out_.close();
  if (wanted[1].revents != 0 && !read_from(err_, end_.errors, most_errors, false)) err_.close();
}

/// Looks without reaping: until finish() the number belongs to nobody else.
bool Run::has_ended() {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return true;
  if (info.si_pid != child_) return false;
  end_.code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  return true;
}

void Run::end_with(ProgramEnd::Cause cause) {
  if (killed_) return;
  killed_ = true;
  end_.cause = cause;
  ::kill(-child_, SIGKILL);
}

void Run::look_at_limits() {
  if (stop_.stop_requested()) end_with(ProgramEnd::Cause::stopped);
  if (spec_.most_written > 0 && size_of(spec_.watched) > spec_.most_written) end_with(ProgramEnd::Cause::too_much);
}

void Run::finish() {
  ::kill(-child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

ProgramEnd Run::go() {
  if (!start()) {
    end_.cause = ProgramEnd::Cause::not_started;
    return std::move(end_);
  }
  const auto until = steady_now() + spec_.limit;
  std::optional<SteadyTime> ended_at;
  SteadyTime looked{};
  while (true) {
    const auto time = steady_now();
    if (!ended_at && has_ended()) ended_at = time;
    if (ended_at && ((!out_.is_open() && !err_.is_open()) || time >= *ended_at + output_after_end)) break;
    if (!ended_at && time >= until) end_with(ProgramEnd::Cause::timed_out);
    if (!ended_at && time >= looked + look_every) {
      looked = time;
      look_at_limits();
    }
    // With both pipes closed and the program still there, poll only waits.
    read_outputs(ended_at || killed_ ? std::chrono::milliseconds(5) : std::chrono::milliseconds(20));
  }
  // A file that reached its size limit ends the program by a signal of its own.
  if (!killed_ && end_.code == -SIGXFSZ) end_.cause = ProgramEnd::Cause::too_much;
  finish();
  return std::move(end_);
}

}  // namespace

ProgramEnd run_program(const ProgramSpec& spec, const std::stop_token& stop) {
  return Run(spec, stop).go();
}

}  // namespace trinity::templates
