// One turn from its place in the line to its end.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"
#include "conversation/service.h"
#include "json/encode.h"

namespace trinity::conversation {

namespace {

using executions::AgentQueue;
using executions::Ending;
using executions::Verdict;
using Fate = AgentQueue::Fate;
using std::chrono::milliseconds;
constexpr std::int64_t again_in = 30;
constexpr const char* waited_too_long = "Agent queue wait timed out";
/// Of storing an answer, while somebody waits for it; then once in a while.
constexpr int attempts_in_time = 5;
constexpr int attempts_later = 60;
constexpr std::chrono::seconds longest_pause{60};

Verdict failed(std::string why) {
  return {Ending::failed(std::move(why)), {}, 503};
}

RunAnswer timed_out(const std::string& agent, std::size_t waiting, milliseconds waited) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
  auto answer = RunAnswer::refused(
      429, json::object{{"error", waited_too_long},
                        {"agent", agent},
                        {"queue_length", waiting},
                        {"retry_after", again_in},
                        {"message", agent + " was busy for " + std::to_string(seconds) + " seconds, " +
                                        std::to_string(waiting) + " requests wait; try again in half a minute"}});
  answer.retry_after_s = again_in;
  return answer;
}

json::object body_of(const executions::QueuedExecution& entry, const TurnState& state, const std::string& run,
                     std::chrono::seconds limit) {
  json::object body{
      {"message", entry.message}, {"stream", false}, {"execution_id", run}, {"timeout_seconds", limit.count()}};
  if (state.model) body["model"] = *state.model;
  return body;
}

sessions::Answer answer_from(const Verdict& verdict, std::int64_t took_ms) {
  sessions::Answer answer;
  answer.content = verdict.ending.response.value_or("");
  answer.cost = verdict.ending.cost;
  answer.context_used = verdict.ending.context_used;
  answer.context_max = verdict.ending.context_max;
  answer.tool_calls = verdict.ending.tool_calls.value_or("[]");
  answer.execution_time_ms = took_ms;
  return answer;
}

std::int64_t ms_since(SteadyTime began) {
  return std::chrono::duration_cast<milliseconds>(steady_now() - began).count();
}

}  // namespace

/// Nothing: it holds the slot. `why`: for its record.
Task<std::optional<RunAnswer>> ChatService::wait_for_slot(Call call, Turn* turn, std::string* why) {
  const auto& entry = turn->place.entry();
  if (turn->presence) {
    auto leave = [queue = &runs_.queue(), agent = entry.agent_name, id = entry.id] {
      queue->drop(agent, id, Fate::left, std::string(executions::caller_left));
    };
    turn->presence->when_gone(std::move(leave));
  }
  const auto limit = turn->attended ? limits_.wait : limits_.wait_unattended;
  const auto fate = co_await turn->place.wait(limit);
  if (turn->presence) turn->presence->forget();
  if (fate == Fate::holding) co_return std::nullopt;
  *why = fate == Fate::timed_out ? std::string(waited_too_long) : turn->place.why();
  log::info({"conversation", call.id()}, "turn {} does not wait for {} any more: {}", turn->run.run().id,
            entry.agent_name, *why);
  if (fate == Fate::timed_out) co_return timed_out(entry.agent_name, runs_.queue().waiting(entry.agent_name), limit);
  co_return RunAnswer::refused(503, json::value(*why));
}

/// With the slot. `refusal`: set when the answer is another one than that of a failed run.
Task<Verdict> ChatService::ask_agent(Call call, Turn* turn, RunAnswer* refusal) {
  const auto& entry = turn->place.entry();
  const auto run = turn->run.ptr();
  const auto agent = co_await runs_.running_agent(entry.agent_name);
  if (!agent) {
    *refusal = RunAnswer::refused(503, json::value(executions::agent_not_running));
    co_return failed(std::string(executions::agent_not_running));
  }
  // Much may have happened while it waited; and a stop of all runs may have looked for those in the book just before
  // this one was.
  const auto forbidden = runs_.refusal(entry.agent_name);
  if (forbidden) {
    *refusal = RunAnswer::refused(forbidden->status, json::value(forbidden->detail));
    refusal->retry_after_s = forbidden->retry_after_s;
    co_return failed(forbidden->detail);
  }
  runs_.book().bind(run, *agent);
  // From here on a later life of the server asks the agent for it, and never begins it again.
  co_await runs_.store().update_turn(call, entry.id, format_naive(now()), json::to_text(turn->state));
  executions::Order order;
  order.reading = {executions::RunKind::chat, execution_of(*turn)};
  order.path = "/api/chat";
  order.limit = runs_.limit_of(entry.agent_name, limits_.run);
  order.body = json::write(body_of(entry, turn->state, run->id, order.limit));
  co_return co_await runs_.carry_out(call, agent, std::move(order), run);
}

Task<RunAnswer> ChatService::go(ChatService* service, Call call, Turn turn) {
  std::string why;
  auto refusal = co_await service->wait_for_slot(call, &turn, &why);
  if (refusal) {
    co_await service->close(call, std::move(turn), failed(std::move(why)), 0);
    co_return std::move(*refusal);
  }
  auto verdict = failed("The server could not begin the turn");
  RunAnswer answer;
  const auto began = steady_now();
  try {
    verdict = co_await service->ask_agent(call, &turn, &answer);
  } catch (const std::exception& e) {
    log::error({"conversation", call.id()}, "turn {} on {}: {}", turn.run.run().id, turn.place.entry().agent_name,
               e.what());
  }
  if (verdict.ending.success) {
    answer.body = std::move(verdict.body);
  } else if (answer.detail.is_null()) {
    const auto reason = verdict.ending.error.value_or("");
    answer = RunAnswer::refused(503, json::value("Failed to communicate with agent: " + reason));
  }
  co_await service->close(call, std::move(turn), std::move(verdict), ms_since(began));
  co_return answer;
}

Task<> ChatService::go_alone(ChatService* service, Turn turn) {
  BackgroundCall job("chat");
  co_await go(service, job.call(), std::move(turn));
}

Task<> ChatService::close(Call call, Turn turn, Verdict verdict, std::int64_t took_ms) {
  std::string message;
  if (verdict.ending.success) message = co_await store_answer(call, &turn.state, &verdict, took_ms);
  co_await end_activities(call, &turn, &verdict, std::move(message), took_ms);
  executions::Runs::Closing closing{std::move(verdict.ending), turn.place.entry().id};
  co_await runs_.close(call, std::move(turn.run), std::move(closing));
}

/// The id of the stored answer; empty when the database does not take it now.
Task<std::string> ChatService::store_answer(Call call, const TurnState* state, const Verdict* verdict,
                                            std::int64_t took_ms) {
  const auto here = co_await asio::this_coro::executor;
  const auto answer = answer_from(*verdict, took_ms);
  asio::steady_timer pause(here);
  for (int attempt = 1; attempt <= attempts_in_time; ++attempt) {
    try {
      co_return co_await sessions_.answer(call, state->session_id, state->question, answer);
    } catch (const std::exception& e) {
      log::error({"conversation", call.id()}, "an answer cannot be stored now: {}", e.what());
    }
    pause.expires_after(attempt * runs_.book().limits().store_again);
    co_await pause.async_wait(use_awaitable);
  }
  spawn("answer of a turn", here, answer_later(this, *state, answer));
  co_return std::string();
}

Task<> ChatService::answer_later(ChatService* service, TurnState state, sessions::Answer answer) {
  BackgroundCall job("chat");
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (int attempt = 1; attempt <= attempts_later; ++attempt) {
    const auto wait = attempt * service->runs_.book().limits().store_again;
    pause.expires_after(std::min<milliseconds>(wait, longest_pause));
    co_await pause.async_wait(use_awaitable);
    try {
      co_await service->sessions_.answer(job.call(), state.session_id, state.question, answer);
      co_return;
    } catch (const std::exception& e) {
      log::error("conversation", "an answer cannot be stored yet: {}", e.what());
    }
  }
}

Task<> ChatService::end_activities(Call call, const Turn* turn, const Verdict* verdict, std::string message,
                                   std::int64_t took_ms) {
  const auto& state = turn->state;
  const auto& entry = turn->place.entry();
  const auto& ending = verdict->ending;
  auto& activities = runs_.activities();
  std::vector<activities::Single> tools;
  for (const auto& half : verdict->tools) {
    activities::Single tool;
    tool.agent = entry.agent_name;
    tool.type = "tool_call";
    tool.triggered_by = state.source.empty() ? "user" : "agent";
    tool.user_id = state.user_id;
    tool.parent = state.chat_start;
    tool.execution = entry.execution_id;
    tool.success = half.success;
    tool.duration_ms = half.duration_ms;
    if (!message.empty()) tool.chat_message = message;
    tool.details = {
        {"tool_name", half.tool}, {"duration_ms", json::encode(half.duration_ms)}, {"success", half.success}};
    tool.action = half.tool;
    tools.push_back(std::move(tool));
  }
  if (!tools.empty()) co_await activities.single(call, std::move(tools));
  const auto stored = message.empty() ? std::optional<std::string>() : std::optional(message);
  activities::Ending ended;
  ended.success = ending.success;
  ended.error = ending.error;
  ended.chat_message = stored;
  ended.action = ending.success ? "Finished chat" : "Chat failed";
  if (ending.success) {
    ended.details = {{"related_chat_message_id", json::encode(stored)},
                     {"context_used", json::encode(ending.context_used)},
                     {"context_max", json::encode(ending.context_max)},
                     {"cost_usd", json::encode(ending.cost)},
                     {"execution_time_ms", took_ms},
                     {"tool_count", verdict->tool_count},
                     {"execution_id", json::encode(entry.execution_id)}};
  }
  if (!state.chat_start.empty()) co_await activities.end(call, state.chat_start, ended);
  if (state.collaboration.empty()) co_return;
  activities::Ending answered;
  answered.success = ending.success;
  answered.error = ending.error;
  answered.action = "Chat with " + entry.agent_name + (ending.success ? " finished" : " failed");
  if (ending.success) {
    answered.details = {{"related_chat_message_id", json::encode(stored)},
                        {"response_length", ending.response.value_or("").size()},
                        {"execution_time_ms", took_ms},
                        {"execution_id", json::encode(entry.execution_id)}};
  }
  co_await activities.end(call, state.collaboration, std::move(answered));
}

Task<> ChatService::take_up(ChatService* service, Turn turn) {
  BackgroundCall job("chat");
  const auto entry = turn.place.entry();
  auto verdict = failed(std::string(executions::restarted));
  const auto agent = co_await service->runs_.running_agent(entry.agent_name);
  if (agent) {
    service->runs_.book().bind(turn.run.ptr(), *agent);
    const executions::Reading reading{executions::RunKind::chat, execution_of(turn)};
    verdict = co_await service->runs_.take_up(job.call(), agent, reading, turn.run.ptr());
  }
  const auto began = parse_time(entry.started_at.value_or(entry.queued_at)).value_or(now());
  const auto took = std::chrono::duration_cast<milliseconds>(now() - began).count();
  log::info("conversation", "turn {} on {} of an earlier life of the server: {}", turn.run.run().id, entry.agent_name,
            verdict.ending.success ? "success" : "failed");
  co_await service->close(job.call(), std::move(turn), std::move(verdict), std::max<std::int64_t>(took, 0));
}

Task<> ChatService::drop(ChatService* service, Turn turn) {
  BackgroundCall job("chat");
  co_await service->close(job.call(), std::move(turn), failed(std::string(executions::restarted)), 0);
}

}  // namespace trinity::conversation
