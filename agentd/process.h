#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"

namespace trinity::agentd {

/// A program to run once.
struct ProcessSpec {
  std::vector<std::string> argv;         ///< argv[0] is looked up in PATH when it has no slash
  std::filesystem::path folder;          ///< working directory
  std::vector<std::string> environment;  ///< NAME=value
  std::string input;                     ///< for its standard input, which is then closed
  std::chrono::milliseconds limit{900'000};
  std::size_t most_output = 64 * 1024 * 1024;  ///< bytes handed on; more is read and dropped
  std::size_t most_errors = 1024 * 1024;       ///< bytes of standard error kept; more is read and dropped
};

/// How it ended.
struct ProcessEnd {
  enum class Cause { exited, timed_out, stopped };
  Cause cause = Cause::exited;
  int code = 0;  ///< exit code, or the negative number of the signal that ended it
  std::string errors;
  bool output_cut = false;
  bool killed = false;  ///< SIGKILL had to be sent
};

/// A child process in a process group of its own, with pipes for input, output and errors that are served side by side
/// without blocking. It inherits nothing but these pipes. Whatever happens, its end is reported: by itself, by the time
/// limit (the whole group is killed), or by stop(). What it leaves behind in its group ends with it.
///
/// Belongs to one I/O thread: everything is called there.
class Process {
 public:
  /// Called with pieces of standard output as they come.
  using Output = std::function<void(std::string_view)>;

  /// Starts the program; the text says why it could not be started.
  static std::expected<std::shared_ptr<Process>, std::string> start(const asio::any_io_executor& executor,
                                                                    ProcessSpec spec, Output output);
  /// Waits for its end and that of its output. Call once.
  Task<ProcessEnd> wait();
  /// Asks the group to end (SIGTERM) and kills it 2 s later. Safe after the end.
  void stop();
  /// Interrupts the program (SIGINT, it alone: it ends its own children) and kills the group after `kill_after`. Safe
  /// after the end.
  void interrupt(std::chrono::milliseconds kill_after);
  /// The exit code or the negative number of the signal when the program has ended, even if its output is still being
  /// read.
  [[nodiscard]] std::optional<int> exit_code() const;
  /// SIGKILL had to be sent.
  [[nodiscard]] bool killed() const noexcept;
  [[nodiscard]] int id() const noexcept;

  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

 private:
  struct State;
  explicit Process(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// Writing to a child that does not read must fail, not end this program. Once, at start.
void ignore_broken_pipes();

}  // namespace trinity::agentd
