#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agentd/credentials/env_file.h"
#include "agentd/process.h"

namespace trinity::agentd {

/// All processes that run for this agent, so that a stop of the container can end every one of them. Belongs to one I/O
/// thread.
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
  /// The variables that programs inherit, as NAME=value: those of agentd itself, and what set_variables() has changed.
  [[nodiscard]] const std::vector<std::string>& environment() const noexcept { return environment_; }
  /// The value of one of them; empty when there is none.
  [[nodiscard]] std::string variable(std::string_view name) const;
  /// For programs that are started from now on: `set` on top of agentd's own variables, `without` left out.
  void set_variables(const std::vector<Variable>& set, const std::set<std::string>& without);

 private:
  asio::any_io_executor executor_;
  const std::vector<std::string> own_;
  std::vector<std::string> environment_;
  std::set<std::shared_ptr<Process>> running_;
  bool stopping_ = false;
};

}  // namespace trinity::agentd
