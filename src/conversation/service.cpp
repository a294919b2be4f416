#include "conversation/service.h"

#include <boost/asio/this_coro.hpp>

#include "audit/log.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/spawn.h"
#include "executions/preview.h"
#include "json/decode.h"
#include "json/encode.h"

namespace trinity::conversation {

namespace {

using executions::AgentQueue;
using executions::Execution;
using executions::ExecutionStore;
using executions::shown_characters;
using executions::SlotQueue;
constexpr std::int64_t again_in = 30;
constexpr std::size_t most_turns_restored = 100'000;

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

RunAnswer too_many(const std::string& error, const std::string& agent, std::size_t waiting, std::string message) {
  auto answer = RunAnswer::refused(429, json::object{{"error", error},
                                                     {"agent", agent},
                                                     {"queue_length", waiting},
                                                     {"retry_after", again_in},
                                                     {"message", std::move(message)}});
  answer.retry_after_s = again_in;
  return answer;
}

RunAnswer refused_by(SlotQueue::Refusal why, const std::string& agent, std::size_t waiting) {
  switch (why) {
    case SlotQueue::Refusal::self:
      return too_many("Agent would wait for itself", agent, waiting,
                      agent + " is busy with the turn that sends this message; it would wait for itself (" +
                          std::to_string(waiting) + " requests waiting)");
    case SlotQueue::Refusal::circle:
      return too_many("Agents would wait for each other", agent, waiting,
                      agent + " waits for the agent that sends this message; they would wait for each other (" +
                          std::to_string(waiting) + " requests waiting)");
    case SlotQueue::Refusal::full:
      break;
  }
  return too_many("Agent queue is full", agent, waiting,
                  agent + " has " + std::to_string(waiting) + " requests waiting already; try again in half a minute");
}

RunAnswer accepted(const std::string& execution) {
  RunAnswer answer;
  answer.status = 202;
  answer.body = R"({"execution":)" + execution + "}";
  answer.asynchronous = true;
  return answer;
}

}  // namespace

std::expected<AgentQueue::Place, SlotQueue::Refusal> ChatService::admit(const std::string& name, const Wanted& wanted,
                                                                        const std::string& run) {
  const auto& headers = wanted.headers;
  const bool marked = !wanted.source.empty() || headers.via_mcp || headers.asynchronous || headers.key;
  executions::QueuedExecution entry;
  entry.id = random_uuid();
  entry.agent_name = name;
  entry.source = wanted.source.empty() ? "user" : "agent";
  if (!wanted.source.empty()) entry.source_agent = wanted.source;
  entry.source_user_id = std::to_string(wanted.caller->user_id);
  entry.source_user_email = wanted.caller->email.value_or(wanted.caller->username);
  entry.message = wanted.request.message;
  if (marked) entry.execution_id = run;
  return runs_.queue().admit(std::move(entry), run, !headers.asynchronous);
}

std::string ChatService::execution_of(const Turn& turn) {
  return json::write(json::object{{"id", turn.place.entry().id},
                                  {"task_execution_id", json::encode(turn.place.entry().execution_id)},
                                  {"queue_status", turn.state.queue_status},
                                  {"was_queued", turn.state.was_queued}});
}

Task<> ChatService::store_start(Call call, Turn* turn, const Wanted* wanted) {
  const auto& entry = turn->place.entry();
  ExecutionStore::Start start;
  if (entry.execution_id) {
    Execution record;
    record.id = *entry.execution_id;
    record.agent_name = entry.agent_name;
    record.message = entry.message;
    record.triggered_by = wanted->headers.via_mcp ? "mcp" : "manual";
    if (!turn->state.source.empty()) record.triggered_by = "agent";
    record.started_at = format_naive(now());
    turn->run.run().record = std::make_shared<const Execution>(record);
    start.record = std::move(record);
  }
  executions::QueuedTurn row;
  row.entry = entry;
  row.entry.status = turn->state.was_queued ? "queued" : "running";
  row.order = turn->place.order();
  row.run = turn->run.run().id;
  row.unattended = !turn->attended;
  row.turn = json::to_text(turn->state);
  start.turn = std::move(row);
  if (wanted->headers.key) {
    auto key = executions::run_key(*wanted->caller, entry.agent_name, "chat", *wanted->headers.key);
    start.key = executions::KeyRow{std::move(key), wanted->digest, turn->run.run().id, execution_of(*turn)};
  }
  co_await runs_.store().begin(call, std::move(start));
  runs_.tell_started(turn->run.run());
}

/// The collaboration, the activity, the user's message: in this order.
Task<> ChatService::begin_bookkeeping(Call call, Turn* turn) {
  auto& activities = runs_.activities();
  auto& state = turn->state;
  const auto& entry = turn->place.entry();
  const auto preview = shown_characters(entry.message);
  if (!state.source.empty()) {
    activities.collaboration(state.source, entry.agent_name, "chat");
    activities::Beginning asks;
    asks.agent = state.source;
    asks.type = "agent_collaboration";
    asks.triggered_by = "agent";
    asks.user_id = state.user_id;
    asks.execution = entry.execution_id;
    asks.details = {{"source_agent", state.source},
                    {"target_agent", entry.agent_name},
                    {"action", "chat"},
                    {"message_preview", preview},
                    {"execution_id", json::encode(entry.execution_id)},
                    {"queue_status", state.queue_status}};
    asks.action = "Chat with " + entry.agent_name;
    state.collaboration = co_await activities.begin(call, std::move(asks));
  }
  activities::Beginning start;
  start.agent = entry.agent_name;
  start.type = "chat_start";
  start.triggered_by = state.source.empty() ? "user" : "agent";
  start.user_id = state.user_id;
  if (!state.collaboration.empty()) start.parent = state.collaboration;
  start.execution = entry.execution_id;
  start.details = {{"message_preview", preview},
                   {"source_agent", or_null(state.source)},
                   {"execution_id", json::encode(entry.execution_id)},
                   {"queue_status", state.queue_status}};
  start.action = "Chat: " + shown_characters(entry.message, 50);
  state.chat_start = co_await activities.begin(call, std::move(start));
  const auto opened =
      co_await sessions_.user_message(call, entry.agent_name, state.user_id, state.user_email, entry.message);
  state.session_id = opened.session_id;
  state.question = opened.message_id;
  // Before anybody is told that it waits, or the agent is asked.
  if (state.was_queued) co_await runs_.store().update_turn(call, entry.id, std::nullopt, json::to_text(state));
}

Task<RunAnswer> ChatService::chat(Call call, executions::CallerPtr caller, std::string name, ChatRequest request,
                                  executions::CallHeaders headers, std::string digest, PresencePtr presence) {
  const auto here = co_await asio::this_coro::executor;
  const auto view = co_await runs_.lookup().container_first(caller, name);
  auto source = executions::source_agent_of(*caller, headers);
  std::optional<executions::RunKeys::Entered> keyed;
  if (headers.key) {
    auto key = executions::run_key(*caller, name, "chat", *headers.key);
    auto entered = co_await keys_.enter(call, std::move(key), digest);
    if (entered.begun) co_return co_await replay(call, std::move(*entered.begun), headers.asynchronous);
    keyed.emplace(std::move(entered));
    // A caller with a key comes back for the answer.
    presence = nullptr;
  }
  if (view.agent->status != "running") throw Unavailable("Agent is not running");
  if (auto refusal = runs_.refusal(name)) {
    auto answer = RunAnswer::refused(refusal->status, json::value(refusal->detail));
    answer.retry_after_s = refusal->retry_after_s;
    co_return answer;
  }
  const Wanted wanted{caller, source, std::move(request), std::move(headers), std::move(digest)};
  const auto run = random_base64url(16);
  auto place = admit(name, wanted, run);
  if (!place) co_return refused_by(place.error(), name, runs_.queue().waiting(name));
  auto in_book = runs_.book().enter_anyway(run, executions::RunKind::chat, *view.agent);
  Turn turn{std::move(*place), std::move(in_book), {}, !wanted.headers.asynchronous, std::move(presence)};
  turn.run.run().caller = caller->user_id;
  turn.state.model = wanted.request.model;
  turn.state.user_id = caller->user_id;
  turn.state.user_email = caller->email.value_or(caller->username);
  turn.state.source = source;
  turn.state.queue_status = turn.place.queue_status();
  turn.state.was_queued = turn.place.was_queued();
  co_await store_start(call, &turn, &wanted);
  keyed.reset();
  if (!source.empty()) audit::note(call, *caller, "chat", name, {{"source", source}, {"execution", run}});
  std::exception_ptr fault;
  try {
    co_await begin_bookkeeping(call, &turn);
  } catch (const std::exception& e) {
    log::error({"conversation", call.id()}, "turn {} on {} cannot begin: {}", run, name, e.what());
    fault = std::current_exception();
  }
  if (fault) {
    executions::Verdict none{executions::Ending::failed("The server could not store the message"), {}, 503};
    co_await close(call, std::move(turn), std::move(none), 0);
    std::rethrow_exception(fault);
  }
  if (wanted.headers.asynchronous) {
    auto answer = accepted(execution_of(turn));
    spawn("turn of a conversation", here, go_alone(this, std::move(turn)));
    co_return answer;
  }
  co_return co_await go(this, call, std::move(turn));
}

Task<RunAnswer> ChatService::replay(Call call, executions::KeyRow row, bool asynchronous) {
  RunAnswer answer;
  if (asynchronous) {
    answer = accepted(row.execution);
  } else {
    const auto record = co_await runs_.ended_record(call, row.key.agent, row.execution_id);
    if (!record) throw NotFound("Execution not found");
    answer = executions::replay_of(*record, {executions::RunKind::chat, row.execution});
  }
  answer.replayed = true;
  co_return answer;
}

std::set<std::string> ChatService::restore(Call call, const asio::any_io_executor& executor) {
  std::set<std::string> kept;
  for (auto& row : runs_.store().queued_turns(call, most_turns_restored)) {
    TurnState state;
    json::Faults faults;
    boost::system::error_code fault;
    const auto value = boost::json::parse(row.turn, fault);
    if (!fault) json::decode_into(state, value, json::array{"turn"}, faults);
    const bool ran = row.entry.status == "running";
    fleet::Agent agent;
    agent.name = row.entry.agent_name;
    Execution record;
    if (row.entry.execution_id) {
      record.id = *row.entry.execution_id;
      record.agent_name = row.entry.agent_name;
      record.message = row.entry.message;
      record.started_at = row.entry.queued_at;
    }
    for (const auto& id : {row.run, state.chat_start, state.collaboration}) {
      if (!id.empty()) kept.insert(id);
    }
    const bool goes_on = (ran || row.unattended) && !state.question.empty();
    auto in_book = runs_.book().enter_anyway(row.run, executions::RunKind::chat, agent);
    in_book.run().caller = state.user_id;
    if (!record.id.empty()) in_book.run().record = std::make_shared<const Execution>(std::move(record));
    // What has failed with the earlier life takes no place from those that go on.
    if (!goes_on) row.entry.status = "running";
    auto place = runs_.queue().restore(std::move(row.entry), row.run, row.order);
    Turn turn{std::move(place), std::move(in_book), std::move(state), false, nullptr};
    if (!goes_on) {
      spawn("turn that has failed", executor, drop(this, std::move(turn)));
    } else if (ran) {
      spawn("turn of an earlier life", executor, take_up(this, std::move(turn)));
    } else {
      spawn("turn of a conversation", executor, go_alone(this, std::move(turn)));
    }
  }
  return kept;
}

}  // namespace trinity::conversation
