#include "agentd/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/spawn.h"

namespace trinity::agentd {

namespace {

using Pipe = asio::posix::stream_descriptor;

constexpr std::chrono::milliseconds kKillAfter{2'000};
/// A grandchild may hold the pipes open after the program has ended.
constexpr std::chrono::milliseconds kOutputAfterEnd{1'000};
constexpr std::chrono::milliseconds kLookAgain{20};
constexpr std::size_t kChunk = 16 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct PipeEnds {
  Descriptor reading;
  Descriptor writing;
};

std::optional<PipeEnds> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return PipeEnds{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// The three arrays that posix_spawn wants, pointing into texts that outlive them.
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

  void connect(int in, int out, int err, const std::filesystem::path& folder) {
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    // Not every descriptor of the libraries is marked close-on-exec.
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  }
  /// 0 or an errno.
  int launch(pid_t& child, const ProcessSpec& spec) {
    auto argv = pointers_to(spec.argv);
    auto environment = pointers_to(spec.environment);
    return ::posix_spawnp(&child, argv.front(), &actions_, &attributes_, argv.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

struct Process::State {
  State(const asio::any_io_executor& executor, ProcessSpec s, Output o)
      : spec(std::move(s)),
        output(std::move(o)),
        in(executor),
        out(executor),
        err(executor),
        exit(executor),
        changed(executor) {}

  ProcessSpec spec;
  Output output;
  pid_t child = -1;
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe exit;                   ///< readable when the child has ended; closed where the kernel has no such descriptor
  asio::steady_timer changed;  ///< cancelled at every change, which wakes wait()
  int open_outputs = 2;
  bool ended = false;  ///< the child has ended; not reaped, so its number is not given to another
  bool reaped = false;
  bool stopping = false;
  std::size_t handed_on = 0;
  ProcessEnd end;
  SteadyTime limit_at;
  std::optional<SteadyTime> kill_at;
  std::optional<SteadyTime> ended_at;

  void signal_group(int number) const noexcept {
    if (child > 0 && !reaped) ::kill(-child, number);
  }
  void wake() { changed.cancel(); }
  void take_output(std::string_view piece) {
    const auto room = spec.most_output - std::min(spec.most_output, handed_on);
    if (piece.size() > room) end.output_cut = true;
    piece = piece.substr(0, room);
    handed_on += piece.size();
    if (!piece.empty() && output) output(piece);
  }
  void take_errors(std::string_view piece) {
    const auto room = spec.most_errors - std::min(spec.most_errors, end.errors.size());
    end.errors.append(piece.substr(0, room));
  }
  /// Looks whether the child has ended, without reaping it.
  void look() {
    siginfo_t info{};
    if (ended || ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return;
    if (info.si_pid != child) return;
    ended = true;
    ended_at = steady_now();
    end.code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  }
  void reap() {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    reaped = true;
  }
};

namespace {

/// Raw pointers are safe in these: each holds the shared state for as long as it runs.
template <class S>
Task<> feed_input(std::shared_ptr<S> state) {
  boost::system::error_code fault;
  // A program may end or close its input without reading it all: no fault.
  co_await asio::async_write(state->in, asio::buffer(state->spec.input), asio::redirect_error(use_awaitable, fault));
  state->in.close(fault);
  std::string().swap(state->spec.input);
}

template <class S>
Task<> read_output(std::shared_ptr<S> state, bool errors) {
  auto& pipe = errors ? state->err : state->out;
  std::string chunk(kChunk, '\0');
  boost::system::error_code fault;
  while (true) {
    const auto n = co_await pipe.async_read_some(asio::buffer(chunk), asio::redirect_error(use_awaitable, fault));
    if (fault) break;
    const std::string_view piece(chunk.data(), n);
    if (errors) {
      state->take_errors(piece);
    } else {
      state->take_output(piece);
    }
  }
  --state->open_outputs;
  state->wake();
}

template <class S>
Task<> watch_exit(std::shared_ptr<S> state) {
  boost::system::error_code fault;
  co_await state->exit.async_wait(asio::posix::descriptor_base::wait_read, asio::redirect_error(use_awaitable, fault));
  if (!fault) state->look();
  // Should the two ever disagree, wait() goes on by looking at intervals.
  if (!state->ended) state->exit.close(fault);
  state->wake();
}

}  // namespace

Process::Process(std::shared_ptr<State> state) : state_(std::move(state)) {}

Process::~Process() {
  // Left without waiting (the program ends): the child must not stay.
  if (!state_->reaped) {
    state_->signal_group(SIGKILL);
    state_->reap();
  }
}

std::expected<std::shared_ptr<Process>, std::string> Process::start(const asio::any_io_executor& executor,
                                                                    ProcessSpec spec, Output output) {
  auto in = make_pipe();
  auto out = make_pipe();
  auto err = make_pipe();
  if (!in || !out || !err) return std::unexpected(fmt::format("no pipe: {}", std::strerror(errno)));
  auto state = std::make_shared<State>(executor, std::move(spec), std::move(output));
  SpawnSettings settings;
  settings.connect(in->reading.number(), out->writing.number(), err->writing.number(), state->spec.folder);
  if (const int fault = settings.launch(state->child, state->spec); fault != 0) {
    return std::unexpected(fmt::format("{}: {}", state->spec.argv.front(), std::strerror(fault)));
  }
  // From here on the child is not forgotten, whatever throws below.
  std::shared_ptr<Process> process(new Process(state));
  state->limit_at = steady_now() + state->spec.limit;
  state->in.assign(in->writing.release());
  state->out.assign(out->reading.release());
  state->err.assign(err->reading.release());
  if (const auto watch = static_cast<int>(::syscall(SYS_pidfd_open, state->child, 0)); watch >= 0) {
    state->exit.assign(watch);
    trinity::spawn("process exit", executor, watch_exit(state));
  }
  trinity::spawn("process input", executor, feed_input(state));
  trinity::spawn("process output", executor, read_output(state, false));
  trinity::spawn("process errors", executor, read_output(state, true));
  return process;
}

Task<ProcessEnd> Process::wait() {
  const auto state = state_;
  boost::system::error_code fault;
  while (true) {
    state->look();
    const auto time = steady_now();
    if (!state->ended && !state->kill_at && time >= state->limit_at) {
      state->end.cause = ProcessEnd::Cause::timed_out;
      state->kill_at = time;
    }
    if (!state->ended && state->kill_at && time >= *state->kill_at) {
      state->end.killed = true;
      state->signal_group(SIGKILL);
    }
    if (state->ended && (state->open_outputs == 0 || time >= *state->ended_at + kOutputAfterEnd)) break;

    auto until = state->ended ? *state->ended_at + kOutputAfterEnd : state->kill_at.value_or(state->limit_at);
    // Without a descriptor for the exit, and after a kill, look at short intervals.
    if (!state->ended && (!state->exit.is_open() || until <= time)) until = time + kLookAgain;
    state->changed.expires_at(until);
    co_await state->changed.async_wait(asio::redirect_error(use_awaitable, fault));
  }
  state->signal_group(SIGKILL);
  state->reap();
  state->in.close(fault);
  state->out.close(fault);
  state->err.close(fault);
  state->exit.close(fault);
  co_return std::move(state->end);
}

void Process::stop() {
  if (state_->ended || state_->stopping) return;
  state_->stopping = true;
  state_->end.cause = ProcessEnd::Cause::stopped;
  state_->kill_at = steady_now() + kKillAfter;
  state_->signal_group(SIGTERM);
  state_->wake();
}

void Process::interrupt(std::chrono::milliseconds kill_after) {
  if (state_->ended || state_->stopping) return;
  state_->stopping = true;
  state_->end.cause = ProcessEnd::Cause::stopped;
  state_->kill_at = steady_now() + kill_after;
  if (state_->child > 0 && !state_->reaped) ::kill(state_->child, SIGINT);
  state_->wake();
}

std::optional<int> Process::exit_code() const {
  if (!state_->reaped) state_->look();
  return state_->ended ? std::optional<int>(state_->end.code) : std::nullopt;
}

bool Process::killed() const noexcept {
  return state_->end.killed;
}

int Process::id() const noexcept {
  return state_->child;
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace trinity::agentd
