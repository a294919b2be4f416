#include "agentd/processes.h"

#include <unistd.h>

namespace trinity::agentd {

namespace {

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) variables.emplace_back(*at);
  return variables;
}

}  // namespace

Processes::Processes(asio::any_io_executor executor)
    : executor_(std::move(executor)), environment_(own_environment()) {}

Task<std::expected<ProcessEnd, std::string>> Processes::run(ProcessSpec spec, Process::Output output,
                                                            Started on_start) {
  if (stopping_) co_return std::unexpected(std::string("the container is stopping"));
  if (spec.environment.empty()) spec.environment = environment_;
  auto started = Process::start(executor_, std::move(spec), std::move(output));
  if (!started) co_return std::unexpected(std::move(started.error()));
  const auto process = std::move(*started);
  running_.insert(process);
  if (on_start) on_start(process);
  auto end = co_await process->wait();
  running_.erase(process);
  co_return std::move(end);
}

void Processes::stop_all() {
  stopping_ = true;
  for (const auto& process : running_) process->stop();
}

}  // namespace trinity::agentd
