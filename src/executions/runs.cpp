#include "executions/runs.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"

namespace trinity::executions {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
/// Of storing an end, before the client gets its answer all the same.
constexpr int attempts_in_time = 5;
constexpr int longest_pause = 60;
constexpr seconds answer_comes_within{2};
constexpr seconds longest_run{7'300};
constexpr milliseconds all_stop_within{700};
constexpr milliseconds stopped_within{950};
/// A run whose end another life of the server, or another call, waits for.
constexpr seconds between_looks{1};
constexpr int looks_at_start = 60;

fleet::AgentPtr running_in(const fleet::Snapshot& snapshot, const std::string& name) {
  const auto* entry = snapshot.find(name);
  const bool there = entry != nullptr && entry->agent->status == "running" && !entry->agent->address.empty();
  return there ? entry->agent : nullptr;
}

}  // namespace

Runs::Runs(const Parts& parts, RunRules rules) : parts_(parts), lookup_(parts.fleet), rules_(std::move(rules)) {}

std::optional<RunRefusal> Runs::refusal(const std::string& agent) const {
  return rules_.refusal ? rules_.refusal(agent) : std::nullopt;
}

seconds Runs::limit_of(const std::string& agent, seconds wanted) const {
  const auto most = rules_.longest_run ? rules_.longest_run(agent) : std::nullopt;
  return most ? std::min(wanted, *most) : wanted;
}

std::optional<RunBook::Place> Runs::enter_task(Call call, std::string id, const fleet::Agent& agent) {
  const auto least = book().limits().least_free;
  const auto free = least > 0 && rules_.free_memory ? rules_.free_memory() : std::nullopt;
  if (free && *free < least) {
    log::warn({"executions", call.id()}, "no task for {}: the machine has {} MiB of memory left, {} are needed",
              agent.name, *free >> 20U, least >> 20U);
    return std::nullopt;
  }
  auto place = book().enter(std::move(id), agent);
  if (!place) log::warn({"executions", call.id()}, "no task for {}: too many run already", agent.name);
  return place;
}

void Runs::tell(RunNews::Kind kind, const Run& run, std::shared_ptr<const Execution> record,
                std::optional<Outcome> outcome) const {
  RunNews news;
  news.kind = kind;
  news.outcome = std::move(outcome);
  news.agent = run.agent;
  news.run = run.id;
  news.chat = run.kind == RunKind::chat;
  news.record = std::move(record);
  news.caller_user_id = run.caller;
  parts_.board.tell(news);
}

Task<fleet::AgentPtr> Runs::running_agent(std::string name) {
  auto current = co_await lookup_.snapshot();
  asio::steady_timer pause(co_await asio::this_coro::executor);
  // Right after the start the engine may have told nothing yet.
  for (int looks = 0; !current->loaded && looks < looks_at_start; ++looks) {
    pause.expires_after(between_looks);
    co_await pause.async_wait(use_awaitable);
    current = co_await lookup_.snapshot();
  }
  co_return running_in(*current, name);
}

Task<bool> Runs::stored(Call call, Run* run, const Closing* closing) {
  try {
    std::optional<Execution> record;
    if (run->record) {
      record = co_await store().end(call, run->id, closing->ending, closing->entry);
    } else if (!closing->entry.empty()) {
      co_await store().end_turn(call, closing->entry);
    }
    // Of an agent that is gone nothing is stored; those who watched hear of the end all the same.
    if (run->record && !record) {
      record = *run->record;
      record->status = closing->ending.success ? "success" : "failed";
      record->error = closing->ending.error;
    }
    const auto told = record ? std::make_shared<const Execution>(std::move(*record)) : nullptr;
    const auto& ending = closing->ending;
    tell(RunNews::Kind::finished, *run, told, Outcome{ending.success, ending.error.value_or(""), ending.wish});
    co_return true;
  } catch (const std::exception& e) {
    log::error({"executions", call.id()}, "the end of run {} cannot be stored: {}", run->id, e.what());
  }
  co_return false;
}

Task<> Runs::close(Call call, RunBook::Place place, Closing closing) {
  const auto here = co_await asio::this_coro::executor;
  if (closing.ending.cost && rules_.spent) rules_.spent(call, place.run().agent, *closing.ending.cost);
  asio::steady_timer pause(here);
  for (int attempt = 1; attempt <= attempts_in_time; ++attempt) {
    const bool done = co_await stored(call, &place.run(), &closing);
    if (done) co_return;
    pause.expires_after(attempt * book().limits().store_again);
    co_await pause.async_wait(use_awaitable);
  }
  // Nobody is to wait longer for the answer; the record must not say "running" for longer than needed.
  spawn("end of a run", here, close_later(this, std::move(place), std::move(closing)));
}

Task<> Runs::close_later(Runs* runs, RunBook::Place place, Closing closing) {
  BackgroundCall job("executions");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  int pause = attempts_in_time;
  for (bool done = false; !done;) {
    timer.expires_after(pause * runs->book().limits().store_again);
    co_await timer.async_wait(use_awaitable);
    pause = std::min(pause * 2, longest_pause);
    done = co_await runs->stored(job.call(), &place.run(), &closing);
  }
}

Task<std::optional<Execution>> Runs::ended_record(Call call, std::string agent, std::string id) {
  const auto until = steady_now() + longest_run;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    auto record = co_await store().find(call, agent, id);
    if (!record || !record->is_running() || steady_now() >= until) co_return record;
    const auto run = book().find(id);
    if (run) co_await run->over.wait(longest_run);
    // One that is stored again in the background, or that nobody has taken up yet.
    if (run && !book().has(id)) continue;
    pause.expires_after(between_looks);
    co_await pause.async_wait(use_awaitable);
  }
}

void Runs::stop(const asio::any_io_executor& executor, const RunPtr& run, std::string why, milliseconds within) {
  run->want_end(std::move(why));
  spawn("run to be stopped", executor, give_up_in_time(run, within));
}

Task<> Runs::give_up_in_time(RunPtr run, milliseconds grace) {
  const bool over = co_await run->over.wait(grace);
  if (!over) run->give_up();
}

Task<> Runs::stop_in_background(Runs* runs, fleet::AgentPtr agent, std::string id) {
  BackgroundCall job("executions");
  co_await runs->stop_quietly(job.call(), agent.get(), std::move(id));
}

Task<Runs::Stopped> Runs::stop_all(Call call, std::string why) {
  const auto here = co_await asio::this_coro::executor;
  const auto until = steady_now() + stopped_within;
  Stopped stopped;
  const auto runs = book().all();
  stopped.waiting = static_cast<std::int64_t>(queue().clear_all(AgentQueue::Fate::halted, why));
  const auto current = co_await lookup_.snapshot();
  for (const auto& run : runs) {
    const auto agent = running_in(*current, run->agent);
    stop(here, run, why, all_stop_within);
    if (agent) spawn("run to be stopped", here, stop_in_background(this, agent, run->id));
  }
  // Turns that waited stand in the book, too.
  stopped.runs = std::max<std::int64_t>(0, static_cast<std::int64_t>(runs.size()) - stopped.waiting);
  for (const auto& run : runs) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_now());
    co_await run->over.wait(std::max(left, milliseconds(0)));
  }
  log::warn({"executions", call.id()}, "{} runs were stopped and {} waiting ones dropped: {}", stopped.runs,
            stopped.waiting, why);
  co_return stopped;
}

void Runs::hear(const asio::any_io_executor& executor, const agentlink::News& news) {
  if (news.anew_since) book().ask_again_all(news.agent, *news.anew_since);
  std::vector<std::string> ids;
  for (const auto& id : news.ended) {
    if (book().has(id)) ids.push_back(id);
  }
  if (!ids.empty()) spawn("ended runs", executor, ask_later(&book(), std::move(ids)));
}

/// The answer of a run comes by itself, a moment after its end is told. When it does not, its connection is dead.
Task<> Runs::ask_later(RunBook* book, std::vector<std::string> ids) {
  asio::steady_timer pause(co_await asio::this_coro::executor, answer_comes_within);
  co_await pause.async_wait(use_awaitable);
  for (const auto& id : ids) book->ask_again(id);
}

}  // namespace trinity::executions
