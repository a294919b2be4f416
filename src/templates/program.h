#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace trinity::templates {

/// A program to run once, without a shell and without anybody to ask.
struct ProgramSpec {
  std::vector<std::string> argv;         ///< argv[0] is looked up in PATH
  std::vector<std::string> environment;  ///< NAME=value; nothing else of this process's own
  std::filesystem::path folder;          ///< working directory
  /// What the program reads from descriptor 3, as often as it likes; it is in no file, no argument, no variable.
  std::string secret;
  std::chrono::milliseconds limit{60'000};
  std::size_t most_output = std::size_t{1} << 20U;  ///< bytes; the program is ended beyond
  std::uint64_t most_written = 0;                   ///< bytes in files below `watched`; 0: not looked at
  std::filesystem::path watched;
};

struct ProgramEnd {
  enum class Cause { exited, timed_out, too_much, stopped, not_started };
  Cause cause = Cause::exited;
  int code = 0;  ///< exit code, or the negative number of the signal that ended it
  std::string out;
  std::string errors;  ///< at most 16 KiB
};

/// Runs it in a process group of its own and waits for its end; the whole group ends with it, at the limit, or when a
/// stop is asked for. It inherits its three standard descriptors and the secret, nothing else. Blocks: on a thread for
/// such work only. Any number of threads.
[[nodiscard]] ProgramEnd run_program(const ProgramSpec& spec, const std::stop_token& stop);

}  // namespace trinity::templates
