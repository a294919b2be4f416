#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace trinity::agentd {

/// Writes log lines to a descriptor from a thread of its own. A container engine that is stopped does not read what
/// its containers print; a daemon that printed directly would hang with it. Here lines wait, at most `most` bytes of
/// them; after that the newest are dropped, and a line says how many once there is room again.
class LogOutput {
 public:
  explicit LogOutput(int descriptor, std::size_t most = 256 * 1024);
  /// Gives waiting lines a moment (200 ms) to get out.
  ~LogOutput();
  LogOutput(const LogOutput&) = delete;
  LogOutput& operator=(const LogOutput&) = delete;

  /// Never waits for the reader. Any thread. `line` is without line end.
  void write(std::string line);

 private:
  void write_lines();
  bool write_one(const std::string& line);
  bool wait_for_room();

  int descriptor_;
  std::size_t most_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace trinity::agentd
