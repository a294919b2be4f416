#include "agentd/executions.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/json/array.hpp>

#include "agentd/text.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kPreview = 100;
constexpr std::chrono::milliseconds kKillAfter{5'000};
constexpr std::chrono::milliseconds kGoneAfter{7'000};

constexpr std::size_t kMostEnded = 20;
/// A program that writes a line a millisecond must not fill the event log.
constexpr std::chrono::seconds kLifeEvery{10};

boost::json::value time_or_null(const std::optional<Time>& time) {
  return time ? boost::json::value(format_z(*time)) : boost::json::value(nullptr);
}

boost::json::object told_of(const std::string& id, const ExecutionMetadata& metadata, Time started) {
  return {{"execution_id", id},
          {"type", metadata.type},
          {"message_preview", metadata.message_preview},
          {"started_at", format_z(started)}};
}

}  // namespace

Executions::Place Executions::enter(std::string id, std::string type, std::string_view message) {
  if (id.empty()) id = random_uuid();
  if (find(id)) throw Conflict("Execution id already in use");
  ExecutionMetadata metadata{std::move(type), first_characters(message, kPreview)};
  auto run = std::make_shared<Execution>(executor_, std::move(id), std::move(metadata));
  runs_.push_back(run);
  return {this, std::move(run)};
}

void Executions::began(Execution& run, const std::shared_ptr<Process>& process) {
  const bool again = run.started_at_.has_value();
  run.process_ = process;
  run.give_up_ = nullptr;
  if (again) return;
  run.started_at_ = now();
  // Those that run stand in order of their start, before those that wait.
  const auto at = std::find_if(runs_.begin(), runs_.end(), [&](const auto& one) { return one.get() == &run; });
  const auto waiting = std::find_if(runs_.begin(), at, [](const auto& one) { return !one->started_at_; });
  std::rotate(waiting, at, at + 1);
  auto told = told_of(run.id_, run.metadata_, *run.started_at_);
  told["ready_at"] = time_or_null(run.ready_at_);
  told["heard_at"] = time_or_null(run.heard_at_);
  told["phase"] = "began";
  if (changed_) changed_(told);
}

void Executions::heard(Execution& run, Time at) {
  if (!run.ready_at_) run.ready_at_ = at;
  run.heard_at_ = at;
  if (run.heard_told_at_ && at >= *run.heard_told_at_ && at - *run.heard_told_at_ < kLifeEvery) return;
  run.heard_told_at_ = at;
  if (!life_) return;
  life_({{"execution_id", run.id_},
         {"ready_at", time_or_null(run.ready_at_)},
         {"heard_at", time_or_null(run.heard_at_)}});
}

void Executions::leave(const std::shared_ptr<Execution>& run) {
  std::erase(runs_, run);
  run->left_ = true;
  run->gone_.cancel();
  const auto* status = run->outcome_.if_contains("status");
  run->live_->end(status != nullptr && status->is_string() ? std::string(status->get_string()) : "failed");
  if (!run->started_at_) return;
  auto told = told_of(run->id_, run->metadata_, *run->started_at_);
  told["phase"] = "ended";
  told["ended_at"] = format_z(now());
  for (auto& [name, value] : run->outcome_) told[name] = std::move(value);
  ended_.push_front(told);
  if (ended_.size() > kMostEnded) ended_.pop_back();
  if (changed_) changed_(told);
}

std::shared_ptr<Execution> Executions::find(const std::string& id) const {
  const auto found = std::find_if(runs_.begin(), runs_.end(), [&](const auto& run) { return run->id_ == id; });
  return found != runs_.end() ? *found : nullptr;
}

std::shared_ptr<LiveTranscript> Executions::live(const std::string& id) const {
  const auto run = find(id);
  return run ? run->live_ : nullptr;
}

std::size_t Executions::count(std::string_view type) const {
  return static_cast<std::size_t>(
      std::count_if(runs_.begin(), runs_.end(), [&](const auto& run) { return run->metadata_.type == type; }));
}

boost::json::object Executions::running() const {
  boost::json::array list;
  for (const auto& run : runs_) {
    if (!run->started_at_) continue;
    list.push_back(boost::json::object{{"execution_id", run->id_},
                                       {"started_at", format_z(*run->started_at_)},
                                       {"ready_at", time_or_null(run->ready_at_)},
                                       {"heard_at", time_or_null(run->heard_at_)},
                                       {"metadata", json::encode(run->metadata_)}});
  }
  return {{"executions", std::move(list)}};
}

std::optional<boost::json::object> Executions::status(const std::string& id) const {
  const auto run = find(id);
  if (!run || !run->started_at_) return std::nullopt;
  const auto process = run->process_.lock();
  const auto code = process ? process->exit_code() : std::nullopt;
  return boost::json::object{{"execution_id", run->id_},
                             {"running", process && !code},
                             {"returncode", json::encode(code)},
                             {"started_at", format_z(*run->started_at_)},
                             {"metadata", json::encode(run->metadata_)}};
}

Task<std::optional<Executions::Termination>> Executions::terminate(std::string id) {
  const auto run = find(id);
  if (!run) co_return std::nullopt;
  Termination done;
  const auto process = run->process_.lock();
  if (process && process->exit_code()) {
    done.outcome = Termination::Outcome::already_finished;
    done.returncode = process->exit_code();
    co_return done;
  }
  log::info("execution", "{} is terminated", id);
  run->terminated_ = true;
  if (run->give_up_) std::exchange(run->give_up_, nullptr)();
  if (!process) co_return done;
  process->interrupt(kKillAfter);
  boost::system::error_code fault;
  asio::steady_timer limit(executor_, kGoneAfter);
  // A timer of the run's own wakes this when the run leaves; it may have left by then.
  limit.async_wait([run](const boost::system::error_code& stopped) {
    if (!stopped) run->gone_.cancel();
  });
  if (!run->left_) co_await run->gone_.async_wait(asio::redirect_error(use_awaitable, fault));
  limit.cancel();
  done.returncode = process->exit_code();
  if (!done.returncode) done.outcome = Termination::Outcome::failed;
  done.signal = process->killed() ? "SIGKILL" : "SIGINT";
  co_return done;
}

}  // namespace trinity::agentd
