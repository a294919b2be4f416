// One run from its start on the agent to what its end means, also when the connection or the agent was lost meanwhile.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"
#include "executions/runs.h"

namespace trinity::executions {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
/// Beyond the agent's own limit, which it enforces itself.
constexpr seconds reserve{10};
constexpr seconds quick_reserve{8};
constexpr std::size_t largest_answer = 64 * 1024 * 1024;
/// Larger answers are read on the pool: parsing them takes longer than other requests should wait.
constexpr std::size_t read_here_below = 128 * 1024;
/// The daemon holds its answer back for this long while the run goes on.
constexpr seconds wait_for_result{20};
/// A daemon that was killed is there again soon, or its container ends.
constexpr int result_attempts = 6;
constexpr milliseconds between_attempts{500};
/// A run that was given up: the daemon kills its processes after 5 s, and its answer is there a moment later.
constexpr int stop_attempts = 5;
constexpr seconds between_stops{2};
constexpr seconds last_answer_within{20};

Verdict unreachable(const std::string& why) {
  return {Ending::failed(std::string(not_reachable) + why), {}, 503};
}

/// Somebody wanted its end: that is the reason, whatever the agent says.
void apply_wish(const Run& run, Verdict& verdict) {
  if (auto why = run.unwanted(); !why.empty() && !verdict.ending.success) {
    verdict.ending.error = std::move(why);
    verdict.status = 503;
  }
}

}  // namespace

Task<Verdict> Runs::read(agentlink::Answer answer, Reading reading) {
  auto job = [&] { return verdict_of(answer.status, answer.body, reading); };
  if (answer.body.size() < read_here_below) co_return job();
  co_return co_await parts_.pool.run(std::move(job));
}

Task<Verdict> Runs::carry_out(Call call, fleet::AgentPtr agent, Order order, RunPtr run) {
  Verdict verdict{Ending::failed("The server failed to carry out the run"), {}, 503};
  try {
    verdict = co_await carried_out(call, agent, &order, run);
  } catch (const std::exception& e) {
    log::error({"executions", call.id()}, "run {} on {}: {}", run->id, agent->name, e.what());
  }
  apply_wish(*run, verdict);
  if (!verdict.ending.success)
    log::warn({"executions", call.id()}, "run {} on {} failed: {}", run->id, agent->name,
              verdict.ending.error.value_or(""));
  co_return verdict;
}

Task<Verdict> Runs::carried_out(Call call, fleet::AgentPtr agent, const Order* order, RunPtr run) {
  const auto here = co_await asio::this_coro::executor;
  // Stopped before it began.
  if (auto why = run->unwanted(); !why.empty()) co_return Verdict{Ending::failed(std::move(why)), {}, 503};
  const auto until = steady_now() + order->limit + reserve;
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = order->path;
  question.body = order->body;
  question.limit = order->limit + reserve;
  question.most_bytes = largest_answer;
  question.hangup = run->line();
  tell(RunNews::Kind::began, *run, run->record);
  auto answer = co_await link().ask(call, target_of(*agent), std::move(question));
  if (answer) co_return co_await read(std::move(*answer), order->reading);
  if (!run->lost().empty()) co_return unreachable(run->lost());
  Seen seen;
  if (!run->given_up()) {
    if (answer.error() == agentlink::Trouble::timeout) {
      co_await stop_quietly(call, agent.get(), run->id);
      co_return Verdict{Ending::failed(timed_out_text(order->limit.count())), {}, 504};
    }
    if (answer.error() == agentlink::Trouble::unreachable) co_return unreachable("its daemon does not answer");
    // The request may have arrived: the daemon knows.
    seen = co_await look_for(call, agent.get(), &order->reading, run.get(), until);
    if (seen.verdict) co_return std::move(*seen.verdict);
    if (!run->lost().empty()) co_return unreachable(run->lost());
  }
  if (run->given_up()) {
    spawn("end of a stopped run", here, settle_given_up(this, agent, order->reading, run));
    co_return Verdict{Ending::failed(run->unwanted()), {}, 503};
  }
  co_await stop_quietly(call, agent.get(), run->id);
  co_return unreachable("the connection ended before the run did");
}

Task<Runs::Seen> Runs::look_for(Call call, const fleet::Agent* agent, const Reading* reading, Run* run,
                                std::optional<SteadyTime> until) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  const auto wait = until ? wait_for_result : seconds(0);
  int left = result_attempts;
  while (left > 0 && (!until || steady_now() < *until) && !run->is_over()) {
    agentlink::Question question;
    question.path = "/api/executions/" + run->id + "/result?wait=" + std::to_string(wait.count());
    question.limit = wait + quick_reserve;
    question.most_bytes = largest_answer;
    question.hangup = run->line();
    auto answer = co_await link().ask(call, target_of(*agent), std::move(question));
    if (answer && answer->status == 404) co_return Seen{};
    if (answer && answer->status == 202 && !until) co_return Seen{std::nullopt, true};
    if (answer && answer->status != 202) {
      Seen seen;
      seen.verdict = co_await read(std::move(*answer), *reading);
      co_return seen;
    }
    // Still at it: a daemon that answers is asked on.
    left = answer ? result_attempts : left - 1;
    if (answer) continue;
    pause.expires_after(between_attempts);
    co_await pause.async_wait(use_awaitable);
  }
  co_return Seen{};
}

Task<bool> Runs::stop_quietly(Call call, const fleet::Agent* agent, std::string id) {
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = "/api/executions/" + id + "/terminate";
  question.limit = quick_reserve;
  const auto answer = co_await link().ask(call, target_of(*agent), std::move(question));
  if (!answer) log::warn({"executions", call.id()}, "run {} on {} could not be stopped", id, agent->name);
  co_return answer && answer->status == 200;
}

Task<> Runs::settle_given_up(Runs* runs, fleet::AgentPtr agent, Reading reading, RunPtr run) {
  BackgroundCall job("executions");
  asio::steady_timer pause(co_await asio::this_coro::executor);
  // The request that began it may arrive at the agent later than the first order to stop.
  for (int attempt = 1; attempt <= stop_attempts; ++attempt) {
    const bool stopped = co_await runs->stop_quietly(job.call(), agent.get(), run->id);
    if (stopped) break;
    pause.expires_after(between_stops);
    co_await pause.async_wait(use_awaitable);
  }
  Run shadow;
  shadow.id = run->id;
  shadow.agent = agent->name;
  const auto until = steady_now() + last_answer_within;
  auto seen = co_await runs->look_for(job.call(), agent.get(), &reading, &shadow, until);
  if (!seen.verdict) co_return;
  auto& ending = seen.verdict->ending;
  if (ending.cost && runs->rules_.spent) runs->rules_.spent(job.call(), agent->name, *ending.cost);
  if (run->record == nullptr) co_return;
  // The agent may be quicker than the database: figures are added to a record that says how it ended.
  co_await run->over.wait(last_answer_within);
  co_await runs->store().add_figures(job.call(), run->id, std::move(ending));
}

}  // namespace trinity::executions
