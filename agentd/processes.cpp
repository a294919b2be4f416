#include "agentd/processes.h"

#include <unistd.h>

#include <algorithm>
#include <functional>

namespace trinity::agentd {

namespace {

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) variables.emplace_back(*at);
  return variables;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

}  // namespace

Processes::Processes(asio::any_io_executor executor)
    : executor_(std::move(executor)), own_(own_environment()), environment_(own_) {}

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

std::string Processes::variable(std::string_view name) const {
  for (const auto& one : environment_) {
    if (name_of(one) == name) return one.substr(std::min(name.size() + 1, one.size()));
  }
  return {};
}

void Processes::set_variables(const std::vector<Variable>& set, const std::set<std::string>& without) {
  std::set<std::string, std::less<>> replaced(without.begin(), without.end());
  std::vector<std::string> added;
  for (const auto& variable : set) {
    replaced.insert(variable.name);
    added.push_back(variable.name + "=" + variable.value);
  }
  environment_.clear();
  for (const auto& one : own_) {
    if (!replaced.contains(name_of(one))) environment_.push_back(one);
  }
  environment_.insert(environment_.end(), added.begin(), added.end());
}

void Processes::stop_all() {
  stopping_ = true;
  for (const auto& process : running_) process->stop();
}

}  // namespace trinity::agentd
