// Runs that an earlier life of the server began.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"
#include "executions/runs.h"

namespace trinity::executions {

namespace {

using std::chrono::seconds;
constexpr seconds longest_take_up{7'300};
constexpr std::int64_t taken_up_together = 250;
constexpr std::size_t looked_for_together = 32;
constexpr seconds between_looks{5};

}  // namespace

Task<Verdict> Runs::taken_up(Call call, const fleet::Agent* agent, const Reading* reading, Run* run,
                             std::optional<Turn>* held) {
  auto seen = co_await look_for(call, agent, reading, run, std::nullopt);
  if (seen.goes_on) {
    // For hours perhaps: the others need not wait for it.
    if (held != nullptr) held->reset();
    tell(RunNews::Kind::began, *run, run->record);
    seen = co_await look_for(call, agent, reading, run, steady_now() + longest_take_up);
  }
  if (seen.verdict) co_return std::move(*seen.verdict);
  if (run->lost().empty()) co_await stop_quietly(call, agent, run->id);
  co_return Verdict{Ending::failed(std::string(restarted)), {}, 503};
}

Task<Verdict> Runs::take_up(Call call, fleet::AgentPtr agent, Reading reading, RunPtr run) {
  auto verdict = co_await taken_up(call, agent.get(), &reading, run.get(), nullptr);
  auto why = run->unwanted();
  if (!why.empty() && !verdict.ending.success) verdict.ending.error = std::move(why);
  co_return verdict;
}

void Runs::take_up_all(const asio::any_io_executor& executor, std::set<std::string> kept) {
  spawn("runs of an earlier life", executor, take_up_each(this, std::move(kept)));
}

/// A database that is busy at the start is asked again.
Task<std::vector<ExecutionStore::Open>> Runs::open_after(Call call, std::int64_t after) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    try {
      co_return co_await store().running(call, after, taken_up_together);
    } catch (const std::exception& e) {
      log::error("executions", "the runs of an earlier life cannot be read: {}", e.what());
    }
    pause.expires_after(between_looks);
    co_await pause.async_wait(use_awaitable);
  }
}

/// For those who watch; the end is stored without it.
Task<std::shared_ptr<const Execution>> Runs::record_at_start(Call call, const ExecutionStore::Open* open) {
  Execution record;
  record.id = open->id;
  record.agent_name = open->agent_name;
  try {
    auto found = co_await store().find(call, open->agent_name, open->id, false);
    if (found) record = std::move(*found);
  } catch (const std::exception& e) {
    log::warn("executions", "the record of run {} cannot be read now: {}", open->id, e.what());
  }
  co_return std::make_shared<const Execution>(std::move(record));
}

Task<> Runs::take_up_each(Runs* runs, std::set<std::string> kept) {
  BackgroundCall job("executions");
  const auto here = co_await asio::this_coro::executor;
  std::vector<ExecutionStore::Open> all;
  for (std::int64_t after = 0;;) {
    auto batch = co_await runs->open_after(job.call(), after);
    if (batch.empty()) break;
    after = batch.back().place;
    for (auto& open : batch) {
      // This life's own runs began after the start.
      if (!runs->book().has(open.id) && !kept.contains(open.id)) all.push_back(std::move(open));
    }
  }
  for (const auto& open : all) kept.insert(open.id);
  co_await runs->activities().repair(job.call(), std::move(kept), std::string(restarted));
  const auto gate = std::make_shared<Gate>(looked_for_together);
  for (auto& open : all) {
    auto permit = co_await gate->enter(longest_take_up);
    Turn turn{gate, std::move(permit)};
    spawn("run of an earlier life", here, take_up_one(runs, std::move(open), std::move(turn)));
  }
}

Task<> Runs::take_up_one(Runs* runs, ExecutionStore::Open open, Turn turn) {
  std::optional<Turn> held(std::move(turn));
  BackgroundCall job("executions");
  const auto agent = co_await runs->running_agent(open.agent_name);
  fleet::Agent nobody;
  nobody.name = open.agent_name;
  auto place = runs->book().enter_anyway(open.id, RunKind::task, agent ? *agent : nobody);
  auto& run = place.run();
  run.record = co_await runs->record_at_start(job.call(), &open);
  Verdict verdict{Ending::failed(std::string(restarted)), {}, 503};
  const Reading reading{RunKind::task, task_execution(open.id)};
  if (agent) verdict = co_await runs->taken_up(job.call(), agent.get(), &reading, &run, &held);
  auto why = run.unwanted();
  if (!why.empty() && !verdict.ending.success) verdict.ending.error = std::move(why);
  activities::Ending ended;
  ended.success = verdict.ending.success;
  ended.error = verdict.ending.error;
  const bool success = verdict.ending.success;
  co_await runs->activities().end_of_execution(job.call(), open.id, std::move(ended));
  Closing closing{std::move(verdict.ending)};
  co_await runs->close(job.call(), std::move(place), std::move(closing));
  log::info("executions", "run {} on {} of an earlier life of the server: {}", open.id, open.agent_name,
            success ? "success" : "failed");
}

}  // namespace trinity::executions
