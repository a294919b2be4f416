#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agentd/process.h"

namespace trinity::agentd {

/// All processes that run for this agent, so that a stop of the container can end every one of them. Belongs to one
/// I/O thread.
class Processes {
 public:
  explicit Processes(asio::any_io_executor executor);
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  /// Called with the process once it has been started.
  using Started = std::function<void(const std::shared_ptr<Process>&)>;

  /// Starts a program and waits for its end; the text says why it could not be started. After stop_all() nothing is
  /// started any more.
  Task<std::expected<ProcessEnd, std::string>> run(ProcessSpec spec, Process::Output output, Started on_start = {});
  /// Asks all to end; each is killed 2 s later if need be.
  void stop_all();
  [[nodiscard]] bool empty() const noexcept { return running_.empty(); }
  /// The variables that programs inherit. Taken once, at start.
  [[nodiscard]] const std::vector<std::string>& environment() const noexcept { return environment_; }

 private:
  asio::any_io_executor executor_;
  std::vector<std::string> environment_;
  std::set<std::shared_ptr<Process>> running_;
  bool stopping_ = false;
};

}  // namespace trinity::agentd
