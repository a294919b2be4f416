// One run from its start on the agent to what its end means, also when the connection, the agent or this server was
// lost meanwhile.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"
#include "executions/service.h"
#include "json/encode.h"

namespace trinity::executions {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr std::int64_t usual_limit = 300;
/// Beyond the agent's own limit, which it enforces itself.
constexpr seconds reserve{10};
constexpr std::size_t largest_answer = 64 * 1024 * 1024;
/// Larger answers are read on the pool: parsing them takes longer than other requests should wait.
constexpr std::size_t read_here_below = 128 * 1024;
/// The daemon holds its answer back for this long while the run goes on.
constexpr seconds wait_for_result{20};
/// A daemon that was killed is there again soon, or its container ends.
constexpr int result_attempts = 6;
constexpr milliseconds between_attempts{500};
constexpr seconds longest_take_up{7'300};
constexpr std::int64_t taken_up_together = 250;
constexpr std::size_t looked_for_together = 32;
constexpr seconds between_looks{5};

json::object body_of(const TaskRequest& request, const std::string& id) {
  return {{"message", request.message},
          {"model", json::encode(request.model)},
          {"allowed_tools", json::encode(request.allowed_tools)},
          {"system_prompt", json::encode(request.system_prompt)},
          {"timeout_seconds", json::encode(request.timeout_seconds)},
          {"max_turns", json::encode(request.max_turns)},
          {"execution_id", id}};
}

Verdict not_reachable(const std::string& why) {
  return {Ending::failed("Agent not reachable: " + why), {}, 503};
}

}  // namespace

Task<Verdict> ExecutionService::read(agentlink::Answer answer, std::string id) {
  auto job = [&] { return verdict_of(answer.status, answer.body, id); };
  if (answer.body.size() < read_here_below) co_return job();
  co_return co_await pool_.run(std::move(job));
}

Task<Verdict> ExecutionService::carry_out(Call call, const fleet::Agent* agent, const TaskRequest* request, Run* run) {
  const auto wanted = request->timeout_seconds.value_or(0);
  const auto limit = wanted == 0 ? usual_limit : wanted;
  const auto until = steady_now() + seconds(limit) + reserve;
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = "/api/task";
  question.body = json::write(body_of(*request, run->id));
  question.limit = seconds(limit) + reserve;
  question.most_bytes = largest_answer;
  question.hangup = run->line();
  auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
  if (answer) co_return co_await read(std::move(*answer), run->id);
  if (!run->lost().empty()) co_return not_reachable(run->lost());
  if (answer.error() == agentlink::Trouble::timeout) {
    co_await stop_quietly(call, agent, run->id);
    co_return Verdict{Ending::failed(timed_out_text(limit)), {}, 504};
  }
  if (answer.error() == agentlink::Trouble::unreachable) co_return not_reachable("its daemon does not answer");
  // The request may have arrived: the daemon knows.
  auto seen = co_await look_for(call, agent, run, until);
  if (seen.verdict) co_return std::move(*seen.verdict);
  if (!run->lost().empty()) co_return not_reachable(run->lost());
  co_await stop_quietly(call, agent, run->id);
  co_return not_reachable("the connection ended before the run did");
}

Task<ExecutionService::Seen> ExecutionService::look_for(Call call, const fleet::Agent* agent, Run* run,
                                                        std::optional<SteadyTime> until) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  const auto wait = until ? wait_for_result : seconds(0);
  int left = result_attempts;
  while (left > 0 && (!until || steady_now() < *until) && run->lost().empty()) {
    agentlink::Question question;
    question.path = "/api/executions/" + run->id + "/result?wait=" + std::to_string(wait.count());
    question.limit = wait + quick_reserve;
    question.most_bytes = largest_answer;
    question.hangup = run->line();
    auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
    if (answer && answer->status == 404) co_return Seen{};
    if (answer && answer->status == 202 && !until) co_return Seen{std::nullopt, true};
    if (answer && answer->status != 202) {
      Seen seen;
      seen.verdict = co_await read(std::move(*answer), run->id);
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

Task<> ExecutionService::stop_quietly(Call call, const fleet::Agent* agent, std::string id) {
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = "/api/executions/" + id + "/terminate";
  question.limit = quick_reserve;
  const auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
  if (!answer) log::warn({"executions", call.id()}, "run {} on {} could not be stopped", id, agent->name);
}

void ExecutionService::take_up(const asio::any_io_executor& executor) {
  spawn("runs of an earlier life", executor, take_up_all(this));
}

/// A database that is busy at the start is asked again.
Task<std::vector<ExecutionStore::Open>> ExecutionService::open_after(Call call, std::int64_t after) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    try {
      co_return co_await store_.running(call, after, taken_up_together);
    } catch (const std::exception& e) {
      log::error("executions", "the runs of an earlier life cannot be read: {}", e.what());
    }
    pause.expires_after(between_looks);
    co_await pause.async_wait(use_awaitable);
  }
}

Task<> ExecutionService::take_up_all(ExecutionService* service) {
  BackgroundCall job("executions");
  const auto here = co_await asio::this_coro::executor;
  const auto gate = std::make_shared<Gate>(looked_for_together);
  for (std::int64_t after = 0;;) {
    auto batch = co_await service->open_after(job.call(), after);
    if (batch.empty()) co_return;
    after = batch.back().place;
    for (auto& open : batch) {
      // This life's own runs began after the start.
      if (service->book_.has(open.id)) continue;
      auto permit = co_await gate->enter(longest_take_up);
      Turn turn{gate, std::move(permit)};
      spawn("run of an earlier life", here, take_up_one(service, std::move(open), std::move(turn)));
    }
  }
}

Task<> ExecutionService::take_up_one(ExecutionService* service, ExecutionStore::Open open, Turn turn) {
  std::optional<Turn> held(std::move(turn));
  BackgroundCall job("executions");
  const auto current = co_await service->lookup_.snapshot();
  const auto* entry = current->find(open.agent_name);
  const bool there = entry != nullptr && entry->agent->status == "running" && !entry->agent->address.empty();
  fleet::Agent nobody;
  nobody.name = open.agent_name;
  const auto agent = there ? entry->agent : std::make_shared<const fleet::Agent>(std::move(nobody));
  auto place = service->book_.enter_again(open.id, *agent);
  Seen seen;
  if (there) seen = co_await service->look_for(job.call(), agent.get(), &place.run(), std::nullopt);
  if (seen.goes_on) {
    // For hours perhaps: the others need not wait for it.
    held.reset();
    seen = co_await service->look_for(job.call(), agent.get(), &place.run(), steady_now() + longest_take_up);
  }
  auto ending = Ending::failed(std::string(restarted));
  if (seen.verdict) {
    ending = std::move(seen.verdict->ending);
  } else if (there && place.run().lost().empty()) {
    co_await service->stop_quietly(job.call(), agent.get(), open.id);
  }
  const bool success = ending.success;
  co_await service->close(job.call(), std::move(place), std::move(ending));
  log::info("executions", "run {} on {} of an earlier life of the server: {}", open.id, open.agent_name,
            success ? "success" : "failed");
}

}  // namespace trinity::executions
