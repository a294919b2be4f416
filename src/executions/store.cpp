#include "executions/store.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"

namespace trinity::executions {

namespace {

using Text = std::string;
using MaybeText = std::optional<std::string>;
using MaybeInt = std::optional<std::int64_t>;

/// The columns of a record, in the order that `record_from` reads them. The last one is the transcript or nothing.
constexpr const char* columns =
    "id, schedule_id, agent_name, status, started_at, completed_at, duration_ms, message, response, error, "
    "triggered_by, context_used, context_max, cost, tool_calls";

auto rows_of(db::Query query) {
  return query.all<Text, Text, Text, Text, Text, MaybeText, MaybeInt, Text, MaybeText, MaybeText, Text, MaybeInt,
                   MaybeInt, std::optional<double>, MaybeText, MaybeText>();
}

std::vector<Execution> records_of(db::Query query) {
  std::vector<Execution> made;
  auto rows = rows_of(std::move(query));
  made.reserve(rows.size());
  for (auto& [id, schedule, agent, status, started, completed, duration, message, response, error, by, used, max, cost,
              tools, log] : rows) {
    made.push_back({std::move(id), std::move(schedule), std::move(agent), std::move(status), std::move(started),
                    std::move(completed), duration, std::move(message), std::move(response), std::move(error),
                    std::move(by), used, max, cost, std::move(tools), std::move(log)});
  }
  return made;
}

/// Rounded up, at least 1: a run that has ended took some time. The clock may have been set back meanwhile.
std::int64_t duration_ms(const std::string& started_at, Time ended) {
  const auto started = parse_time(started_at);
  if (!started) return 1;
  const auto took = std::chrono::ceil<std::chrono::milliseconds>(ended - *started).count();
  return std::max<std::int64_t>(1, took);
}

}  // namespace

Task<> ExecutionStore::begin(Call call, Execution record) {
  auto job = [&](db::Session& session) {
    session
        .query(
            "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, triggered_by) "
            "VALUES (:a, :b, :c, 'running', :d, :e, :f)",
            record.id, record.schedule_id, record.agent_name, record.started_at, record.message, record.triggered_by)
        .run();
  };
  co_await database_.write(call, std::move(job));
}

Task<bool> ExecutionStore::end(Call call, std::string id, Ending ending) {
  auto job = [&](db::Session& session) {
    const auto row =
        session.query("SELECT started_at FROM schedule_executions WHERE id = :a AND status = 'running'", id)
            .one<std::string>();
    if (!row) return false;
    const auto at = now();
    session
        .query(
            "UPDATE schedule_executions SET status = :a, completed_at = :b, duration_ms = :c, response = :d, error = "
            ":e, context_used = :f, context_max = :g, cost = :h, tool_calls = :i, execution_log = :j WHERE id = :k",
            ending.success ? "success" : "failed", format_naive(at), duration_ms(std::get<0>(*row), at),
            ending.response, ending.error, ending.context_used, ending.context_max, ending.cost, ending.tool_calls,
            ending.execution_log, id)
        .run();
    return true;
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<std::vector<Execution>> ExecutionStore::of_agent(Call call, std::string agent, std::int64_t limit) {
  auto job = [&](db::Session& session) {
    return records_of(session.query(std::string("SELECT ") + columns +
                                        ", NULL FROM schedule_executions WHERE agent_name = :a "
                                        "ORDER BY started_at DESC, rowid DESC LIMIT :b",
                                    agent, limit));
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::optional<Execution>> ExecutionStore::find(Call call, std::string agent, std::string id) {
  auto job = [&](db::Session& session) {
    return records_of(session.query(
        std::string("SELECT ") + columns + ", execution_log FROM schedule_executions WHERE id = :a AND agent_name = :b",
        id, agent));
  };
  auto found = co_await database_.read(call, std::move(job));
  if (found.empty()) co_return std::nullopt;
  co_return std::move(found.front());
}

Task<std::vector<ExecutionStore::Open>> ExecutionStore::running(Call call, std::int64_t after, std::int64_t limit) {
  auto job = [&](db::Session& session) {
    std::vector<Open> open;
    auto query = session.query(
        "SELECT rowid, id, agent_name FROM schedule_executions WHERE status = 'running' AND rowid > :a "
        "ORDER BY rowid LIMIT :b",
        after, limit);
    for (auto& [place, id, agent] : query.all<std::int64_t, std::string, std::string>())
      open.push_back({place, std::move(id), std::move(agent)});
    return open;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::optional<ExecutionStore::Owner>> ExecutionStore::owner_of(Call call, std::string agent,
                                                                    std::optional<std::string> email) {
  auto job = [&](db::Session& session) {
    return session
        .query(
            "SELECT o.owner_id, EXISTS (SELECT 1 FROM agent_sharing s WHERE s.agent_name = o.agent_name AND "
            "s.shared_with_email = lower(:b)) FROM agent_ownership o WHERE o.agent_name = :a",
            agent, email)
        .one<std::int64_t, bool>();
  };
  const auto row = co_await database_.read(call, std::move(job));
  if (!row) co_return std::nullopt;
  co_return Owner{std::get<0>(*row), std::get<1>(*row)};
}

}  // namespace trinity::executions
